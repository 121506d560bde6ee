import { Config, Schema } from "effect"

/** Days for which calls are kept. */
export const callRetentionDays = Config.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_650 })),
  "FRAUD_CALL_RETENTION_DAYS"
).pipe(Config.withDefault(730))
