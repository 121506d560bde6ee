import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { installed } from "../fixtures/sip/Program.ts"

const deploy = join(import.meta.dirname, "../../deploy")

const run = (command: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const done = spawnSync(command, args, { env: { PATH: process.env["PATH"], ...env }, encoding: "utf8" })
  return { status: done.status, said: `${done.stdout}${done.stderr}` }
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-sip-"))),
  (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
)

/** A certificate of this machine's own, in the forms that the two programs want. */
const certificate = Effect.gen(function* () {
  const dir = yield* folder
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
  const paths = ["-keyout", join(dir, "key"), "-out", join(dir, "certificate")]
  const made = run("openssl", [...how.split(" "), ...paths])
  assert.strictEqual(made.status, 0, made.said)
  return { dir, key: join(dir, "key"), certificate: join(dir, "certificate") }
})

describe.skipIf(!installed("kamailio"))("Kamailio's configuration", () => {
  const check = (env: Readonly<Record<string, string>>) =>
    Effect.gen(function* () {
      const dir = yield* folder
      return run(join(deploy, "kamailio/run"), ["check"], { KAMAILIO_RUN_DIR: dir, ...env })
    })

  const right = (name: string, env: Readonly<Record<string, string>>) =>
    it.effect(`is right ${name}`, () =>
      Effect.gen(function* () {
        const { said, status } = yield* check(env)
        assert.strictEqual(status, 0, said)
        assert.notMatch(said, /ERROR|CRITICAL/)
      }).pipe(Effect.scoped)
    )

  right("with what is set when nothing is said", {})
  right("behind HAProxy, with addresses to tell others", {
    SIP_PROXY_PROTOCOL: "yes",
    SIP_UDP_ADVERTISE: "198.51.100.7:5060",
    SIP_TCP_ADVERTISE: "198.51.100.7:5071",
    SIP_TLS_ADVERTISE: "sip.example.com:5081"
  })
  right("with hidden topology and numbers out of Redis", {
    SIP_HIDE_TOPOLOGY: "yes",
    SIP_HIDE_TOPOLOGY_KEY: "secret",
    BLOCKED_NUMBERS_FROM_REDIS: "yes",
    REDIS_PASSWORD: "secret"
  })

  it.effect("is right with TLS", () =>
    Effect.gen(function* () {
      const { certificate: path, key } = yield* certificate
      const { said, status } = yield* check({ SIP_TLS: "yes", SIP_TLS_CERTIFICATE: path, SIP_TLS_KEY: key })
      assert.strictEqual(status, 0, said)
    }).pipe(Effect.scoped)
  )

  it.effect("is refused, with the setting's name, when a setting cannot be right", () =>
    Effect.gen(function* () {
      const wrong = {
        SIP_PORT: "70000",
        BREAKER_FAILURES: "many",
        SIP_TLS: "perhaps",
        SIP_TLS_ADVERTISE: "198.51.100.7:5081",
        SIP_EMERGENCY_NUMBERS: '1"12',
        SIP_ADDRESS_LIST: "/nowhere"
      }
      for (const [name, value] of Object.entries(wrong)) {
        const { said, status } = yield* check({ [name]: value })
        assert.strictEqual(status, 1)
        assert.include(said, name)
      }
    }).pipe(Effect.scoped)
  )
})

describe.skipIf(!installed("haproxy"))("HAProxy's configuration", () => {
  const check = (env: Readonly<Record<string, string>>) =>
    run("haproxy", ["-c", "-f", join(deploy, "haproxy/haproxy.cfg")], env)

  it("is right with what is set when nothing is said", () => {
    const { said, status } = check({})
    assert.strictEqual(status, 0, said)
    assert.notMatch(said, /WARNING|ALERT/)
  })

  it.effect("is right with TLS and several nodes of everything", () =>
    Effect.gen(function* () {
      const made = yield* certificate
      const pem = join(made.dir, "pem")
      run("mkdir", [pem])
      writeFileSync(join(pem, "edge.pem"), run("cat", [made.certificate, made.key]).said)
      const { said, status } = check({
        HAPROXY_TLS_DIRECTORY: pem,
        KAMAILIO2: "127.0.0.1:15061",
        KAMAILIO2_METRICS: "127.0.0.1:9061",
        TANDEM2: "127.0.0.1:3001",
        TANDEM3: "127.0.0.1:3002",
        TANDEM2_SWITCH: "127.0.0.1:8181",
        TANDEM3_SWITCH: "127.0.0.1:8281"
      })
      assert.strictEqual(status, 0, said)
      assert.notMatch(said, /WARNING|ALERT/)
    }).pipe(Effect.scoped)
  )
})

describe.skipIf(!installed("opensips"))("OpenSIPS' configuration", () => {
  const modules = process.env["OPENSIPS_MODULES"]
  const check = (env: Readonly<Record<string, string>>) =>
    Effect.map(folder, (dir) =>
      run(join(deploy, "opensips/run"), ["check"], {
        OPENSIPS_RUN_DIR: dir,
        ...(modules && { OPENSIPS_MODULES: modules }),
        ...env
      })
    )

  it.effect("is right", () =>
    Effect.gen(function* () {
      const { certificate: path, key } = yield* certificate
      const tls = { SIP_TLS: "yes", SIP_TLS_CERTIFICATE: path, SIP_TLS_KEY: key }
      const token = { TANDEM_SWITCH_TOKEN: "secret", SIP_UDP_ADVERTISE: "198.51.100.7:5060" }
      const cases: ReadonlyArray<Readonly<Record<string, string>>> = [{}, token, tls]
      for (const env of cases) {
        const { said, status } = yield* check(env)
        assert.strictEqual(status, 0, said)
        assert.notMatch(said, /ERROR|CRITICAL/)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("is refused, with the setting's name, when a setting cannot be right", () =>
    Effect.gen(function* () {
      for (const [name, value] of Object.entries({
        SIP_PORT: "70000",
        SIP_NO_ANSWER_SECONDS: "1",
        TANDEM_REGION: '"'
      })) {
        const { said, status } = yield* check({ [name]: value })
        assert.strictEqual(status, 1)
        assert.include(said, name)
      }
    }).pipe(Effect.scoped)
  )
})
