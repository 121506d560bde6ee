import { Effect } from "effect"
import type { SandboxOptions } from "../../src/simulators/SandboxCore.ts"
import { Sandbox } from "../../src/simulators/Sandbox.ts"

/** Runs a test against a sandbox of its own on a free port. */
export const inSandbox = <A, E>(
  test: (sandbox: Sandbox["Service"]) => Effect.Effect<A, E>,
  options: Partial<SandboxOptions> = {}
) => Effect.flatMap(Sandbox, test).pipe(Effect.provide(Sandbox.layer({ host: "127.0.0.1", port: 0, ...options })))

/** What came back over the wire. `json` is undefined when the body is no JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // The vendors' answers are asserted field by field; a schema here would be a second client.
  // oxlint-disable-next-line no-explicit-any
  readonly json: any
}

export interface Ask {
  readonly method?: string
  readonly json?: unknown
  readonly text?: string
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const bodyOf = (ask: Ask): { readonly body?: string; readonly type?: string } => {
  if (ask.json !== undefined) return { body: JSON.stringify(ask.json), type: "application/json" }
  if (ask.form !== undefined) {
    return { body: new URLSearchParams(ask.form).toString(), type: "application/x-www-form-urlencoded" }
  }
  return ask.text === undefined ? {} : { body: ask.text, type: "application/json" }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One HTTP call with the platform's own client. A broken connection is the error. */
export const ask = (url: string, options: Ask = {}): Effect.Effect<Answer, Error> =>
  Effect.tryPromise({
    try: async (signal) => {
      const { body, type } = bodyOf(options)
      const response = await fetch(url, {
        method: options.method ?? (body === undefined ? "GET" : "POST"),
        headers: { ...(type === undefined ? {} : { "content-type": type }), ...options.headers },
        signal: options.signal ?? signal,
        ...(body === undefined ? {} : { body })
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) }
    },
    catch: (cause) => (cause instanceof Error ? cause : new Error(String(cause)))
  })

export const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`
})
