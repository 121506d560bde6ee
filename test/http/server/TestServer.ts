import { Context, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { Admission } from "../../../src/http/Admission.ts"
import type { AdmissionLimits } from "../../../src/http/Admission.ts"
import * as Server from "../../../src/http/Server.ts"
import { Metrics } from "../../../src/layers/observability/Metrics.ts"

/** Serves the routes on a free port of this machine as long as the scope lives; gives the address. */
export const serving = <A, E, R>(routes: Layer.Layer<A, E, R>, limits?: AdmissionLimits) =>
  Effect.gen(function* () {
    const admission = limits && Admission.layerWith(limits)
    const server = Server.layerAt({ host: "127.0.0.1", port: 0 }, admission)(routes).pipe(Layer.provide(Metrics.layer))
    return originOf(yield* Layer.build(server))
  })

export const originOf = (context: Context.Context<HttpServer.HttpServer>) => {
  const { address } = Context.get(context, HttpServer.HttpServer)
  return `http://127.0.0.1:${"port" in address ? address.port : 0}`
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; an empty object when it is none. */
  readonly json: Record<string, unknown>
}

export const send = (url: string, init?: RequestInit) =>
  Effect.promise(async (signal): Promise<Answer> => {
    const response = await fetch(url, { signal, ...init })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  })

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
