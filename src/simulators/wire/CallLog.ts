import type { VendorName } from "./Vendor.ts"

/** Older calls are forgotten. */
const maxCallsPerVendor = 5_000

/** One request that reached a vendor. `status` is null when the fault left it without an answer. */
export interface LoggedCall {
  readonly at: string
  readonly vendor: VendorName
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly status: number | null
  readonly fault: string | null
}

/** The last calls of each vendor, and how many there were altogether since the start. */
export class CallLog {
  readonly #calls = new Map<VendorName, Array<LoggedCall>>()
  readonly #counts = new Map<VendorName, number>()

  add(call: LoggedCall): void {
    const calls = this.#calls.get(call.vendor) ?? []
    calls.push(call)
    if (calls.length > maxCallsPerVendor) calls.splice(0, calls.length - maxCallsPerVendor)
    this.#calls.set(call.vendor, calls)
    this.#counts.set(call.vendor, this.countOf(call.vendor) + 1)
  }

  countOf(vendor: VendorName): number {
    return this.#counts.get(vendor) ?? 0
  }

  of(vendor: VendorName): ReadonlyArray<LoggedCall> {
    return this.#calls.get(vendor) ?? []
  }
}
