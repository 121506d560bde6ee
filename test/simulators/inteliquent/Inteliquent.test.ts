import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, basic, inSandbox } from "../SandboxFixture.ts"
import { clientId, clientSecret, inteliquent, orderTns, privateKey, tnList, trunkGroup } from "./InteliquentFixture.ts"

const five = ["2126401000", "2126401009", "2126401018", "2126401027", "2126401036"]

describe("Inteliquent's simulator", () => {
  it.live("gives tokens for client credentials and takes them, as it takes Basic", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret }
        const token = yield* ask(sandbox.urls.inteliquentToken, { form })
        assert.strictEqual(token.status, 200)
        assert.strictEqual(token.json.token_type, "bearer")
        assert.strictEqual(token.json.expires_in, 3600)
        const search = { tnMask: "212xxxxxxx", quantity: 1 }
        const bearer = { authorization: `Bearer ${token.json.access_token}` }
        assert.strictEqual((yield* inteliquent(sandbox, "tnInventory", search, bearer)).json.statusCode, "200")
        const badToken = yield* inteliquent(sandbox, "tnInventory", search, { authorization: "Bearer stale" })
        assert.strictEqual(badToken.status, 401)
        assert.include(badToken.headers.get("content-type"), "xml")
        assert.include(badToken.text, "<ams:code>900901</ams:code>")
        const badBasic = yield* inteliquent(sandbox, "tnInventory", search, basic(clientId, "wrong"))
        assert.strictEqual(badBasic.status, 401)
        assert.strictEqual(badBasic.json.statusCode, "401001")
        assert.strictEqual(badBasic.json.status, "Invalid credentials")
        const noKey = yield* inteliquent(sandbox, "tnInventory", { ...search, privateKey: "" })
        assert.strictEqual(noKey.status, 200)
        assert.strictEqual(noKey.json.statusCode, "408")
        const badClient = yield* ask(sandbox.urls.inteliquentToken, { form: { ...form, client_secret: "wrong" } })
        assert.strictEqual(badClient.status, 401)
        assert.strictEqual(badClient.json.error, "invalid_client")
        assert.strictEqual((yield* ask(sandbox.urls.inteliquentToken, { form: {} })).status, 400)
      })
    )
  )

  it.live("lets a token expire", () =>
    inSandbox(
      (sandbox) =>
        Effect.gen(function* () {
          const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret }
          const token = yield* ask(sandbox.urls.inteliquentToken, { form })
          yield* Effect.sleep(5)
          const answer = yield* inteliquent(
            sandbox,
            "tnReservedList",
            {},
            { authorization: `Bearer ${token.json.access_token}` }
          )
          assert.include(answer.text, "900901")
        }),
      { settings: { inteliquentTokenMillis: 1 } }
    )
  )

  it.live("searches its inventory by mask, wildcard and place", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* sandbox.setStock("inteliquent", { numbers: five })
        const search = (body: Readonly<Record<string, unknown>>) =>
          Effect.map(inteliquent(sandbox, "tnInventory", body), (answer) => answer.json)
        const all = yield* search({ tnMask: "212xxxxxxx", quantity: 5 })
        assert.deepStrictEqual(
          all.tnResult.map((item: { telephoneNumber: string }) => item.telephoneNumber),
          five
        )
        assert.strictEqual(all.tnResult[0].province, "NY")
        assert.strictEqual(all.tnResult[0].lata, 132)
        const two = yield* search({
          tnMask: "212640XX0X",
          quantity: 2,
          pageSort: { property: "tn", direction: "desc" }
        })
        assert.deepStrictEqual([two.totalItems, two.tnResult[0].telephoneNumber], [2, "2126401009"])
        const paged = yield* search({
          tnMask: "212xxxxxxx",
          quantity: 5,
          pageSort: { page: 2, size: 2, property: "state" }
        })
        assert.deepStrictEqual([paged.page, paged.totalPages, paged.tnResult.length], [2, 3, 2])
        assert.strictEqual((yield* search({ tnWildcard: "212M40?027", quantity: 5 })).totalItems, 1)
        assert.strictEqual((yield* search({ tnWildcard: "*", city: "Denver", province: "CO" })).tnResult.length, 40)
        assert.strictEqual(
          (yield* search({ tnMask: "xxxxxxxxxx", rateCenter: "CHICAGOZ01", quantity: 3 })).totalItems,
          3
        )
        assert.strictEqual((yield* search({ tnMask: "999xxxxxxx" })).statusCode, "430")
        assert.strictEqual((yield* search({ tnMask: "212xxx" })).statusCode, "409")
        assert.strictEqual((yield* search({ quantity: 1 })).statusCode, "408")
        assert.strictEqual((yield* search({ tnMask: "212xxxxxxx", city: "NEW YORK" })).statusCode, "408")
        assert.strictEqual((yield* search({ tnMask: "212xxxxxxx", quantity: 10_000 })).statusCode, "417")
      })
    )
  )

  it.live("reserves, shows, releases, and forgets a reservation after its time", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* sandbox.setStock("inteliquent", { numbers: five })
        const found = yield* inteliquent(sandbox, "tnInventory", { tnMask: "212xxxxxxx", quantity: 2, reserve: "Y" })
        assert.strictEqual(found.json.tnResult.length, 2)
        const [first = "", second = "", third = ""] = five
        const more = yield* inteliquent(sandbox, "tnReserve", {
          tnReserve: { tnList: tnList(second, third, "9995550000") }
        })
        assert.deepStrictEqual(more.json.tnReserveResponse, {
          totalTnCount: 3,
          reservedTnCount: 1,
          excludedTnList: [{ tn: second }, { tn: "9995550000" }]
        })
        const list = yield* inteliquent(sandbox, "tnReservedList", {})
        assert.strictEqual(list.json.reservedTns.length, 3)
        const left = yield* inteliquent(sandbox, "tnInventory", { tnMask: "212xxxxxxx" })
        assert.strictEqual(left.json.tnResult.length, 2)
        const released = yield* inteliquent(sandbox, "tnRelease", { tnRelease: { tnList: tnList(first) } })
        assert.strictEqual(released.json.tnReleaseResponse.releasedTnCount, 1)
        const again = yield* inteliquent(sandbox, "tnRelease", { tnRelease: { tnList: tnList(first) } })
        assert.strictEqual(again.json.statusCode, "201")
        yield* sandbox.changeSettings({ inteliquentReservationMillis: 1 })
        yield* inteliquent(sandbox, "tnReserve", { tnReserve: { tnList: tnList(first) } })
        yield* Effect.sleep(5)
        const tns = (yield* inteliquent(sandbox, "tnReservedList", {})).json.reservedTns
        assert.deepStrictEqual(tns.map((item: { telephoneNumber: string }) => item.telephoneNumber).sort(), [
          second,
          third
        ])
      })
    )
  )

  it.live("sells what it has, says partial for the rest, and tells about its orders", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        yield* sandbox.setStock("inteliquent", { numbers: five })
        const [first = "", second = "", third = ""] = five
        const order = yield* orderTns(sandbox, "ticket-1", first, second)
        assert.strictEqual(order.json.statusCode, "200")
        assert.isNumber(order.json.orderId)
        const partial = yield* orderTns(sandbox, "ticket-1", second, third)
        assert.strictEqual(partial.json.statusCode, "425")
        assert.strictEqual(partial.json.excludedTnList.excludedTnItem[0].tn, second)
        assert.strictEqual((yield* orderTns(sandbox, "ticket-1", second)).json.statusCode, "430")
        const detail = yield* inteliquent(sandbox, "orderDetail", { orderId: order.json.orderId })
        assert.strictEqual(detail.json.orderDetailResponse.orderStatus, "Closed")
        assert.strictEqual(detail.json.orderDetailResponse.customerOrderReference, "ticket-1")
        assert.deepInclude(detail.json.orderDetailResponse.tnList.tnItem[0], {
          tn: first,
          tnStatus: "Complete",
          trunkGroup
        })
        const shared = yield* inteliquent(sandbox, "orderDetail", { customerOrderReference: "ticket-1" })
        assert.strictEqual(shared.json.statusCode, "410")
        const unknown = yield* inteliquent(sandbox, "orderDetail", { customerOrderReference: "ticket-2" })
        assert.strictEqual(unknown.json.statusCode, "430")
        const list = yield* inteliquent(sandbox, "orderList", {
          customerOrderReference: "ticket-1",
          orderStatus: "CLSD"
        })
        assert.strictEqual(list.json.totalItems, "2")
        assert.strictEqual(list.json.orderList.orderType[1].orderId, partial.json.orderId)
        const { sold } = (yield* sandbox.ledger).inteliquent
        assert.deepStrictEqual(
          sold.map(({ reference, tn }) => [tn, reference]),
          [
            [first, "ticket-1"],
            [second, "ticket-1"],
            [third, "ticket-1"]
          ]
        )
      })
    )
  )

  it.live("refuses orders that break its rules", () =>
    inSandbox((sandbox) =>
      Effect.gen(function* () {
        const code = (body: Readonly<Record<string, unknown>>) =>
          Effect.map(inteliquent(sandbox, "tnOrder", body), (answer) => answer.json.statusCode)
        assert.strictEqual(yield* code({ tnOrder: { tnList: { tnItem: [{ tn: "2126401000" }] } } }), "414")
        assert.strictEqual(yield* code({ tnOrder: { tnList: { tnItem: [] } } }), "414")
        assert.strictEqual(yield* code({ tnOrder: { tnList: tnList("12") } }), "409")
        assert.strictEqual(
          yield* code({ tnOrder: { customerOrderReference: "a=b", tnList: tnList("2126401000") } }),
          "409"
        )
        assert.strictEqual(
          yield* code({ tnOrder: { customerOrderReference: "x".repeat(101), tnList: tnList("2126401000") } }),
          "418"
        )
        assert.strictEqual(yield* code({}), "409")
        const foreign = { tnItem: [{ tn: "2126401000", trunkGroup: "OTHER" }] }
        assert.strictEqual(yield* code({ tnOrder: { tnList: foreign } }), "409")
        const noJson = yield* ask(`${sandbox.urls.inteliquent}/tnOrder`, {
          text: "{",
          headers: basic(clientId, clientSecret)
        })
        assert.strictEqual(noJson.json.statusCode, "400")
        assert.strictEqual((yield* inteliquent(sandbox, "nowhere", { privateKey })).status, 404)
      })
    )
  )
})
