import { Console, Context, Effect, Layer, Redacted } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import { EmbeddedPostgres } from "../../src/layers/storage/EmbeddedPostgres.ts"
import { startPlane } from "../broker/Plane.ts"
import type { Authorities } from "./Authorities.ts"
import { makeAuthorities, theirIssuer, theirCertificateFor } from "./Authorities.ts"
import { opensslOneByOne } from "./OpensslCa.ts"

/** Under way at once, except with `openssl ca`, whose index takes one at a time. */
const atOnce = 32

const rounds = 3
const clients = 1_000

/** Of so many `openssl ca` is asked, which starts a process for each. */
const few = 100

const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const timed = <A, E, R>(run: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const startedAt = performance.now()
    return Effect.map(run, () => (performance.now() - startedAt) / 1_000)
  })

/** The same by `@peculiar/x509`, each with one INSERT that is committed before the next is asked for. */
const theirs = Effect.fnUntraced(function* (pool: pg.Pool, authorities: Authorities, nowMillis: number) {
  const issuer = yield* Effect.promise(() => theirIssuer(authorities))
  yield* Effect.forEach(
    authorities.requests,
    (request) =>
      Effect.promise(async () => {
        const { pem, serial, subject } = await theirCertificateFor(issuer, request, nowMillis)
        const text = "INSERT INTO bench_certificates (serial, subject, pem) VALUES ($1, $2, $3)"
        await pool.query({ name: "keep", text, values: [serial, subject, pem] })
      }),
    { concurrency: atOnce, discard: true }
  )
})

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Each certificate is on disk before whoever asked for it has it; `openssl ca` leaves that to the system. */
export const issuingDurably = Effect.gen(function* () {
  const dir = yield* directory
  const postgres = yield* Layer.build(EmbeddedPostgres.layer({ dataDir: join(dir, "pg") }))
  const { url } = Context.get(postgres, EmbeddedPostgres)
  const { ask } = yield* startPlane(url, dir)
  yield* ask("POST", "/certificates/authority", {})
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new pg.Pool({ connectionString: Redacted.value(url), max: atOnce })),
    (made) => Effect.promise(() => made.end())
  )
  yield* Effect.promise(() =>
    pool.query("CREATE TABLE bench_certificates (serial text PRIMARY KEY, subject text NOT NULL, pem text NOT NULL)")
  )
  const rates = { ours: new Array<number>(), theirs: new Array<number>(), openssl: new Array<number>() }
  // The first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    const now = Date.now()
    const authorities = yield* makeAuthorities(clients, now, `client-${round}`)
    const ours = Effect.forEach(
      authorities.requests,
      (signingRequest, n) => ask("POST", "/certificates", { clientId: `client-${round}-${n}`, signingRequest }),
      { concurrency: atOnce, discard: true }
    )
    const seconds = {
      ours: yield* timed(ours),
      theirs: yield* timed(theirs(pool, authorities, now)),
      openssl: yield* timed(yield* opensslOneByOne({ ...authorities, requests: authorities.requests.slice(0, few) }))
    }
    if (round === 0) continue
    rates.ours.push(clients / seconds.ours)
    rates.theirs.push(clients / seconds.theirs)
    rates.openssl.push(few / seconds.openssl)
  }
  const [ours, other, openssl] = [median(rates.ours), median(rates.theirs), median(rates.openssl)]
  yield* Console.log(
    `certificates issued durably, from signing requests, ${atOnce} at once, medians of ${rounds} rounds:\n` +
      `  Tandem by its API, an actor and a journal for each client: ${Math.round(ours)}/s; ` +
      `@peculiar/x509 with one INSERT each: ${Math.round(other)}/s (${(ours / other).toFixed(2)}x); ` +
      `openssl ca, a process each: ${Math.round(openssl)}/s (${(ours / openssl).toFixed(2)}x)`
  )
}).pipe(Effect.scoped)
