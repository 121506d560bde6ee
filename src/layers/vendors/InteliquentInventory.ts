import { Effect } from "effect"
import type { Locality } from "../../domain/numbers/RequestedLine.ts"
import type { InteliquentCall } from "./InteliquentCall.ts"
import { checkCount } from "./InteliquentOrder.ts"
import { e164Of, InventoryReply, OrderReply, ReservedListReply, ReserveReply, tnOf } from "./InteliquentReplies.ts"

/** The vendor answers at most so many numbers to one search. */
const maxInventoryQuantity = 9999

export interface InventorySearch {
  readonly locality: Locality
  readonly quantity: number
  readonly reserve: boolean
}

const itemsOf = (numbers: ReadonlyArray<string>) => ({ tnItem: numbers.map((e164) => ({ tn: tnOf(e164) })) })

const tnMaskOf = (locality: Locality): string => `${locality.npa ?? ""}${locality.nxx ?? ""}`.padEnd(10, "x")

const searchBody = ({ locality, quantity, reserve }: InventorySearch) => {
  const size = Math.min(quantity, maxInventoryQuantity)
  return {
    tnMask: tnMaskOf(locality),
    quantity: size,
    ...(locality.region === undefined ? {} : { province: locality.region }),
    ...(locality.city === undefined ? {} : { city: locality.city }),
    ...(reserve ? { reserve: "Y" } : {}),
    pageSort: { page: 1, size, direction: "asc", property: "tn" }
  }
}

/** What is on sale and what is held for us. */
export const makeInventory = (call: InteliquentCall) => ({
  searchInventory: (search: InventorySearch) =>
    call({
      operation: "searchInventory",
      path: "/tnInventory",
      // A search repeated would reserve twice the numbers.
      idempotent: !search.reserve,
      accept: ["430"],
      schema: InventoryReply,
      body: searchBody(search)
    }).pipe(
      Effect.map(({ reply }) =>
        (reply.tnResult ?? []).map((found) => ({
          e164: e164Of(found.telephoneNumber),
          rateCenter: found.rateCenter ?? null,
          region: found.province ?? null,
          city: found.city ?? null
        }))
      )
    ),

  reserved: call({
    operation: "reserved",
    path: "/tnReservedList",
    idempotent: true,
    accept: ["430"],
    schema: ReservedListReply,
    body: {}
  }).pipe(Effect.map(({ reply }) => (reply.reservedTns ?? []).map((held) => e164Of(held.telephoneNumber)))),

  reserve: Effect.fnUntraced(function* (numbers: ReadonlyArray<string>) {
    yield* checkCount("reserve", numbers)
    const { reply } = yield* call({
      operation: "reserve",
      path: "/tnReserve",
      idempotent: true,
      accept: [],
      schema: ReserveReply,
      body: { tnReserve: { tnList: itemsOf(numbers) } }
    })
    const excluded = new Set(
      (reply.tnReserveResponse?.excludedTnList ?? []).map((tn) => e164Of(typeof tn === "object" ? tn.tn : tn))
    )
    return {
      reserved: numbers.filter((e164) => !excluded.has(e164)),
      excluded: numbers.filter((e164) => excluded.has(e164))
    }
  }),

  release: Effect.fnUntraced(function* (numbers: ReadonlyArray<string>) {
    yield* checkCount("release", numbers)
    yield* call({
      operation: "release",
      path: "/tnRelease",
      idempotent: true,
      // 201 is "unable to release": the reservation ran out or the numbers were ordered, so there is nothing to release.
      accept: ["201", "430"],
      schema: OrderReply,
      body: { tnRelease: { tnList: itemsOf(numbers) } }
    })
  })
})
