import { Config } from "effect"

/** The organization (O) that certificates name. */
export const certificateOrganization = Config.NonEmptyString("CA_ORGANIZATION").pipe(Config.withDefault("Tandem"))
