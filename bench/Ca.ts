import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Effect } from "effect"
import { X509Certificate } from "node:crypto"
import { newSerial } from "../src/layers/pki/Certificates.ts"
import type { Revoked } from "../src/layers/pki/RevocationList.ts"
import { makeRevocationList } from "../src/layers/pki/RevocationList.ts"
import { makeAuthorities, ourFromKeys, ourFromRequests, theirFromKeys, theirFromRequests } from "./pki/Authorities.ts"
import { issuingDurably } from "./pki/Durable.ts"
import { opensslFromRequests, opensslRevocationList } from "./pki/OpensslCa.ts"

/** Each has a key of its own, so that nothing about a key can be remembered from round to round. */
const clients = 400
const rounds = 3
const entries = 100_000

const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const secondsOf = Effect.fnUntraced(function* <A, E, R>(run: Effect.Effect<A, E, R>) {
  const startedAt = yield* Clock.currentTimeNanos
  const result = yield* run
  return { result, seconds: Number((yield* Clock.currentTimeNanos) - startedAt) / 1e9 }
})

const per = (rates: ReadonlyArray<number>) => `${Math.round(median(rates))}/s`
const times = (ours: ReadonlyArray<number>, theirs: ReadonlyArray<number>) =>
  `${(median(ours) / median(theirs)).toFixed(1)}x`

/** The sides take turns, so that what else the machine does meets all of them. The first round only warms up. */
const issuing = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const rates = { keys: [0], theirKeys: [0], requests: [0], theirRequests: [0], openssl: [0] }
  for (const list of Object.values(rates)) list.pop()
  for (let round = 0; round <= rounds; round++) {
    const authorities = yield* makeAuthorities(clients, now)
    const rate = <A, E, R>(run: Effect.Effect<A, E, R>, into: Array<number>) =>
      Effect.map(secondsOf(run), ({ result, seconds }) => {
        if (round > 0) into.push(clients / seconds)
        return result
      })
    const requests = yield* rate(ourFromRequests(authorities, now), rates.requests)
    yield* rate(theirFromRequests(authorities, now), rates.theirRequests)
    const pems = yield* rate(ourFromKeys(authorities, now), rates.keys)
    const theirs = yield* rate(theirFromKeys(authorities, now), rates.theirKeys)
    yield* rate(yield* opensslFromRequests(authorities), rates.openssl)
    for (const pem of [pems.at(-1), requests.at(-1), theirs.at(-1)]) {
      if (!new X509Certificate(pem ?? "").verify(authorities.issuer.certificate.publicKey))
        throw new Error("not signed")
    }
  }
  yield* Console.log(
    `certificates, ECDSA P-256, ${clients} at a time, medians of ${rounds} rounds:\n` +
      `  from a public key:      ${per(rates.keys)}, @peculiar/x509 ${per(rates.theirKeys)} ` +
      `(${times(rates.keys, rates.theirKeys)})\n` +
      `  from a signing request: ${per(rates.requests)}, @peculiar/x509 ${per(rates.theirRequests)} ` +
      `(${times(rates.requests, rates.theirRequests)}), openssl ca ${per(rates.openssl)} ` +
      `(${times(rates.requests, rates.openssl)})`
  )
}).pipe(Effect.scoped)

const revoking = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const authorities = yield* makeAuthorities(1, now)
  const reasons = ["keyCompromise", "superseded", "cessationOfOperation"] as const
  const revoked = Array.from({ length: entries }, (_, n): Revoked => ({
    serial: newSerial(),
    revokedAtMillis: now - n * 7000,
    reason: reasons[n % reasons.length] ?? "superseded"
  }))
  const ours: Array<number> = []
  const theirs: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    const list = { number: round, baseNumber: null, thisUpdateMillis: now, nextUpdateMillis: now + 86_400_000, revoked }
    ours.push((yield* secondsOf(Effect.sync(() => makeRevocationList(authorities.issuer, list)))).seconds)
    theirs.push((yield* secondsOf(yield* opensslRevocationList(authorities, revoked))).seconds)
  }
  yield* Console.log(
    `revocation list of ${entries} entries: ${Math.round(median(ours) * 1000)} ms, ` +
      `openssl ca -gencrl ${Math.round(median(theirs) * 1000)} ms (${(median(ours) / median(theirs)).toFixed(2)} of its time)`
  )
}).pipe(Effect.scoped)

Effect.andThen(issuing, Effect.andThen(issuingDurably, revoking)).pipe(NodeRuntime.runMain)
