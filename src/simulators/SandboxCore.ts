import { Effect, Random, type Scope } from "effect"
import { Faults } from "./faults/Faults.ts"
import { Plivo } from "./plivo/Plivo.ts"
import { makePlivoState, type PlivoState } from "./plivo/PlivoState.ts"
import { type SandboxCredentials, sandboxCredentials } from "./SandboxCredentials.ts"
import { defaultSandboxSettings, type LiveSettings, type SandboxSettingsPatch } from "./SandboxSettings.ts"
import { noStateFile, openStateFile, type StateFileError } from "./store/StateFile.ts"
import { Store } from "./store/Store.ts"
import { CallLog } from "./wire/CallLog.ts"
import type { Vendor } from "./wire/Vendor.ts"

export interface SandboxOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Where the vendors' state outlives this process; left out, it is kept in memory only. */
  readonly stateFile?: string
  readonly credentials?: SandboxCredentials
  readonly settings?: SandboxSettingsPatch
  /** The seed of the faults' chances. */
  readonly seed?: string
}

/** The state of all vendors, and the vendors themselves. */
export interface SandboxCore {
  readonly credentials: SandboxCredentials
  readonly settings: LiveSettings
  readonly faults: Faults
  readonly calls: CallLog
  readonly save: () => void
  readonly plivo: PlivoState
  readonly vendors: ReadonlyArray<Vendor>
}

export const makeSandboxCore = Effect.fnUntraced(function* (
  options: SandboxOptions
): Effect.fn.Return<SandboxCore, StateFileError, Scope.Scope> {
  const credentials = options.credentials ?? sandboxCredentials
  const settings: LiveSettings = { current: { ...defaultSandboxSettings, ...options.settings } }
  const chance = yield* Random.Random.pipe(Random.withSeed(options.seed ?? "tandem sandbox"))
  const store = new Store()
  const plivo = makePlivoState(store)
  const stateFile =
    options.stateFile === undefined ? noStateFile(store) : yield* openStateFile(options.stateFile, store)
  return {
    credentials,
    settings,
    faults: new Faults(() => chance.nextDoubleUnsafe()),
    calls: new CallLog(),
    save: stateFile.save,
    plivo,
    vendors: [new Plivo(plivo, credentials.plivo)]
  }
})
