import { assert, layer } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { eventually } from "../fixtures/PlaneRequests.ts"
import * as Responder from "../layers/sip/SipResponder.ts"
import * as Nodes from "./TwoNodes.ts"
import { TwoNodes } from "./TwoNodes.ts"

/** Each node gives another name as its own, so that a gateway knows who asks it. */
const nodes = Nodes.layer("gateway-nodes", (name) => ({ GATEWAY_PROBE_SECONDS: "1", SIP_PROBE_HOST: `${name}.test` }))

const gatewaysInPlay = 8

interface Probe {
  readonly by: string
  readonly atMillis: number
}

/** A gateway that answers every OPTIONS, and remembers who asked it and when. */
const gateway = Effect.fnUntraced(function* (gatewayId: string) {
  const probes: Array<Probe> = []
  const clock = yield* Clock.Clock
  const { port } = yield* Responder.udp((request) => {
    const by = /^OPTIONS [^]*?\r\nFrom: <sip:tandem@(\w+)\.test>/.exec(request)?.[1]
    if (by !== undefined) probes.push({ by, atMillis: clock.currentTimeMillisUnsafe() })
    return [Responder.response(request, "200 OK")]
  })
  const { one } = yield* TwoNodes
  const draft = { gatewayId, code: gatewayId, name: gatewayId, carrierName: "Example Telecom", direction: "egress" }
  yield* Nodes.ask(one, "POST", "/api/v1/gateways", { ...draft, ipAddress: "127.0.0.1", port, activate: true })
  return { gatewayId, probes }
})

type Gateway = Effect.Success<ReturnType<typeof gateway>>

const lastBy = ({ probes }: Gateway) => probes.at(-1)?.by

const until = <A>(look: () => A, isSo: (value: A) => boolean) => eventually(Effect.sync(look), isSo)

layer(nodes, { timeout: 120_000, excludeTestServices: true })("two nodes that look after gateways", (it) => {
  it.effect("both judge gateways by changed rules soon", () =>
    Effect.gen(function* () {
      const { one, other } = yield* TwoNodes
      const { rules, version } = yield* Nodes.ask(other, "GET", "/api/v1/gateways/rules")
      const change = { expectedVersion: version, rules: rules.slice(1), reason: "fewer" }
      yield* Nodes.ask(one, "PUT", "/api/v1/gateways/rules", change)
      const since = yield* Clock.currentTimeMillis
      const has = ({ api }: Nodes.PlaneNode) =>
        Effect.promise(async () => {
          const page = await (await fetch(`${api}/metrics`)).text()
          return page.split("\n").some((line) => /^tandem_gateway_rules_version\S* 1$/.test(line))
        })
      yield* Nodes.onAll("changed rules about gateways", since, [has(one), has(other)])
    })
  )

  it.effect(
    "probe on when one is killed: the other takes its gateways over, and none of them looks silent",
    () =>
      Effect.gen(function* () {
        const { one, other } = yield* TwoNodes
        const all = yield* Effect.forEach(
          Array.from({ length: gatewaysInPlay }, (_, n) => `gateway-${n}`),
          gateway
        )
        const healths = Effect.map(Nodes.ask(other, "GET", "/api/v1/gateways"), ({ items }) =>
          items.map(({ health }: { readonly health: string }) => health)
        )
        // Both nodes have some: the second one's share comes a little after it joined.
        yield* until(
          () => new Set(all.map(lastBy)),
          (who) => who.has("one") && who.has("other") && !who.has(undefined)
        )
        yield* eventually(healths, (each: ReadonlyArray<string>) => each.every((health) => health === "healthy"))
        const moved = all.filter((each) => lastBy(each) === "one")
        const since = yield* Clock.currentTimeMillis
        yield* one.process.signal("SIGKILL")

        yield* until(
          () => all.map(lastBy),
          (who) => who.every((by) => by === "other")
        )
        const waits = moved.map(
          ({ probes }) =>
            (probes.find(({ by, atMillis }) => by === "other" && atMillis > since)?.atMillis ?? since) - since
        )
        yield* Effect.logInfo(
          `kill -9: ${moved.length} of ${all.length} gateways were probed by the node that died; ` +
            `the other asked them again after ${Math.min(...waits)} to ${Math.max(...waits)} ms`
        )
        const asked = all.map(({ probes }) => probes.length)
        yield* until(
          () => all.map(({ probes }) => probes.length),
          (now) => now.every((count, i) => count >= (asked[i] ?? 0) + 3)
        )
        for (const { gatewayId } of all) {
          const { items } = yield* Nodes.ask(other, "GET", `/api/v1/gateways/${gatewayId}/timeline`)
          assert.deepStrictEqual(
            items.map(({ type }: { readonly type: string }) => type),
            ["GatewayCreated", "GatewayActivated", "GatewayHealthChanged"],
            gatewayId
          )
        }
      }).pipe(Effect.scoped),
    120_000
  )
})
