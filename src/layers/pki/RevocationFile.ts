import { Config, Effect, Layer, Option, Queue, Schedule, Schema } from "effect"
import { rename, writeFile } from "node:fs/promises"
import { createConnection } from "node:net"
import { ClientDirectory } from "./ClientDirectory.ts"
import { RevocationLists } from "./RevocationLists.ts"
import { TrustStore } from "./TrustStore.ts"

const file = Config.option(Config.NonEmptyString("BROKER_CRL_FILE"))
const runtimeSocket = Config.option(Config.NonEmptyString("HAPROXY_RUNTIME_SOCKET"))
const masterSocket = Config.option(Config.NonEmptyString("HAPROXY_MASTER_SOCKET"))

/** Lists are made anew so often when nothing is revoked, long before their time is over. */
const refreshEvery = "6 hours"

/** After a failure it is tried again so soon. */
const retryAfter = "1 second"

const answerTimeout = "2 seconds"

/** Between two reloads: each leaves a process behind that ends with its last connection. */
const reloadPause = "1 second"

/** The list could not be written, or the proxy did not take it. */
export class RevocationFileFailed extends Schema.TaggedError<RevocationFileFailed>()("RevocationFileFailed", {
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

const failed = (cause: unknown) => new RevocationFileFailed({ detail: String(cause).slice(0, 300) })

/** One command of HAProxy's runtime API: it answers, and closes the connection. */
const tell = (socket: string, command: string) =>
  Effect.callback<string, RevocationFileFailed>((resume) => {
    const chunks: Array<Buffer> = []
    const connection = createConnection(socket, () => void connection.write(`${command}\n`))
    connection.on("data", (chunk) => chunks.push(chunk))
    connection.on("error", (error) => resume(Effect.fail(failed(error))))
    connection.on("close", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    return Effect.sync(() => connection.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: answerTimeout, orElse: () => Effect.fail(failed("no answer in time")) }))

/** What HAProxy of our version answers to a command that is longer than its buffer is nothing; others say so. */
const isTooLong = (answer: string): boolean => answer.trim() === "" || /too big/i.test(answer)

interface Proxy {
  readonly socket: string
  readonly master: string | undefined
}

/**
 * Has a running HAProxy use the list at once. Over its runtime socket it takes one up to its `tune.bufsize`, in a single
 * piece; for a longer one its master process starts workers anew, which read the file.
 */
const handOver = Effect.fnUntraced(function* ({ master, socket }: Proxy, path: string, pem: string) {
  // A payload ends with an empty line.
  const offered = yield* tell(socket, `set ssl crl-file ${path} <<\n${pem.trimEnd()}\n`)
  if (isTooLong(offered)) {
    if (master !== undefined) return yield* Effect.andThen(tell(master, "reload"), Effect.sleep(reloadPause))
    return yield* Effect.logWarning(
      `the revocation list is longer (${pem.length} bytes) than HAProxy's tune.bufsize: reload it, or set HAPROXY_MASTER_SOCKET`
    )
  }
  const answer = yield* tell(socket, `commit ssl crl-file ${path}`)
  if (!answer.includes("Success"))
    yield* failed(`HAProxy did not take the revocation list: ${offered.trim()} ${answer.trim()}`)
})

/**
 * Keeps the revocation lists of all issuers in a file for a proxy (`BROKER_CRL_FILE`), and hands each new one to a running
 * HAProxy (`HAPROXY_RUNTIME_SOCKET`, for long lists `HAPROXY_MASTER_SOCKET`). Tandem itself refuses what is revoked whatever a proxy knows.
 */
export const RevocationFileLive = Layer.effectDiscard(
  Effect.gen(function* () {
    const path = Option.getOrUndefined(yield* file)
    const socket = Option.getOrUndefined(yield* runtimeSocket)
    const master = Option.getOrUndefined(yield* masterSocket)
    if (path === undefined) return
    const lists = yield* RevocationLists
    const changes = yield* Queue.sliding<void>(1)
    const nudge = () => void Queue.offerUnsafe(changes, undefined)
    ;(yield* ClientDirectory).onChange(nudge)
    ;(yield* TrustStore).onChange(nudge)

    const publish = Effect.gen(function* () {
      const pem = yield* lists.bundle("full")
      if (pem === "") return
      yield* Effect.tryPromise({
        try: async () => {
          await writeFile(`${path}.new`, pem)
          await rename(`${path}.new`, path)
        },
        catch: failed
      })
      if (socket !== undefined) yield* handOver({ socket, master }, path, pem)
    })

    yield* publish.pipe(
      Effect.tapCause((cause) => Effect.logWarning("the proxy has no new revocation list", cause)),
      Effect.retry({ schedule: Schedule.spaced(retryAfter) }),
      Effect.ignore,
      Effect.andThen(Effect.timeoutOption(Queue.take(changes), refreshEvery)),
      Effect.forever,
      Effect.forkScoped
    )
  })
)
