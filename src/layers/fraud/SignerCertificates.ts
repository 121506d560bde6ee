import { Cache, Clock, Effect, Exit, Option, Semaphore, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import type { HttpClientResponse } from "effect/http"
import type { X509Certificate } from "node:crypto"
import type { PassportProblem } from "../../domain/fraud/stir/PassportReason.ts"
import type { SignerCertificate } from "./SignerCertificate.ts"
import { signerCertificateOf } from "./SignerCertificate.ts"

/** Largest answer that is read, in bytes. */
export const maxCertificateBytes = 64 * 1024
/** Certificates that are kept, those of the signers heard last. */
export const maxCertificates = 2_000
/** Fetches at the same time, and those that wait for them; a certificate that comes too much is fetched at a later call. */
export const maxFetches = 8
export const maxWaitingFetches = 64
export const fetchTimeoutMillis = 5_000
/**
 * How long a certificate is kept: what Cache-Control says within these limits, and an hour when it says nothing. One that is
 * not believed is kept for the shortest time, since its signer may be about to mend it.
 */
export const minKeptMillis = 60_000
export const maxKeptMillis = 24 * 3_600_000
export const unstatedKeptMillis = 3_600_000
/** How long a signer whose certificate was not to be had is left alone. */
export const failedKeptMillis = 30_000

type Answer = SignerCertificate | PassportProblem

interface Kept {
  readonly answer: Answer
  readonly keptMillis: number
  /** From then on a call starts a new fetch and is still answered from here. */
  readonly refreshAtMillis: number
}

/** The max-age of Cache-Control (RFC 9111 §5.2.2) in milliseconds, within our limits. */
export const keptMillisOf = (cacheControl: string | undefined): number => {
  const directives = (cacheControl ?? "").toLowerCase()
  if (/\bno-(store|cache)\b/.test(directives)) return minKeptMillis
  const seconds = /\bmax-age\s*=\s*"?(\d{1,10})/.exec(directives)?.[1]
  if (seconds === undefined) return unstatedKeptMillis
  return Math.min(maxKeptMillis, Math.max(minKeptMillis, Number(seconds) * 1000))
}

const readBounded = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    return response.stream.pipe(
      Stream.takeUntil((chunk) => {
        chunks.push(chunk)
        bytes += chunk.length
        return bytes > maxCertificateBytes
      }),
      Stream.runDrain,
      Effect.map(() => (bytes > maxCertificateBytes ? undefined : Buffer.concat(chunks)))
    )
  })

/** Certificates of signers by their address. They are fetched in the background, each once at a time. */
export const makeSignerCertificates = Effect.fnUntraced(function* (anchors: ReadonlyArray<X509Certificate>) {
  const client = HttpClient.withScope(yield* HttpClient.HttpClient)
  const scope = yield* Effect.scope
  const permits = yield* Semaphore.make(maxFetches)
  const underWay = new Set<string>()

  const ask = Effect.fnUntraced(function* (url: string) {
    const response = yield* client.execute(HttpClientRequest.get(url))
    const body = response.status === 200 ? yield* readBounded(response) : undefined
    const now = yield* Clock.currentTimeMillis
    if (body === undefined) return unavailable(now)
    const answer = signerCertificateOf(body, anchors)
    const keptMillis = typeof answer === "string" ? minKeptMillis : keptMillisOf(response.headers["cache-control"])
    return { answer, keptMillis, refreshAtMillis: now + keptMillis * 0.8 }
  })

  const cache = yield* Cache.makeWith(
    (url: string): Effect.Effect<Kept> =>
      ask(url).pipe(
        Effect.scoped,
        Effect.timeout(fetchTimeoutMillis),
        Effect.catchCause(() => Effect.map(Clock.currentTimeMillis, unavailable)),
        permits.withPermit
      ),
    { capacity: maxCertificates, timeToLive: (exit) => (Exit.isSuccess(exit) ? exit.value.keptMillis : 0) }
  )

  /** A certificate that is still there is not given up because its renewal failed. */
  const renew = (url: string, isThere: boolean) =>
    isThere
      ? Effect.flatMap(cache.lookup(url), (kept) =>
          kept.answer === "CertificateUnavailable" ? Effect.void : Cache.set(cache, url, kept)
        )
      : Cache.get(cache, url)

  const start = (url: string, isThere: boolean) =>
    Effect.suspend(() => {
      if (underWay.has(url) || underWay.size >= maxFetches + maxWaitingFetches) return Effect.void
      underWay.add(url)
      const done = Effect.sync(() => underWay.delete(url))
      return Effect.forkIn(Effect.ensuring(renew(url, isThere), done), scope)
    })

  /** What is known of the certificate now, at once. */
  const get = Effect.fnUntraced(function* (url: string) {
    const kept = Option.getOrUndefined(yield* Cache.getSuccess(cache, url))
    const now = yield* Clock.currentTimeMillis
    if (kept === undefined || now >= kept.refreshAtMillis) yield* start(url, kept !== undefined)
    const answer: Answer = kept?.answer ?? "CertificatePending"
    return answer
  })

  return { get }
})

const unavailable = (now: number): Kept => ({
  answer: "CertificateUnavailable",
  keptMillis: failedKeptMillis,
  refreshAtMillis: now + failedKeptMillis
})
