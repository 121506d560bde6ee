import type { Option } from "effect"
import { Config, Context, Effect, Layer, Redacted } from "effect"
import type { HttpClient } from "effect/http"
import { makeInteliquentCall } from "./InteliquentCall.ts"
import type { InventorySearch } from "./InteliquentInventory.ts"
import { makeInventory } from "./InteliquentInventory.ts"
import type { WhichOrder } from "./InteliquentLookups.ts"
import { makeLookups } from "./InteliquentLookups.ts"
import type { InventoryNumber, OrderDetail, OrderSummary, Reservation } from "./InteliquentOrder.ts"
import { vendor } from "./InteliquentOrder.ts"
import type { NumberOrder, NumberRequest } from "./InteliquentPurchases.ts"
import { makePurchases } from "./InteliquentPurchases.ts"
import { basicCredential, credentialSettings, oauthCredential } from "./InteliquentToken.ts"
import { VendorDoor } from "./VendorDoor.ts"
import type { VendorError } from "./VendorError.ts"
import { makeVendorHttp } from "./VendorHttp.ts"
import { baseUrl, secret } from "./VendorSettings.ts"

export { maxNumbersPerOrder } from "./InteliquentOrder.ts"

/**
 * Inteliquent (Sinch) number ordering, Services/2.0.0. Every operation is a POST that answers HTTP 200 also when it
 * refuses; the refusal is a `VendorError` with reason "Rejected" and the vendor's statusCode as `code`. Numbers are E.164
 * with + on our side. A reference may not hold any of `, = ] [ ! < > { } \\ ^ ~` or a back-tick and is refused ("Rejected",
 * code "reference") unsent, as are too many numbers at once (code "tooMany").
 */
export class Inteliquent extends Context.Service<
  Inteliquent,
  {
    /** Empty when the vendor has none there. With `reserve` the numbers found are held for us for a short while. */
    readonly searchInventory: (search: InventorySearch) => Effect.Effect<ReadonlyArray<InventoryNumber>, VendorError>
    readonly reserved: Effect.Effect<ReadonlyArray<string>, VendorError>
    readonly reserve: (numbers: ReadonlyArray<string>) => Effect.Effect<Reservation, VendorError>
    readonly release: (numbers: ReadonlyArray<string>) => Effect.Effect<void, VendorError>
    /**
     * Not idempotent. `partial`: the vendor took some of the numbers only; {@link orderDetail} tells which. When it took
     * none, because all are gone, it is "Rejected" with code "430".
     */
    readonly order: (
      order: NumberOrder
    ) => Effect.Effect<{ readonly orderId: string; readonly partial: boolean }, VendorError>
    /** Not idempotent. */
    readonly backorder: (order: NumberRequest) => Effect.Effect<{ readonly orderId: string }, VendorError>
    /** By a reference that several orders share it fails with reason "Conflict"; ask {@link ordersByReference} then. */
    readonly orderDetail: (which: WhichOrder) => Effect.Effect<Option.Option<OrderDetail>, VendorError>
    /** All orders with exactly this reference, to find one that was placed although its answer was lost. */
    readonly ordersByReference: (reference: string) => Effect.Effect<ReadonlyArray<OrderSummary>, VendorError>
    readonly cancel: (orderId: string) => Effect.Effect<void, VendorError>
  }
>()("tandem/layers/vendors/Inteliquent") {
  static readonly layer: Layer.Layer<Inteliquent, Config.ConfigError, HttpClient.HttpClient | VendorDoor> =
    Layer.effect(
      Inteliquent,
      Effect.gen(function* () {
        const settings = yield* inteliquentSettings
        const credentials = yield* credentialSettings
        const http = yield* makeVendorHttp(vendor, [settings.privateKey, credentials.clientSecret])
        const door = yield* (yield* VendorDoor).make(doorOptions)
        const credential =
          credentials.scheme === "basic"
            ? basicCredential(credentials)
            : yield* oauthCredential(vendor, credentials, door, http)
        const call = makeInteliquentCall({
          vendor,
          baseUrl: settings.baseUrl,
          privateKey: Redacted.value(settings.privateKey),
          door,
          http,
          credential
        })
        return { ...makeInventory(call), ...makePurchases(call, settings.trunkGroup), ...makeLookups(call) }
      })
    )
}

const inteliquentSettings = Config.all({
  baseUrl: baseUrl("INTELIQUENT_BASE_URL").pipe(Config.withDefault("https://services.inteliquent.com/Services/2.0.0")),
  privateKey: secret("INTELIQUENT_PRIVATE_KEY"),
  trunkGroup: Config.NonEmptyString("INTELIQUENT_TRUNK_GROUP")
})

/** The vendor states no rate limit, so ours is a careful guess. */
const doorOptions = {
  vendor,
  tryTimeoutMillis: 20_000,
  deadlineMillis: 60_000,
  maxTries: 4,
  maxConcurrent: 8,
  maxWaiting: 500,
  rate: { tokens: 100, perMillis: 5_000 }
}
