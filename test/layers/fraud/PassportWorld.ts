import { assert } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { PassportReason } from "../../../src/domain/fraud/stir/PassportReason.ts"
import type { PassportInput } from "../../../src/layers/fraud/Passports.ts"
import { Passports } from "../../../src/layers/fraud/Passports.ts"
import type { Issued } from "./SigningAuthority.ts"
import { atMillis, rootAuthority } from "./SigningAuthority.ts"

export const root = await rootAuthority("Root")
export const stranger = await rootAuthority("Stranger")
export const signer = await root.signer()

export const call = { aNumber: "+2347031112222", bNumber: "+2348031234567", atMillis }

interface World {
  readonly answers?: (url: string) => Effect.Effect<Response>
  readonly anchors?: string | null
  readonly env?: Record<string, string>
}

export const pem = (...certificates: ReadonlyArray<Issued>) => certificates.map(({ pem }) => pem).join("")

export const serving = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  Effect.sync(() => new Response(body, { headers }))

/** A repository of certificates in memory, with the calls that were checked against it. */
export const withPassports =
  (world: World) =>
  <A, E>(
    test: (asked: Array<string>) => Effect.Effect<A, E, Passports>
  ): Effect.Effect<A, E | Layer.Error<typeof Passports.layerWithClient>> =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const client = HttpClient.make((request, url) =>
        Effect.sync(() => asked.push(url.href)).pipe(
          Effect.andThen(world.answers?.(url.href) ?? serving(pem(signer))),
          Effect.map((response) => HttpClientResponse.fromWeb(request, response))
        )
      )
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "anchors-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const file = join(directory, "anchors.pem")
      writeFileSync(file, world.anchors ?? root.pem)
      const env = { ...(world.anchors === null ? {} : { FRAUD_STIR_TRUST_FILE: file }), ...world.env }
      yield* TestClock.setTime(atMillis)
      return yield* test(asked).pipe(
        Effect.provide(
          Passports.layerWithClient.pipe(
            Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
          )
        )
      )
    }).pipe(Effect.scoped)

export const verify = (input: Partial<PassportInput> & Pick<PassportInput, "identity">) =>
  Effect.flatMap(Passports, (passports) => passports.verify({ ...call, ...input }))

export const settle = Effect.repeat(Effect.yieldNow, { times: 50 })

/** Checks twice: the first call finds the certificate missing and starts its fetch. */
export const verifyTwice = Effect.fnUntraced(function* (
  input: Partial<PassportInput> & Pick<PassportInput, "identity">
) {
  yield* verify(input)
  yield* settle
  return yield* verify(input)
})

export const expectReason = (
  reason: PassportReason,
  attestation: string,
  input: Partial<PassportInput> & Pick<PassportInput, "identity">,
  world: World = {}
) =>
  withPassports(world)(() => verifyTwice(input)).pipe(
    Effect.map((check) => assert.deepStrictEqual(check, { attestation, reason }))
  )
