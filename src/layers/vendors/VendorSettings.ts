import { Config, Schema } from "effect"

const HttpUrl = Schema.URL.pipe(
  Schema.check(
    Schema.makeFilter(
      (url: URL) => /^https?:$/.test(url.protocol) || "Expected a URL that begins with http:// or https://"
    )
  )
)

/** A vendor's base URL, returned without the slash at its end. */
export const baseUrl = (name: string): Config.Config<string> =>
  Config.schema(HttpUrl, name).pipe(Config.map((url) => url.href.replace(/\/+$/, "")))

/** A secret that must not be empty. */
export const secret = (name: string) => Config.schema(Schema.Redacted(Schema.NonEmptyString), name)
