import { Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpClientRequest } from "effect/http"
import type { HttpClient } from "effect/http"
import type { Country, Locality } from "../../domain/numbers/RequestedLine.ts"
import { NumberNotAvailable } from "./NumberNotAvailable.ts"
import type { Door } from "./VendorDoor.ts"
import { VendorDoor } from "./VendorDoor.ts"
import type { VendorError } from "./VendorError.ts"
import type { VendorHttp } from "./VendorHttp.ts"
import { isOk, makeVendorHttp } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"

/** Plivo's largest page. */
export const maxPageSize = 20

/** A number on sale. Prices are in millionths of a US dollar. */
export interface OfferedNumber {
  readonly e164: string
  readonly city: string | null
  readonly region: string | null
  readonly rateCenter: string | null
  readonly monthlyPriceMicros: number
  readonly setupPriceMicros: number
  readonly voiceEnabled: boolean
  readonly smsEnabled: boolean
  readonly mmsEnabled: boolean
}

/** A number that our account rents. */
export interface RentedNumber {
  readonly e164: string
  readonly alias: string | null
}

export interface NumbersPage<A> {
  readonly numbers: ReadonlyArray<A>
  /** All matches at the vendor, not only those of this page. */
  readonly total: number
  /** Where the next page starts; absent on the last page. */
  readonly nextOffset?: number
}

export interface NumberSearch {
  readonly country: Country
  readonly locality: Locality
  readonly offset: number
  /** 1 … {@link maxPageSize}; more is cut down to it. */
  readonly limit: number
}

/** Plivo's number API, https://www.plivo.com/docs/numbers/api/phone-number (search, buy) and /account-phone-number (rented). */
export class Plivo extends Context.Service<
  Plivo,
  {
    readonly search: (search: NumberSearch) => Effect.Effect<NumbersPage<OfferedNumber>, VendorError>
    /**
     * Not idempotent: after `committed: "unknown"` ask {@link rented} before buying again. A number that we rent already
     * is refused like one that somebody else rents.
     */
    readonly buy: (
      e164: string
    ) => Effect.Effect<{ readonly status: "fulfilled" | "pending" }, VendorError | NumberNotAvailable>
    readonly rented: (e164: string) => Effect.Effect<Option.Option<RentedNumber>, VendorError>
    /** `prefix` is the beginning of the number, with or without the +. */
    readonly listRented: (query: {
      readonly prefix?: string
      readonly offset: number
    }) => Effect.Effect<NumbersPage<RentedNumber>, VendorError>
    /** A number that is not ours (any more) counts as released. */
    readonly release: (e164: string) => Effect.Effect<void, VendorError>
  }
>()("tandem/layers/vendors/Plivo") {
  static readonly layer: Layer.Layer<Plivo, Config.ConfigError, HttpClient.HttpClient | VendorDoor> = Layer.effect(
    Plivo,
    Effect.gen(function* () {
      const settings = yield* plivoSettings
      const http = yield* makeVendorHttp(vendor, [settings.authToken])
      const door = yield* (yield* VendorDoor).make(doorOptions)
      const account = `${settings.baseUrl}/v1/Account/${encodeURIComponent(settings.authId)}/`
      const authorize = HttpClientRequest.basicAuth(settings.authId, Redacted.value(settings.authToken))
      return makePlivo(door, http, (method, path) =>
        HttpClientRequest.make(method)(`${account}${path}`).pipe(authorize, HttpClientRequest.acceptJson)
      )
    })
  )
}

const vendor = "plivo"

const plivoSettings = Config.all({
  baseUrl: baseUrl("PLIVO_BASE_URL").pipe(Config.withDefault("https://api.plivo.com")),
  authId: Config.NonEmptyString("PLIVO_AUTH_ID"),
  authToken: secret("PLIVO_AUTH_TOKEN")
})

/** About 300 requests in 5 seconds are allowed for an account; half of it leaves room for others who use it. */
const doorOptions = {
  vendor,
  tryTimeoutMillis: 10_000,
  deadlineMillis: 45_000,
  maxTries: 4,
  maxConcurrent: 16,
  maxWaiting: 500,
  rate: { tokens: 150, perMillis: 5_000 }
}

const Meta = Schema.Struct({
  total_count: Schema.Number,
  next: Schema.optionalKey(Schema.NullOr(Schema.String))
})

const Price = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))
const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const Flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))
const Digits = Schema.String.pipe(Schema.check(Schema.isPattern(/^\d{8,15}$/)))

const SearchReply = Schema.Struct({
  meta: Meta,
  objects: Schema.Array(
    Schema.Struct({
      number: Digits,
      city: Text,
      region: Text,
      rate_center: Text,
      setup_rate: Price,
      monthly_rental_rate: Price,
      voice_enabled: Flag,
      sms_enabled: Flag,
      mms_enabled: Flag
    })
  )
})

const RentedReply = Schema.Struct({ number: Digits, alias: Text })
const RentedListReply = Schema.Struct({ meta: Meta, objects: Schema.Array(RentedReply) })

const BuyReply = Schema.Struct({
  numbers: Schema.Array(Schema.Struct({ number: Digits, status: Schema.String })),
  status: Schema.optionalKey(Schema.String)
})

type RequestOf = (method: "GET" | "POST" | "DELETE", path: string) => HttpClientRequest.HttpClientRequest

const digitsOf = (e164: string): string => e164.replace(/^\+/, "")

/** "0.80000" dollars are 800000 millionths. */
const microsOf = (price: string | number | null | undefined): number => Math.round(Number(price ?? 0) * 1_000_000)

const pageOf = <A, B>(
  reply: { readonly meta: typeof Meta.Type; readonly objects: ReadonlyArray<A> },
  offset: number,
  map: (object: A) => B
): NumbersPage<B> => ({
  numbers: reply.objects.map(map),
  total: reply.meta.total_count,
  ...(typeof reply.meta.next === "string" && reply.objects.length > 0
    ? { nextOffset: offset + reply.objects.length }
    : {})
})

const offeredNumber = (object: (typeof SearchReply.Type)["objects"][number]): OfferedNumber => ({
  e164: `+${object.number}`,
  city: object.city ?? null,
  region: object.region ?? null,
  rateCenter: object.rate_center ?? null,
  monthlyPriceMicros: microsOf(object.monthly_rental_rate),
  setupPriceMicros: microsOf(object.setup_rate),
  voiceEnabled: object.voice_enabled ?? false,
  smsEnabled: object.sms_enabled ?? false,
  mmsEnabled: object.mms_enabled ?? false
})

const rentedNumber = (object: typeof RentedReply.Type): RentedNumber => ({
  e164: `+${object.number}`,
  alias: object.alias ?? null
})

const searchParams = ({ country, locality, limit, offset }: NumberSearch): Record<string, string> => ({
  country_iso: country,
  type: "local",
  ...(locality.npa === undefined ? {} : { pattern: `${locality.npa}${locality.nxx ?? ""}` }),
  ...(locality.region === undefined ? {} : { region: locality.region }),
  ...(locality.city === undefined ? {} : { city: locality.city }),
  limit: String(Math.max(1, Math.min(maxPageSize, limit))),
  offset: String(offset)
})

/** Plivo says 404 of a number that is not on sale, and 400 with words of one that is rented already. */
const saysNotAvailable = (error: VendorError): boolean =>
  error.reason === "NotFound" ||
  ((error.reason === "Rejected" || error.reason === "Conflict") &&
    /\b(no longer|not) (available|found)\b|\balready\b/i.test(error.detail))

const makePlivo = (door: Door, http: VendorHttp, request: RequestOf): Plivo["Service"] => ({
  search: (search) =>
    http
      .json(
        "search",
        request("GET", "PhoneNumber/").pipe(HttpClientRequest.setUrlParams(searchParams(search))),
        SearchReply
      )
      .pipe(
        Effect.map((reply) => pageOf(reply, search.offset, offeredNumber)),
        (call) => door.call({ operation: "search", idempotent: true }, call)
      ),

  buy: (e164) =>
    http
      .json(
        "buy",
        request("POST", `PhoneNumber/${digitsOf(e164)}/`).pipe(HttpClientRequest.bodyJsonUnsafe({})),
        BuyReply
      )
      .pipe(
        Effect.map((reply): { status: "fulfilled" | "pending" } => ({
          status: [reply.status, ...reply.numbers.map(({ status }) => status)].includes("pending")
            ? "pending"
            : "fulfilled"
        })),
        Effect.catchIf(saysNotAvailable, () => Effect.fail(new NumberNotAvailable({ vendor, e164 }))),
        (call) => door.call({ operation: "buy", idempotent: false }, call)
      ),

  rented: (e164) =>
    http.json("rented", request("GET", `Number/${digitsOf(e164)}/`), RentedReply).pipe(
      Effect.map((reply) => Option.some(rentedNumber(reply))),
      Effect.catchIf(
        (error) => error.reason === "NotFound",
        () => Effect.succeedNone
      ),
      (call) => door.call({ operation: "rented", idempotent: true }, call)
    ),

  listRented: ({ prefix, offset }) =>
    http
      .json(
        "listRented",
        request("GET", "Number/").pipe(
          HttpClientRequest.setUrlParams({
            ...(prefix === undefined ? {} : { number_startswith: digitsOf(prefix) }),
            limit: String(maxPageSize),
            offset: String(offset)
          })
        ),
        RentedListReply
      )
      .pipe(
        Effect.map((reply) => pageOf(reply, offset, rentedNumber)),
        (call) => door.call({ operation: "listRented", idempotent: true }, call)
      ),

  release: (e164) =>
    http.exchange("release", request("DELETE", `Number/${digitsOf(e164)}/`)).pipe(
      Effect.flatMap((answer) =>
        isOk(answer) || answer.status === 404
          ? Effect.void
          : Effect.flatMap(http.refusal("release", answer), Effect.fail)
      ),
      (call) => door.call({ operation: "release", idempotent: true }, call)
    )
})
