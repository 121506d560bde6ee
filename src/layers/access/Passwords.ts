import { Context, Effect, Layer, Option, Redacted, Semaphore } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Buffer } from "node:buffer"
import { argon2, timingSafeEqual } from "node:crypto"
import { isPasswordTooLong, normalPassword } from "../../domain/access/PasswordRules.ts"
import { PasswordsBusy } from "../../domain/access/PortalUser.ts"
import type { Argon2Cost, PasswordHash } from "./PasswordHash.ts"
import { formatPasswordHash, isSameCost, parsePasswordHash } from "./PasswordHash.ts"

/** What OWASP's Password Storage Cheat Sheet asks for at least. */
export const defaultCost: Argon2Cost = { memoryKib: 19_456, passes: 2, parallelism: 1 }

const saltBytes = 16
const tagBytes = 32

/** Hashes that are made at once: two leave half of Node's four threads to files and names, and take 38 MiB. */
const maxAtOnce = 2

/** Passwords that wait for their turn; at about 30 ms each it is over in a second. */
const maxWaiting = 64

const derive = (password: string, cost: Argon2Cost, salt: Uint8Array, tagLength: number) =>
  Effect.callback<Buffer>((resume) => {
    argon2(
      "argon2id",
      {
        message: normalPassword(password),
        nonce: salt,
        memory: cost.memoryKib,
        passes: cost.passes,
        parallelism: cost.parallelism,
        tagLength
      },
      (error, tag) => resume(error === null ? Effect.succeed(tag) : Effect.die(error))
    )
    // A hash that has begun cannot be stopped, and its memory is taken until it ends.
  }).pipe(Effect.uninterruptible)

export interface PasswordVerdict {
  readonly matches: boolean
  /** It matches a hash of another cost than new ones have. */
  readonly isOutdated: boolean
}

/** Hashes of passwords: Argon2id (RFC 9106), computed outside of the event loop, a few at once. */
export class Passwords extends Context.Service<
  Passwords,
  {
    /** In the PHC string format. The password has passed the rules. */
    readonly hash: (password: Redacted.Redacted) => Effect.Effect<string, PasswordsBusy>
    /** Takes as long for null, where there is no account, as for an account. */
    readonly verify: (password: Redacted.Redacted, hash: string | null) => Effect.Effect<PasswordVerdict, PasswordsBusy>
  }
>()("tandem/layers/access/Passwords") {
  static readonly layerWith = (cost: Argon2Cost) =>
    Layer.effect(
      Passwords,
      Effect.gen(function* () {
        const random = yield* SecureRandom.SecureRandom
        const nobodys: PasswordHash = {
          cost,
          salt: yield* random.randomBytes(saltBytes),
          tag: yield* random.randomBytes(tagBytes)
        }
        const turns = Semaphore.makeUnsafe(maxAtOnce)
        let waiting = 0

        const inTurn = <A>(work: Effect.Effect<A>): Effect.Effect<A, PasswordsBusy> =>
          Effect.suspend(() => {
            if (waiting >= maxAtOnce + maxWaiting) return Effect.fail(new PasswordsBusy())
            waiting += 1
            return turns.withPermit(work).pipe(
              Effect.ensuring(
                Effect.sync(() => {
                  waiting -= 1
                })
              )
            )
          })

        return Passwords.of({
          hash: Effect.fnUntraced(function* (password) {
            const salt = yield* random.randomBytes(saltBytes)
            const tag = yield* inTurn(derive(Redacted.value(password), cost, salt, tagBytes))
            return formatPasswordHash({ cost, salt, tag })
          }),
          verify: Effect.fnUntraced(function* (password, hash) {
            const stored = Option.getOrUndefined(Option.flatMap(Option.fromNullOr(hash), parsePasswordHash))
            if (hash !== null && stored === undefined) yield* Effect.logError("a password's hash cannot be read")
            const against = stored ?? nobodys
            const isTooLong = isPasswordTooLong(Redacted.value(password))
            const text = isTooLong ? "" : Redacted.value(password)
            const tag = yield* inTurn(derive(text, against.cost, against.salt, against.tag.length))
            const isEqual = timingSafeEqual(tag, against.tag)
            const matches = isEqual && stored !== undefined && !isTooLong
            return { matches, isOutdated: matches && !isSameCost(against.cost, cost) }
          })
        })
      })
    ).pipe(Layer.provide(SecureRandom.layerWebCrypto))

  static readonly layer = Passwords.layerWith(defaultCost)
}
