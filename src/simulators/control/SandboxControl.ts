import { Clock, Effect } from "effect"
import { type FaultRule, maxFaultRules } from "../faults/FaultRule.ts"
import type { ArmedFault } from "../faults/Faults.ts"
import type { Order } from "../inteliquent/InteliquentState.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"
import { type StockChange, StockRefused } from "../numbers/Stock.ts"
import { maxScriptedAnswers, type ScriptedAnswer } from "../openai/ScriptedAnswer.ts"
import type { SandboxCore } from "../SandboxCore.ts"
import type { SandboxSettings, SandboxSettingsPatch } from "../SandboxSettings.ts"
import type { SinkReport } from "../sink/SinkState.ts"
import { TableFull } from "../store/Table.ts"
import type { WebhookTargets } from "../webhooks/Delivery.ts"
import type { LoggedCall } from "../wire/CallLog.ts"
import type { VendorName } from "../wire/Vendor.ts"
import type { Ticket } from "../zendesk/ZendeskState.ts"
import type { NewTicket } from "../zendesk/ZendeskTickets.ts"
import { SandboxRefused } from "./SandboxRefused.ts"

export type StockingVendor = "plivo" | "inteliquent"

/** What tests and people do to the vendors, in process or through `/sandbox`. */
export interface SandboxControl {
  /** Where Zendesk and Inteliquent post; a vendor left out keeps its target, null takes it away. */
  readonly setWebhooks: (targets: WebhookTargets) => Effect.Effect<void>
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
  /** Opens a ticket as a customer would; the webhook follows. */
  readonly openTicket: (ticket: NewTicket) => Effect.Effect<Ticket, SandboxRefused>
  /** Sends a ticket's webhook again, as a new event or as a repetition with the same invocation id. */
  readonly redeliverTicket: (
    id: number,
    options?: { readonly sameInvocation?: boolean }
  ) => Effect.Effect<Ticket, SandboxRefused>
  /** Changes a ticket as an agent at the vendor would. */
  readonly changeTicket: (
    id: number,
    fields: Partial<Pick<Ticket, "status" | "subject" | "tags">>
  ) => Effect.Effect<Ticket, SandboxRefused>
  /** Fills an open back-order with `count` numbers, or with all that it lacks; the notification follows. */
  readonly fillBackorder: (orderId: number | string, count?: number) => Effect.Effect<Order, SandboxRefused>
  /** What the model answers next, instead of reading the ticket. */
  readonly scriptOpenAi: (answers: ReadonlyArray<ScriptedAnswer>) => Effect.Effect<void, SandboxRefused>
  readonly clearOpenAiScript: Effect.Effect<void>
  /** What came to the sink. */
  readonly sink: Effect.Effect<SinkReport>
}

const refused = (status: number, message: string): SandboxRefused => new SandboxRefused({ status, message })

/** Runs a change that may refuse by giving `undefined`, and saves it before it answers. */
const change = <A>(
  core: SandboxCore,
  absent: string,
  run: (nowMillis: number) => A | undefined
): Effect.Effect<A, SandboxRefused> =>
  Effect.gen(function* () {
    const nowMillis = yield* Clock.currentTimeMillis
    const result = yield* Effect.try({
      try: () => run(nowMillis),
      catch: (cause) =>
        cause instanceof StockRefused
          ? refused(400, cause.message)
          : refused(cause instanceof TableFull ? 507 : 500, cause instanceof Error ? cause.message : String(cause))
    })
    core.save()
    return result === undefined ? yield* refused(404, absent) : result
  })

const ticketControl = (
  core: SandboxCore
): Pick<SandboxControl, "openTicket" | "redeliverTicket" | "changeTicket" | "fillBackorder"> => ({
  openTicket: (ticket) => change(core, "", (nowMillis) => core.tickets.open(ticket, nowMillis)),
  redeliverTicket: (id, options) =>
    change(core, `There is no ticket ${id}`, (nowMillis) =>
      core.tickets.redeliver(id, options?.sameInvocation ?? false, nowMillis)
    ),
  changeTicket: (id, fields) =>
    change(core, `There is no ticket ${id}`, (nowMillis) => {
      const ticket = core.tickets.get(id)
      return ticket === undefined ? undefined : core.tickets.update(ticket, { fields }, nowMillis)
    }),
  fillBackorder: (orderId, count) =>
    change(core, `There is no open back-order ${orderId}`, (nowMillis) =>
      core.orders.fill(String(orderId), count, nowMillis)
    )
})

export const makeSandboxControl = (core: SandboxCore): SandboxControl => ({
  ...ticketControl(core),
  setWebhooks: (targets) =>
    Effect.sync(() => {
      core.outbox.setTargets(targets)
      core.save()
    }),
  setStock: (vendor, stock) => change(core, "", () => core[vendor].stock.change(stock)),
  stockOf: (vendor, npa) => Effect.sync(() => core[vendor].stock.countOf(npa)),
  ledger: Effect.sync(() => ledgerOf(core)),
  calls: (vendor) => Effect.sync(() => core.calls.of(vendor)),
  setFaults: (rules) => Effect.sync(() => core.faults.replace(rules)),
  addFaults: (rules) =>
    Effect.suspend(() =>
      core.faults.add(rules) ? Effect.void : Effect.fail(refused(400, `At most ${maxFaultRules} fault rules fit`))
    ),
  faults: Effect.sync(() => core.faults.list()),
  settings: Effect.sync(() => core.settings.current),
  changeSettings: (patch) => Effect.sync(() => (core.settings.current = { ...core.settings.current, ...patch })),
  scriptOpenAi: (answers) =>
    Effect.suspend(() =>
      core.openai.script(answers)
        ? Effect.void
        : Effect.fail(refused(400, `At most ${maxScriptedAnswers} answers can wait`))
    ),
  clearOpenAiScript: Effect.sync(() => core.openai.clearScript()),
  sink: Effect.sync(() => core.sink.state.report())
})
