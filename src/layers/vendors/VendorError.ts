import { Schema } from "effect"

/** Longest `detail` of a {@link VendorError}, in characters. */
export const maxDetailLength = 500

/**
 * Why a call to a vendor came to nothing. `Unavailable` is a 5xx answer, `Rejected` any other refusal (4xx or the vendor's
 * business code), `Malformed` an answer that is not what the vendor documents, `CircuitOpen` and `Busy` are our own
 * refusals before anything was sent.
 */
export const VendorErrorReason = Schema.Literals([
  "Timeout",
  "Unreachable",
  "RateLimited",
  "Unavailable",
  "Unauthorized",
  "NotFound",
  "Conflict",
  "Rejected",
  "Malformed",
  "CircuitOpen",
  "Busy"
])
export type VendorErrorReason = typeof VendorErrorReason.Type

export interface VendorErrorFields {
  readonly vendor: string
  readonly operation: string
  readonly reason: VendorErrorReason
  readonly detail: string
  readonly status?: number
  readonly code?: string
  readonly retryable?: boolean
  readonly retryAfterMillis?: number
  readonly committed?: "no" | "unknown"
}

const repeatable: ReadonlySet<VendorErrorReason> = new Set<VendorErrorReason>([
  "Timeout",
  "Unreachable",
  "RateLimited",
  "Unavailable",
  "Malformed",
  "CircuitOpen",
  "Busy"
])

const outcomeUnknown: ReadonlySet<VendorErrorReason> = new Set<VendorErrorReason>([
  "Timeout",
  "Unreachable",
  "Unavailable",
  "Malformed"
])

const oneLine = (text: string): string => {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim()
  return line.length <= maxDetailLength ? line : `${line.slice(0, maxDetailLength - 1)}…`
}

/**
 * A call to a vendor failed. `retryable`: the same call may work later. `committed`: "unknown" when a write that must not
 * be repeated may have taken effect, so look at the vendor's side before trying again, whatever `retryable` says; "no"
 * when it had no effect or can simply be repeated. `code` is the vendor's own code. `detail` holds no secrets.
 */
export class VendorError extends Schema.TaggedError<VendorError>()("VendorError", {
  vendor: Schema.String,
  operation: Schema.String,
  reason: VendorErrorReason,
  status: Schema.optionalKey(Schema.Int),
  code: Schema.optionalKey(Schema.String),
  detail: Schema.String.pipe(Schema.check(Schema.isMaxLength(maxDetailLength))),
  retryable: Schema.Boolean,
  retryAfterMillis: Schema.optionalKey(Schema.Number),
  committed: Schema.Literals(["no", "unknown"])
}) {
  /** Fills in what the reason implies and makes `detail` one short line. */
  static of(fields: VendorErrorFields): VendorError {
    return new VendorError({
      retryable: repeatable.has(fields.reason),
      committed: outcomeUnknown.has(fields.reason) ? "unknown" : "no",
      ...fields,
      detail: oneLine(fields.detail)
    })
  }

  override get message(): string {
    return `${this.vendor} ${this.operation}: ${this.reason}, ${this.detail}`
  }
}
