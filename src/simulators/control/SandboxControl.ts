import { Effect } from "effect"
import { type FaultRule, maxFaultRules } from "../faults/FaultRule.ts"
import type { ArmedFault } from "../faults/Faults.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"
import { type StockChange, StockRefused } from "../numbers/Stock.ts"
import type { SandboxCore } from "../SandboxCore.ts"
import type { SandboxSettings, SandboxSettingsPatch } from "../SandboxSettings.ts"
import type { LoggedCall } from "../wire/CallLog.ts"
import type { VendorName } from "../wire/Vendor.ts"
import { SandboxRefused } from "./SandboxRefused.ts"

export type StockingVendor = "plivo"

/** What tests and people do to the vendors, in process or through `/sandbox`. */
export interface SandboxControl {
  /** Answers the numbers that were added. */
  readonly setStock: (
    vendor: StockingVendor,
    change: StockChange
  ) => Effect.Effect<ReadonlyArray<string>, SandboxRefused>
  /** How many numbers of the area code are for sale. */
  readonly stockOf: (vendor: StockingVendor, npa: string) => Effect.Effect<number>
  readonly ledger: Effect.Effect<Ledger>
  /** The last calls that the vendor took, oldest first. */
  readonly calls: (vendor: VendorName) => Effect.Effect<ReadonlyArray<LoggedCall>>
  readonly setFaults: (rules: ReadonlyArray<FaultRule>) => Effect.Effect<void>
  readonly addFaults: (rules: ReadonlyArray<FaultRule>) => Effect.Effect<void, SandboxRefused>
  readonly faults: Effect.Effect<ReadonlyArray<ArmedFault>>
  readonly settings: Effect.Effect<SandboxSettings>
  readonly changeSettings: (patch: SandboxSettingsPatch) => Effect.Effect<SandboxSettings>
}

const saved = <A, E>(core: SandboxCore, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.tap(effect, Effect.sync(core.save))

export const makeSandboxControl = (core: SandboxCore): SandboxControl => ({
  setStock: (vendor, change) =>
    saved(
      core,
      Effect.try({
        try: () => core[vendor].stock.change(change),
        catch: (cause) =>
          new SandboxRefused({ status: 400, message: cause instanceof StockRefused ? cause.message : String(cause) })
      })
    ),
  stockOf: (vendor, npa) => Effect.sync(() => core[vendor].stock.countOf(npa)),
  ledger: Effect.sync(() => ledgerOf(core)),
  calls: (vendor) => Effect.sync(() => core.calls.of(vendor)),
  setFaults: (rules) => Effect.sync(() => core.faults.replace(rules)),
  addFaults: (rules) =>
    Effect.suspend(() =>
      core.faults.add(rules)
        ? Effect.void
        : Effect.fail(new SandboxRefused({ status: 400, message: `At most ${maxFaultRules} fault rules fit` }))
    ),
  faults: Effect.sync(() => core.faults.list()),
  settings: Effect.sync(() => core.settings.current),
  changeSettings: (patch) => Effect.sync(() => (core.settings.current = { ...core.settings.current, ...patch }))
})
