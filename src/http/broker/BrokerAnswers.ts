/** What the broker's error bodies call what went wrong, and the status that goes with it. */
export const brokerErrors = {
  validation_error: 400,
  authentication_error: 401,
  authorization_error: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  rate_limit_exceeded: 429,
  internal_error: 500,
  service_unavailable: 503
} as const
export type BrokerError = keyof typeof brokerErrors

export interface BrokerAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The connection is of no more use: nobody who may speak is at its other end. */
  readonly close?: boolean
}

/** Gives the answer to whoever asked; what comes after the first is dropped. Never throws. */
export type Reply = (answer: BrokerAnswer) => void

export interface ErrorMore {
  readonly details?: unknown
  readonly retryAfterSeconds?: number
  readonly close?: boolean
}

/** When and under which id the request came. */
export interface Asking {
  readonly requestId: string
  readonly atMillis: number
}

export const errorAnswer = (
  { atMillis, requestId }: Asking,
  error: BrokerError,
  message: string,
  { close = false, details = null, retryAfterSeconds }: ErrorMore = {}
): BrokerAnswer => ({
  status: brokerErrors[error],
  close,
  headers: {
    "x-request-id": requestId,
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) })
  },
  body: {
    error,
    message,
    details,
    timestamp: new Date(atMillis).toISOString(),
    request_id: requestId,
    ...(retryAfterSeconds === undefined ? {} : { retry_after: retryAfterSeconds })
  }
})
