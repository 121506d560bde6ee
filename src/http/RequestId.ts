import { Context, Option } from "effect"
import type { Tracer } from "effect"
import type { Headers } from "effect/http"

/** The name under which one request is found in logs, in the journal and at whoever sent it. */
export const RequestId = Context.Reference<string | undefined>("tandem/http/RequestId", {
  defaultValue: () => undefined
})

/** Longer ids, and ids with spaces or control characters, are not taken over. */
const maxRequestIdLength = 128

const visible = /^[\x21-\x7e]+$/

export const isRequestId = (text: unknown): text is string =>
  typeof text === "string" && text.length <= maxRequestIdLength && visible.test(text)

/** The caller's `X-Request-Id` when it is a sound one; else the id of the trace, which `traceparent` may have set. */
export const requestIdOf = (headers: Headers.Headers, span: Option.Option<Tracer.Span>): string | undefined => {
  const given = headers["x-request-id"]
  return isRequestId(given) ? given : Option.getOrUndefined(Option.map(span, ({ traceId }) => traceId))
}
