import { ConfigProvider, Context, Effect, Layer, Stream } from "effect"
import { connect } from "node:net"
import type { CallEnd } from "../../../src/domain/fraud/CallAttempt.ts"
import { CallRecordsUnavailable } from "../../../src/domain/fraud/calls/CallRecord.ts"
import { FraudEngine } from "../../../src/domain/fraud/FraudEngine.ts"
import { ListIndex } from "../../../src/domain/fraud/lists/ListIndex.ts"
import { defaultRules } from "../../../src/domain/fraud/rules/RuleSet.ts"
import type { Screened } from "../../../src/entities/CallScreen.ts"
import { CallScreen } from "../../../src/entities/CallScreen.ts"
import { SwitchDesk } from "../../../src/http/switch/SwitchDesk.ts"
import { Passports } from "../../../src/layers/fraud/Passports.ts"
import { ScreeningPolicy } from "../../../src/layers/fraud/ScreeningPolicy.ts"
import { CallRecords } from "../../../src/layers/storage/CallRecords.ts"

/** What stands behind the switch port here: an engine instead of the actors, memory instead of the database. */
export class SwitchWorld extends Context.Service<
  SwitchWorld,
  {
    /** CDRs whose calls were counted. */
    readonly counted: Array<string>
    /** CDRs that were committed. */
    readonly kept: Set<string>
    databaseIsAway: boolean
    /** While it is set, verdicts wait here until they are let go. */
    held: Array<() => void> | undefined
  }
>()("tandem/test/SwitchWorld") {
  static readonly layer = Layer.sync(SwitchWorld, () =>
    SwitchWorld.of({ counted: [], kept: new Set(), databaseIsAway: false, held: undefined })
  )
}

/** A call to this number cannot be screened: something is broken. */
export const brokenNumber = "+2348059999999"

const screen = Layer.effect(
  CallScreen,
  Effect.gen(function* () {
    const world = yield* SwitchWorld
    const engine = new FraudEngine(defaultRules, { callers: 1_000, callees: 1_000, sources: 100 })
    return CallScreen.of({
      screen: (call, respond) => {
        if (call.bNumber === brokenNumber) throw new Error("broken")
        const features = engine.features(call)
        const verdict = engine.attempt(call)
        const callers = features.called?.callers ?? 1
        const screened: Screened = { verdict, overload: false, redirectTo: "", callers, latencyMicros: 10 }
        if (world.held === undefined) respond(screened)
        else world.held.push(() => respond(screened))
      },
      ended: (end) => void world.counted.push(end.callId),
      isAwake: () => true
    })
  })
)

const records = Layer.effect(
  CallRecords,
  Effect.map(SwitchWorld, (world) => {
    const keep = ({ callId }: CallEnd) => {
      if (world.kept.has(callId)) return "duplicate" as const
      world.kept.add(callId)
      return "counted" as const
    }
    const away = new CallRecordsUnavailable({ detail: "away" })
    const unasked = Effect.die("not asked here")
    return CallRecords.of({
      recordAttempt: () => true,
      recordEnds: (ends) => Effect.suspend(() => (world.databaseIsAway ? away : Effect.sync(() => ends.map(keep)))),
      get: () => unasked,
      list: () => unasked,
      stream: () => Stream.die("not asked here"),
      summary: () => unasked
    })
  })
)

const policy = Layer.succeed(
  ScreeningPolicy,
  ScreeningPolicy.of({
    current: () => ({ rules: defaultRules, rulesVersion: 1, lists: new ListIndex() }),
    changes: Stream.never
  })
)

const passports = Layer.succeed(Passports, Passports.of({ verify: () => Effect.die("no identities come here") }))

export const desk = SwitchDesk.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(screen, records, policy, passports)),
  Layer.provideMerge(SwitchWorld.layer)
)

export const configured = (values: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromUnknown(values))

let calls = 0

export const question = (more: Readonly<Record<string, unknown>> = {}) => ({
  call_id: `call-${calls++}@switch`,
  caller_id: "08031234567",
  called_number: `+23480${String(50_000_000 + calls).padStart(8, "0")}`,
  source_ip: "198.51.100.7",
  ...more
})

export const cdrOf = (more: Readonly<Record<string, unknown>> = {}) => {
  const now = Date.now()
  return question({ start_time: now - 20_000, answer_time: now - 15_000, end_time: now, sip_code: 200, ...more })
}

/** Sends bytes as they are over one connection and gives all that comes back until it is closed, or until enough came. */
export const talk = (
  port: number,
  pieces: ReadonlyArray<string>,
  isEnough: (answer: string) => boolean = () => false
) =>
  Effect.callback<string>((resume) => {
    const socket = connect(port, "127.0.0.1")
    let answer = ""
    socket.on("data", (chunk) => {
      answer += chunk.toString()
      if (isEnough(answer)) socket.end()
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answer)))
    for (const piece of pieces) socket.write(piece)
    return Effect.sync(() => socket.destroy())
  })

/** One HTTP request as bytes. */
export const bytesOf = (path: string, body: string, headers: ReadonlyArray<string> = []) =>
  [`POST ${path} HTTP/1.1`, "host: tandem", `content-length: ${Buffer.byteLength(body)}`, ...headers, "", body].join(
    "\r\n"
  )
