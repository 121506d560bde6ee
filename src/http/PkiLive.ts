import { Clock, Effect, Option, Result } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Buffer } from "node:buffer"
import { isAskedOf, makeOcspAnswer, ocspErrorAnswer } from "../layers/pki/Ocsp.ts"
import type { OcspStatus } from "../layers/pki/Ocsp.ts"
import type { OcspRequest } from "../layers/pki/OcspRequest.ts"
import { maxOcspRequestBytes, readOcspRequest } from "../layers/pki/OcspRequest.ts"
import { RevocationLists } from "../layers/pki/RevocationLists.ts"
import { TrustStore } from "../layers/pki/TrustStore.ts"
import { CertificateRows } from "../layers/storage/CertificateRows.ts"

/** How long an answer about one certificate may be used. */
const answerMillis = 3_600_000

const ocspType = "application/ocsp-response"
const crlType = "application/pkix-crl"
const pemType = "application/x-pem-file"

const away = HttpServerResponse.text("not available now\n", { status: 503, headers: { "retry-after": "1" } })
const notFound = HttpServerResponse.text("there is no such list\n", { status: 404 })

const ocsp = (der: Buffer) => HttpServerResponse.uint8Array(der, { contentType: ocspType })

/** Answers what is asked about single certificates (RFC 6960), each by the issuer that made it. */
const makeResponder = Effect.gen(function* () {
  const rows = yield* CertificateRows
  const trust = yield* TrustStore

  const statuses = Effect.fnUntraced(function* ({ certIds }: OcspRequest) {
    const found = new Map<string, OcspStatus>()
    for (const { serial } of certIds) {
      const row = Option.getOrUndefined(yield* rows.get(serial))
      if (row === undefined) continue
      found.set(
        serial,
        row.status === "revoked"
          ? {
              status: "revoked",
              revokedAtMillis: Date.parse(row.revokedAt ?? row.createdAt),
              reason: row.revocationReason ?? "unspecified"
            }
          : { status: "good" }
      )
    }
    return found
  })

  return Effect.fnUntraced(
    function* (bytes: Uint8Array) {
      const read = readOcspRequest(bytes)
      if (Result.isFailure(read)) return ocsp(ocspErrorAnswer("malformedRequest"))
      const { issuers } = trust.authority()
      const [first] = read.success.certIds
      for (const { fingerprint } of issuers) {
        const issuer = yield* trust.issuerOf(fingerprint)
        if (first === undefined || !isAskedOf(issuer, first)) continue
        const known = yield* statuses(read.success)
        const now = yield* Clock.currentTimeMillis
        const der = makeOcspAnswer(issuer, {
          ...read.success,
          statusOf: (serial) => known.get(serial) ?? { status: "unknown" },
          thisUpdateMillis: now,
          nextUpdateMillis: now + answerMillis
        })
        return ocsp(der)
      }
      return ocsp(ocspErrorAnswer("unauthorized"))
    },
    Effect.catch(() => Effect.succeed(ocsp(ocspErrorAnswer("tryLater"))))
  )
})

const listForm = /^([0-9a-f]{64})(\.delta)?\.crl$/

/** `/pki`: what anybody may ask of the authority, as certificates name it: revocation lists, OCSP, its certificates. */
export const PkiLive = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const lists = yield* RevocationLists
    const trust = yield* TrustStore
    const respond = yield* makeResponder

    yield* router.add(
      "GET",
      "/pki/root.pem",
      Effect.sync(() => {
        const { root } = trust.authority()
        return root === null ? notFound : HttpServerResponse.text(root.pem, { contentType: pemType })
      })
    )
    yield* router.add(
      "GET",
      "/pki/lists.pem",
      lists.bundle("full").pipe(
        Effect.map((pem) => HttpServerResponse.text(pem, { contentType: pemType })),
        Effect.catch(() => Effect.succeed(away))
      )
    )
    yield* router.add(
      "GET",
      "/pki/:list",
      Effect.gen(function* () {
        const { list = "" } = yield* HttpRouter.params
        const [, issuer, delta] = listForm.exec(list) ?? []
        if (issuer === undefined) return notFound
        const { der } = yield* lists.of(issuer, delta === undefined ? "full" : "delta")
        return HttpServerResponse.uint8Array(der, { contentType: crlType })
      }).pipe(
        Effect.catchTag("AuthorityMissing", () => Effect.succeed(notFound)),
        Effect.catch(() => Effect.succeed(away))
      )
    )
    yield* router.add(
      "POST",
      "/pki/ocsp",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        return yield* respond(new Uint8Array(yield* request.arrayBuffer))
      })
    )
    yield* router.add(
      "GET",
      "/pki/ocsp/:request",
      Effect.gen(function* () {
        const { request = "" } = yield* HttpRouter.params
        const bytes = Buffer.from(request, "base64")
        return bytes.length > maxOcspRequestBytes ? ocsp(ocspErrorAnswer("malformedRequest")) : yield* respond(bytes)
      })
    )
  })
)
