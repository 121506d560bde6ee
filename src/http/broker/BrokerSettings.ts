import { Config, Schema } from "effect"

const listOf = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")

/** 0: any free port. */
const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

export const brokerSettings = Config.all({
  host: Config.NonEmptyString("BROKER_HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(Port, "BROKER_PORT").pipe(Config.withDefault(8443)),
  /** Host names and addresses by which clients reach the listener; its certificate carries them. */
  names: Config.NonEmptyString("BROKER_SERVER_NAMES").pipe(
    Config.withDefault("localhost,127.0.0.1,::1"),
    Config.map(listOf)
  ),
  /** Clients that are proxies: what they say of the certificate behind them is believed. */
  proxies: Config.String("BROKER_PROXY_CLIENTS").pipe(Config.withDefault(""), Config.map(listOf))
})

export type BrokerSettings = Config.Success<typeof brokerSettings>

/** Longest bodies, in bytes. */
export const oneMessageBytes = 64 * 1024
export const batchBytes = 4 * 1024 * 1024

/** Most messages in one request. */
export const maxBatch = 500

/** Requests that are worked on at once; beyond that the answer is 503. */
export const maxInFlight = 4_000
