import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Journal } from "../../../src/layers/storage/Journal.ts"
import { MessageIntake } from "../../../src/layers/storage/MessageIntake.ts"
import * as Api from "../api/ApiFixture.ts"

export { layer } from "../api/ApiFixture.ts"

export const password = "nine wet otters in a canoe"

interface Person {
  readonly userId: string
  readonly email: string
}

/** What an answer to a login tells. */
export interface Session {
  readonly accessToken: string
  readonly refreshToken: string
  readonly user: Readonly<Record<string, unknown>>
}

export const post = (path: string, body: unknown, key?: string, headers: Record<string, string> = {}) =>
  Api.send(`/api/v1/portal${path}`, { method: "POST", body, headers, ...(key === undefined ? {} : { key }) })

export const get = (path: string, key?: string) => Api.send(`/api/v1/portal${path}`, key === undefined ? {} : { key })

const timePasses = Effect.forever(
  Effect.andThen(TestClock.withLive(Effect.sleep("5 millis")), TestClock.adjust("5 millis"))
)

/** All at once, while time passes: of those that write at the same moment some try again a little later. */
export const together = <A, E, R>(all: ReadonlyArray<Effect.Effect<A, E, R>>) =>
  Effect.raceFirst(Effect.all(all, { concurrency: "unbounded" }), timePasses)

/** Status and the end of the problem's type. */
export const problemOf = ({ body, status }: Api.Answer) => [status, body.type?.split(":").at(-1)]

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}

let made = 0

/** An address that nobody has had yet. */
export const newEmail = () => `person${(made += 1)}@example.com`

/** Makes an account as an admin's API key does; with the token for the first password. */
export const makeUser = Effect.fnUntraced(function* (role: string, clientId: string | null = null, email = newEmail()) {
  const key = yield* Api.keyOf("admin")
  const answer = yield* Api.send("/api/v1/users", { method: "POST", key, body: { email, role, clientId } })
  assert.strictEqual(answer.status, 200, answer.text)
  const { reset, user } = answer.body
  return { userId: String(objectOf(user).userId), email, token: String(objectOf(reset).token) }
})

/** An account with {@link password}. */
export const enrol = Effect.fnUntraced(function* (role: string, clientId: string | null = null) {
  const { email, token, userId } = yield* makeUser(role, clientId)
  const set = yield* post("/auth/reset-password", { token, newPassword: password })
  assert.strictEqual(set.status, 204, set.text)
  return { userId, email } satisfies Person
})

export const attempt = (email: string, word = password, headers: Record<string, string> = {}) =>
  post("/auth/login", { email, password: word }, undefined, headers)

const sessionOf = ({ body, status, text }: Api.Answer): Session => {
  assert.strictEqual(status, 200, text)
  return {
    accessToken: String(body.accessToken),
    refreshToken: String(body.refreshToken),
    user: objectOf(body.user)
  }
}

export const login = (email: string) => Effect.map(attempt(email), sessionOf)

export const refresh = (refreshToken: string) => post("/auth/refresh", { refreshToken })

export const refreshed = (refreshToken: string) => Effect.map(refresh(refreshToken), sessionOf)

/** Somebody with this role who is logged in. */
export const loggedIn = Effect.fnUntraced(function* (role: string, clientId: string | null = null) {
  const person = yield* enrol(role, clientId)
  return { ...person, ...(yield* login(person.email)) }
})

/** A message of the client; its id. */
export const message = Effect.fnUntraced(function* (
  clientId: string,
  body = "a text",
  senderNumber = "+2348031234567"
) {
  const intake = yield* MessageIntake
  const [accepted] = yield* intake.accept([
    { messageId: null, idempotencyKey: null, clientId, domain: "default", senderNumber, body, metadata: null }
  ])
  return accepted?.messageId ?? ""
})

/** Changes an account as somebody who is logged in. */
export const change = (key: string, userId: string, body: unknown) =>
  Api.send(`/api/v1/portal/users/${userId}`, { method: "PATCH", key, body })

export const remove = (key: string, userId: string) =>
  Api.send(`/api/v1/portal/users/${userId}`, { method: "DELETE", key })

/** The account's history; with a type, only when there is such an event. */
export const eventsOf = Effect.fnUntraced(function* (userId: string, awaited?: string) {
  const journal = yield* Journal
  for (;;) {
    const { events } = yield* journal.load("PortalUser", userId)
    if (awaited === undefined || events.some(({ type }) => type === awaited)) return events
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }
})
