import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { mayBeAsked, publicHttpClient } from "../../../src/layers/fraud/PublicAddresses.ts"
import { isPublicAddress } from "../../../src/layers/network/PublicAddress.ts"

const server = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly asked: Array<string>; readonly close: () => void }>((resume) => {
    const asked: Array<string> = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? "")
      response.writeHead(302, { location: "/elsewhere" }).end()
    }).listen(0, "127.0.0.1", () => {
      const address = server.address() as AddressInfo
      resume(Effect.succeed({ port: address.port, asked, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const statusOf = (port: number, allowPrivate: boolean) =>
  Effect.flatMap(HttpClient.HttpClient, (client) =>
    client.execute(HttpClientRequest.get(`http://localhost:${port}/certificate`))
  ).pipe(
    Effect.map(({ status }) => status),
    Effect.catchTag("HttpClientError", () => Effect.succeed("refused" as const)),
    Effect.provide(publicHttpClient(allowPrivate))
  )

describe("isPublicAddress", () => {
  it("tells the Internet from everything else", () => {
    const outside = ["8.8.8.8", "41.58.1.1", "172.32.0.1", "100.128.0.1", "2600:1f18::1", "2a00:1450:4001::1"]
    const inside =
      "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 172.31.255.1 192.168.0.1 198.18.0.1 " +
      "224.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 fc00::1 fd12::1 fe80::1 ff02::1 " +
      "2002:7f00:1:: 2001::1 2001:db8::1 name"
    assert.deepStrictEqual(outside.filter(isPublicAddress), outside)
    assert.deepStrictEqual(inside.split(" ").filter(isPublicAddress), [])
  })

  it("sees through the ways to write an address in a URL", () => {
    const hosts = ["0x7f.1", "2130706433", "017700000001", "127.1", "[::1]", "[::ffff:a00:1]"]
    assert.deepStrictEqual(
      hosts.filter((host) => mayBeAsked(new URL(`https://${host}/`))),
      []
    )
    assert.isTrue(mayBeAsked(new URL("https://localhost/")), "a name is looked up only when connecting")
  })
})

describe("the client that fetches certificates", () => {
  it.effect("does not connect to a name that leads to this machine", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* server
      assert.strictEqual(yield* statusOf(port, false), "refused")
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("follows no redirect, and connects to private addresses when they are allowed", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* server
      assert.strictEqual(yield* statusOf(port, true), 302)
      assert.deepStrictEqual(asked, ["/certificate"])
    })
  )
})
