/** Largest body of a request, in bytes; a larger one is refused with 413. */
export const maxBodyBytes = 256 * 1024

/** All headers of a request together, in bytes, and how many; beyond the first Node answers 431. */
export const maxHeaderBytes = 16 * 1024
export const maxHeaders = 200

/** Requests that are worked on at once, and that wait for their turn; beyond both the answer is 503. */
export const maxInFlight = 2_000
export const maxQueued = 4_000
export const busyRetryAfterSeconds = 1

/** Waiting for a turn and the work itself. A stream counts until it begins. */
export const requestTimeoutMillis = 30_000

/** How long a client may take to send its headers, and the whole request. */
export const headersTimeoutMillis = 15_000
export const receiveTimeoutMillis = 30_000

/** Longer than load balancers keep idle connections (60 s), so that the client's side closes first. */
export const keepAliveTimeoutMillis = 65_000

/** Connections that wait for the process to accept them. */
export const acceptBacklog = 4_096

/** After a stop: requests under way may take this long to end; connections that are still open then are cut. */
export const drainTimeoutMillis = 10_000
