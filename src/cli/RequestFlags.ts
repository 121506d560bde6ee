import { Option, Schema } from "effect"
import { Argument, Flag } from "effect/cli"
import { BackorderId, OrderId, Reason } from "../http/api/Parameters.ts"
import { e164OfDigits, NanpE164 } from "../domain/numbers/E164.ts"

const idempotencyKey = Flag.String("idempotency-key").pipe(
  Flag.withDescription("Repeated with the same key, the command is done once"),
  Flag.withSchema(Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,200}$/))),
  Flag.optional
)

/** The headers of a POST, from the flag `--idempotency-key`. */
export const headers = Flag.map(
  idempotencyKey,
  Option.match({ onNone: () => ({}), onSome: (key) => ({ "idempotency-key": key }) })
)

export const reason = Flag.String("reason").pipe(Flag.withDescription("Why, for the record"), Flag.withSchema(Reason))

export const orderId = Argument.String("order-id").pipe(
  Argument.withDescription("The order's id, which is the ticket's"),
  Argument.withSchema(OrderId)
)

export const backorderId = Argument.String("backorder-id").pipe(
  Argument.withDescription("{order id}-{line}"),
  Argument.withSchema(BackorderId)
)

/** A phone number, with or without +1. */
export const e164 = Argument.String("number").pipe(
  Argument.withDescription("Phone number: +12125550123, 12125550123 or 2125550123"),
  Argument.map((text) => e164OfDigits(text) ?? text),
  Argument.withSchema(NanpE164)
)

/** Leaves out what was not given. */
export const given = <A extends Record<string, Option.Option<unknown>>>(
  flags: A
): { readonly [K in keyof A]?: Option.Option.Value<A[K]> } =>
  Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) => (Option.isSome(value) ? [[name, value.value]] : []))
  ) as never
