import type { PathInput } from "effect/http/HttpRouter"
import type { SandboxCredentials } from "../SandboxCredentials.ts"
import {
  basicCredentials,
  emptyReply,
  failureStatus,
  type HttpVerb,
  isoTime,
  jsonReply,
  parseJson,
  type Vendor,
  type VendorCall,
  type VendorFailure,
  type VendorReply,
  type VendorRoute
} from "../wire/Vendor.ts"
import { uuidId } from "../store/SandboxId.ts"
import type { PlivoState, RentedNumber } from "./PlivoState.ts"
import { answersSearch, isTollFree, phoneNumberObject } from "./PlivoSearch.ts"

/** Plivo's own largest page. */
const maxPageSize = 20

const errorTexts: Readonly<Record<VendorFailure, string>> = {
  unauthorized: "authentication credentials are invalid",
  rateLimited: "too many requests",
  serverError: "internal server error",
  notFound: "not found",
  methodNotAllowed: "method not allowed",
  bodyTooLarge: "request body is too large"
}

const textOf = (body: unknown, field: string): string | null => {
  if (typeof body !== "object" || body === null) return null
  const value: unknown = Reflect.get(body, field)
  return typeof value === "string" ? value : null
}

/** Plivo's number API, version 1 (https://www.plivo.com/docs/numbers/api/). */
export class Plivo implements Vendor {
  readonly name = "plivo"
  readonly prefix = "/plivo"
  readonly routes: ReadonlyArray<VendorRoute>
  readonly #state: PlivoState
  readonly #credentials: SandboxCredentials["plivo"]
  readonly #accountPath: string
  #apiCalls = 0

  constructor(state: PlivoState, credentials: SandboxCredentials["plivo"]) {
    this.#state = state
    this.#credentials = credentials
    this.#accountPath = `/v1/Account/${credentials.authId}`
    const route = (method: HttpVerb, path: PathInput, operation: string, handle: VendorRoute["handle"]) => ({
      method,
      path: `/plivo/v1/Account/:authId${path}` as const,
      operation,
      handle: (call: VendorCall) => (this.#isAuthorized(call) ? handle(call) : this.failure("unauthorized"))
    })
    this.routes = [
      route("GET", "/PhoneNumber/", "searchNumbers", (call) => this.#search(call)),
      route("POST", "/PhoneNumber/:number/", "rentNumber", (call) => this.#rent(call)),
      route("GET", "/Number/", "listNumbers", (call) => this.#list(call)),
      route("GET", "/Number/:number/", "getNumber", (call) => this.#get(call)),
      route("POST", "/Number/:number/", "updateNumber", (call) => this.#update(call)),
      route("DELETE", "/Number/:number/", "releaseNumber", (call) => this.#release(call))
    ]
  }

  failure(kind: VendorFailure): VendorReply {
    return this.#refuse(failureStatus[kind], errorTexts[kind])
  }

  #isAuthorized(call: VendorCall): boolean {
    const { authId, authToken } = this.#credentials
    const basic = basicCredentials(call)
    return basic?.user === authId && basic.password === authToken && call.params["authId"] === authId
  }

  #apiId(): string {
    this.#apiCalls += 1
    return uuidId("plivo.api", this.#apiCalls)
  }

  #refuse(status: number, error: string): VendorReply {
    return jsonReply(status, { api_id: this.#apiId(), error })
  }

  #listReply<Item>(
    call: VendorCall,
    resource: string,
    items: ReadonlyArray<Item>,
    render: (item: Item) => unknown
  ): VendorReply {
    const limit = Number(call.url.searchParams.get("limit") ?? maxPageSize)
    const offset = Number(call.url.searchParams.get("offset") ?? 0)
    if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
      return this.#refuse(400, `limit must be between 1 and ${maxPageSize}`)
    }
    if (!Number.isInteger(offset) || offset < 0) return this.#refuse(400, "offset must not be negative")
    const link = (to: number) => {
      const query = new URLSearchParams(call.url.searchParams)
      query.set("limit", String(limit))
      query.set("offset", String(to))
      return `${this.#accountPath}/${resource}/?${query}`
    }
    return jsonReply(200, {
      api_id: this.#apiId(),
      meta: {
        limit,
        next: offset + limit < items.length ? link(offset + limit) : null,
        offset,
        previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
        total_count: items.length
      },
      objects: items.slice(offset, offset + limit).map(render)
    })
  }

  #rentedObject(row: RentedNumber) {
    return {
      ...phoneNumberObject(row.number, this.#accountPath),
      number_type: isTollFree(row.number) ? "tollfree" : "local",
      added_on: row.at.slice(0, 10),
      alias: row.alias,
      application: row.appId === null ? null : `${this.#accountPath}/Application/${row.appId}/`,
      sub_account: row.subaccount,
      carrier: "Plivo",
      active: true,
      resource_uri: `${this.#accountPath}/Number/${row.number}/`
    }
  }

  #rentedNow(call: VendorCall): RentedNumber | undefined {
    const row = this.#state.rented.get(call.params["number"] ?? "")
    return row?.releasedAt === null ? row : undefined
  }

  #search(call: VendorCall): VendorReply {
    if (!/^[A-Za-z]{2}$/.test(call.url.searchParams.get("country_iso") ?? "")) {
      return this.#refuse(400, "country_iso is required and has two letters")
    }
    const found = this.#state.stock.matching(answersSearch(call.url.searchParams))
    return this.#listReply(call, "PhoneNumber", found, (digits) => phoneNumberObject(digits, this.#accountPath))
  }

  #rent(call: VendorCall): VendorReply {
    const number = call.params["number"] ?? ""
    const before = this.#state.rented.get(number)
    if (before?.releasedAt === null) {
      this.#state.rented.set(number, { ...before, attempts: before.attempts + 1 })
      return this.#refuse(400, `${number} is already rented`)
    }
    if (!this.#state.stock.take(number)) return this.#refuse(404, `${number} is not available`)
    this.#state.rented.set(number, {
      number,
      at: isoTime(call.nowMillis),
      times: (before?.times ?? 0) + 1,
      attempts: (before?.attempts ?? 0) + 1,
      releasedAt: null,
      appId: textOf(parseJson(call.text), "app_id"),
      alias: null,
      subaccount: null
    })
    const numbers = [{ number, status: "Success" }]
    return jsonReply(201, { api_id: this.#apiId(), message: "created", numbers, status: "fulfilled" })
  }

  #list(call: VendorCall): VendorReply {
    const query = call.url.searchParams
    const rows = this.#state.rented
      .values()
      .filter(
        (row) =>
          row.releasedAt === null &&
          row.number.startsWith(query.get("number_startswith") ?? "") &&
          (query.get("alias") ?? row.alias) === row.alias &&
          (query.get("type") ?? "") !== (isTollFree(row.number) ? "local" : "tollfree")
      )
    return this.#listReply(call, "Number", rows, (row) => this.#rentedObject(row))
  }

  #get(call: VendorCall): VendorReply {
    const row = this.#rentedNow(call)
    if (row === undefined) return this.failure("notFound")
    return jsonReply(200, { api_id: this.#apiId(), ...this.#rentedObject(row) })
  }

  #update(call: VendorCall): VendorReply {
    const row = this.#rentedNow(call)
    if (row === undefined) return this.failure("notFound")
    const body = parseJson(call.text)
    if (typeof body !== "object" || body === null) return this.#refuse(400, "the body is not a JSON object")
    this.#state.rented.set(row.number, {
      ...row,
      appId: textOf(body, "app_id") ?? row.appId,
      alias: textOf(body, "alias") ?? row.alias,
      subaccount: textOf(body, "subaccount") ?? row.subaccount
    })
    return jsonReply(202, { api_id: this.#apiId(), message: "changed" })
  }

  #release(call: VendorCall): VendorReply {
    const row = this.#rentedNow(call)
    if (row === undefined) return this.failure("notFound")
    this.#state.rented.set(row.number, { ...row, releasedAt: isoTime(call.nowMillis) })
    this.#state.stock.put(row.number)
    return emptyReply(204)
  }
}
