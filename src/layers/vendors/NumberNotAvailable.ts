import { Schema } from "effect"

/** The vendor sold the number to somebody else, or never had it. `e164` has the leading +. */
export class NumberNotAvailable extends Schema.TaggedError<NumberNotAvailable>()("NumberNotAvailable", {
  vendor: Schema.String,
  e164: Schema.String
}) {
  override get message(): string {
    return `${this.e164} is not available at ${this.vendor}`
  }
}
