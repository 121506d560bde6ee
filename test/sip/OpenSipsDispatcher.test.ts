import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { copyFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { dispatcherList } from "../../src/domain/gateways/DispatcherList.ts"
import { sampleConfig } from "../domain/gateways/SampleGateway.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { installed, start } from "../fixtures/sip/Program.ts"
import { folder, until } from "../fixtures/sip/SipEdge.ts"
import * as Responder from "../layers/sip/SipResponder.ts"

const shipped = join(import.meta.dirname, "../../deploy/opensips")

/** OpenSIPS tells a changed file by its whole seconds, which a test does not wait for. */
let changes = 0

const listing = (path: string, port: number) => {
  const config = sampleConfig({ ipAddress: "127.0.0.1", port, dispatcherSet: 1 })
  const gateway = { ...config, gatewayId: `to-${port}`, status: "active" as const, health: "healthy" as const }
  writeFileSync(`${path}.new`, dispatcherList("opensips", 1, [gateway]))
  const at = Date.now() / 1000 + ++changes * 2
  utimesSync(`${path}.new`, at, at)
  renameSync(`${path}.new`, path)
}

const responder = Responder.udp((request) => [Responder.response(request, "200 OK")])

const isPinged = ({ requests }: Effect.Success<typeof responder>) => {
  const before = requests.length
  return until(
    Effect.sync(() => requests.slice(before)),
    (asked) => asked.some((request) => request.startsWith("OPTIONS "))
  )
}

describe.skipIf(!installed("opensips"))("OpenSIPS", () => {
  it.live(
    "reads the dispatcher list that Tandem writes, and a changed one when it is told to",
    () =>
      Effect.gen(function* () {
        const dir = yield* folder
        const tables = join(dir, "tables")
        mkdirSync(tables)
        for (const table of ["version", "address"]) copyFileSync(join(shipped, "tables", table), join(tables, table))
        const [one, other] = [yield* responder, yield* responder]
        listing(join(tables, "dispatcher"), one.port)
        const modules = process.env["OPENSIPS_MODULES"]
        const program = yield* start(join(shipped, "run"), [], {
          env: {
            ...(modules !== undefined && { OPENSIPS_MODULES: modules }),
            OPENSIPS_RUN_DIR: join(dir, "run"),
            OPENSIPS_SHARED_MEGABYTES: "64",
            OPENSIPS_TABLES: tables,
            SIP_LISTEN_ADDRESS: "127.0.0.1",
            SIP_PORT: String(yield* freePort),
            SIP_METRICS_PORT: String(yield* freePort),
            SIP_WORKERS: "1",
            SIP_PING_SECONDS: "1"
          }
        })
        yield* isPinged(one)
        listing(join(tables, "dispatcher"), other.port)
        writeFileSync(join(dir, "run/fifo"), '::{"jsonrpc":"2.0","method":"ds_reload"}')
        yield* isPinged(other)
        const asked = one.requests.length
        yield* isPinged(other)
        yield* isPinged(other)
        assert.isAtMost(one.requests.length - asked, 1, program.log())
      }).pipe(Effect.scoped),
    60_000
  )
})
