import type { SandboxCore } from "./SandboxCore.ts"

/** What the vendors sold and to which reference: the truth that a test compares with. */
export const ledgerOf = (core: SandboxCore) => ({
  plivo: {
    rented: core.plivo.rented.values().filter((row) => row.releasedAt === null),
    released: core.plivo.rented.values().filter((row) => row.releasedAt !== null),
    calls: core.calls.countOf("plivo")
  }
})

export type Ledger = ReturnType<typeof ledgerOf>
