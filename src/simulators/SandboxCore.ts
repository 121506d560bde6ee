import { Clock, Effect, Random, Schedule, type Scope } from "effect"
import { Faults } from "./faults/Faults.ts"
import { Inteliquent } from "./inteliquent/Inteliquent.ts"
import { type InteliquentState, makeInteliquentState } from "./inteliquent/InteliquentState.ts"
import { Mcp } from "./mcp/Mcp.ts"
import { makeMcpState, type McpState } from "./mcp/McpState.ts"
import { OpenAi } from "./openai/OpenAi.ts"
import { Plivo } from "./plivo/Plivo.ts"
import { makePlivoState, type PlivoState } from "./plivo/PlivoState.ts"
import { type SandboxCredentials, sandboxCredentials } from "./SandboxCredentials.ts"
import { defaultSandboxSettings, type LiveSettings, type SandboxSettingsPatch } from "./SandboxSettings.ts"
import { Sink } from "./sink/Sink.ts"
import { noStateFile, openStateFile, type StateFileError } from "./store/StateFile.ts"
import { Store } from "./store/Store.ts"
import { startCouriers } from "./webhooks/Courier.ts"
import type { Delivery, WebhookTarget } from "./webhooks/Delivery.ts"
import { Outbox } from "./webhooks/Outbox.ts"
import { CallLog } from "./wire/CallLog.ts"
import type { Vendor } from "./wire/Vendor.ts"
import { Zendesk } from "./zendesk/Zendesk.ts"
import { zendeskWebhookHeaders } from "./zendesk/ZendeskSignature.ts"
import { makeZendeskState } from "./zendesk/ZendeskState.ts"
import { ZendeskTickets } from "./zendesk/ZendeskTickets.ts"

/** How often the back-orders are looked at that fill themselves. */
const fillMillis = 200

export interface SandboxOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Where the vendors' state outlives this process; left out, it is kept in memory only. */
  readonly stateFile?: string
  readonly credentials?: SandboxCredentials
  readonly settings?: SandboxSettingsPatch
  readonly zendeskWebhook?: { readonly url: string; readonly secret?: string }
  readonly inteliquentWebhook?: { readonly url: string; readonly authorization?: string }
  /** The seed of the faults' chances. */
  readonly seed?: string
}

/** The state of all vendors, and the vendors themselves. */
export interface SandboxCore {
  readonly credentials: SandboxCredentials
  readonly settings: LiveSettings
  readonly faults: Faults
  readonly calls: CallLog
  readonly outbox: Outbox
  readonly save: () => void
  readonly plivo: PlivoState
  readonly inteliquent: InteliquentState
  readonly mcp: McpState
  readonly tickets: ZendeskTickets
  readonly orders: Inteliquent["orders"]
  readonly openai: OpenAi
  readonly sink: Sink
  readonly vendors: ReadonlyArray<Vendor>
}

const makeVendors = (store: Store, settings: LiveSettings, credentials: SandboxCredentials) => {
  const outbox = new Outbox(store)
  const plivo = makePlivoState(store)
  const inteliquent = makeInteliquentState(store)
  const mcp = makeMcpState(store)
  const tickets = new ZendeskTickets(makeZendeskState(store), outbox)
  const openai = new OpenAi(store, credentials.openai)
  const sink = new Sink(credentials.sink)
  const inteliquentVendor = new Inteliquent(inteliquent, settings, outbox, credentials.inteliquent)
  const vendors: ReadonlyArray<Vendor> = [
    new Plivo(plivo, credentials.plivo),
    inteliquentVendor,
    new Zendesk(tickets, settings, credentials.zendesk),
    new Mcp(mcp, settings, credentials.mcp),
    openai,
    sink
  ]
  return { outbox, plivo, inteliquent, mcp, tickets, openai, sink, orders: inteliquentVendor.orders, vendors }
}

const webhookHeaders =
  (credentials: SandboxCredentials) =>
  (delivery: Delivery, target: WebhookTarget, nowMillis: number): Readonly<Record<string, string>> => {
    if (delivery.vendor === "zendesk") {
      return zendeskWebhookHeaders(delivery, target.secret ?? credentials.zendesk.webhookSecret, nowMillis)
    }
    return target.authorization === undefined ? {} : { authorization: target.authorization }
  }

const fillBackorders = (core: SandboxCore): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (core.orders.fillDue(yield* Clock.currentTimeMillis)) core.save()
  }).pipe(Effect.repeat(Schedule.spaced(fillMillis)), Effect.forkScoped, Effect.asVoid)

/** Reads the state, and starts what the vendors do by themselves: sending notifications and filling back-orders. */
export const makeSandboxCore = Effect.fnUntraced(function* (
  options: SandboxOptions
): Effect.fn.Return<SandboxCore, StateFileError, Scope.Scope> {
  const credentials = options.credentials ?? sandboxCredentials
  const settings: LiveSettings = { current: { ...defaultSandboxSettings, ...options.settings } }
  const chance = yield* Random.Random.pipe(Random.withSeed(options.seed ?? "tandem sandbox"))
  const store = new Store()
  const vendors = makeVendors(store, settings, credentials)
  const stateFile =
    options.stateFile === undefined ? noStateFile(store) : yield* openStateFile(options.stateFile, store)
  vendors.outbox.setTargets({
    ...(options.zendeskWebhook === undefined ? {} : { zendesk: options.zendeskWebhook }),
    ...(options.inteliquentWebhook === undefined ? {} : { inteliquent: options.inteliquentWebhook })
  })
  const core: SandboxCore = {
    ...vendors,
    credentials,
    settings,
    faults: new Faults(() => chance.nextDoubleUnsafe()),
    calls: new CallLog(),
    save: stateFile.save
  }
  yield* startCouriers({ ...core, headers: webhookHeaders(credentials) })
  yield* fillBackorders(core)
  return core
})
