import { Console, Context, Duration, Effect, Option } from "effect"
import packageJson from "../../../package.json" with { type: "json" }
import { BrokerPort } from "../../http/broker/BrokerPort.ts"
import { SwitchPort } from "../../http/switch/SwitchPort.ts"
import { CliFailure } from "../CliFailure.ts"
import { servesUntilStopped } from "../CleanStop.ts"
import { errorText } from "../ErrorText.ts"
import * as Plane from "../Plane.ts"
import { freePort } from "../Ports.ts"
import { routeToSink } from "../SinkRoute.ts"
import { journalPosition, pointWebhooks, prepareNode, startNode } from "../RunningPlane.ts"
import { refuseProblems, startProblems } from "../SettingProblems.ts"
import type { Values } from "../SettingValues.ts"
import { dataDirOf, provideSettings, SettingValues } from "../SettingValues.ts"
import { developmentKey } from "./DevelopmentKey.ts"
import { openBroker, withPassphrase } from "./SampleClient.ts"
import { tellSampleCalls } from "./SampleCalls.ts"
import { fillAfterMillis, openSamples } from "./Samples.ts"
import { isSettled, makeStoryteller } from "./Storyteller.ts"
import { stillOpen, welcome } from "./Welcome.ts"

/** After this time it is told where everything is, whatever keeps the samples from being answered. */
const sampleTimeout = Duration.seconds(120)

const print = (lines: ReadonlyArray<string>) => Effect.forEach(lines, (line) => Console.log(line), { discard: true })

/** A port that nobody chose gives way when it is taken; one that was chosen does not. */
const withPort = Effect.fnUntraced(function* (values: Values, name: string, preferred: number) {
  if (values[name] !== undefined) return values
  const port = yield* freePort(values.TANDEM_HOST ?? "127.0.0.1", preferred)
  if (port !== preferred) yield* Console.log(`Port ${preferred} is taken, using ${port} instead (${name}).`)
  return { ...values, [name]: String(port) }
})

const tellSamples = Effect.fnUntraced(function* (
  storyteller: Effect.Success<ReturnType<typeof makeStoryteller>>,
  samples: ReadonlyArray<{ readonly ticketId: string; readonly opened: boolean }>
) {
  const ticketIds = samples.map((sample) => sample.ticketId)
  if (ticketIds.every((id) => isSettled(storyteller.orders.get(id)))) return
  yield* Console.log(
    samples.some((sample) => sample.opened)
      ? `Sample tickets ${ticketIds.join(", ")} are open in the sandbox's help desk. What happens to them:`
      : "What happens to the sample tickets that are still open:"
  )
  const answered = yield* Effect.timeoutOption(storyteller.untilSettled(ticketIds), sampleTimeout)
  yield* Console.log(
    Option.isSome(answered)
      ? "All sample tickets are answered."
      : `Not all sample tickets are answered after ${Duration.format(sampleTimeout)}; it goes on.`
  )
})

const serveAndTell = Effect.fnUntraced(function* (values: Values) {
  const prepared = yield* prepareNode("all", values, { inteliquentAutoFillMillis: fillAfterMillis })
  const { sandbox } = prepared
  const startPosition = yield* journalPosition(prepared)
  const { services, url } = yield* startNode(prepared)
  const switchUrl = Option.match(Context.getOption(services, SwitchPort), {
    onNone: () => "",
    onSome: (port) => port.url
  })
  yield* Effect.gen(function* () {
    const storyteller = yield* makeStoryteller(startPosition)
    const apiKey = yield* developmentKey(dataDirOf(values))
    yield* Console.log(`Tandem serves at ${url}.`)
    yield* print(stillOpen(storyteller.orders.values()))
    if (sandbox !== undefined) {
      yield* pointWebhooks(sandbox, url)
      yield* routeToSink(sandbox)
      yield* tellSamples(storyteller, yield* openSamples(sandbox))
      yield* tellSampleCalls(switchUrl)
    }
    const sandboxUrl = sandbox?.baseUrl
    const port = Context.getOption(services, BrokerPort)
    const broker = Option.isNone(port) ? undefined : yield* openBroker(dataDirOf(values), port.value)
    yield* print(welcome({ url, switchUrl, sandboxUrl, broker, apiKey, dataDir: dataDirOf(values) }))
    return yield* Effect.onInterrupt(Effect.never, () => Console.log("Stopping ..."))
  }).pipe(Effect.provideContext(services))
})

/** Starts a whole plane on this machine and tells what it does, until a signal. */
export const startAndTell = Effect.gen(function* () {
  const { values } = yield* SettingValues
  yield* refuseProblems(startProblems(values, "all"))
  yield* servesUntilStopped
  yield* Console.log(`Tandem ${packageJson.version} is starting ...`)
  const quiet = { LOG_LEVEL: "Error", ...values }
  const withEdge = yield* withPort(quiet, "TANDEM_PORT", 8080)
  const withSandbox = yield* withPort(withEdge, "TANDEM_SANDBOX_PORT", 8081)
  const withSwitch = yield* withPort(withSandbox, "FRAUD_SWITCH_PORT", 8070)
  const chosen = yield* withPassphrase(yield* withPort(withSwitch, "BROKER_PORT", 8443))
  yield* serveAndTell(chosen).pipe(
    Effect.mapError((error) => (error instanceof CliFailure ? error : CliFailure.refused(errorText(error)))),
    Effect.scoped,
    Effect.provide(Plane.observability),
    Effect.provide(provideSettings(chosen))
  )
})
