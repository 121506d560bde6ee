import { Effect } from "effect"
import { chmod, lstat, mkdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedPostgresError, explain } from "./EmbeddedPostgresError.ts"
import { canEnter, type ServerUser } from "./EmbeddedPostgresUser.ts"

/** Runs a file operation; what goes wrong is told with what was being done. */
export const onDisk = <A>(doing: string, operation: () => Promise<A>): Effect.Effect<A, EmbeddedPostgresError> =>
  Effect.tryPromise({ try: operation, catch: (error) => explain("StartFailed", doing, String(error)) })

/**
 * A directory of ours that others may enter but not write to. `/var/tmp` and `/tmp` belong to everybody, so one that
 * somebody else made there first, or can write to, is not used: its programs would run in our name.
 */
const trusted = async (place: string): Promise<boolean> => {
  try {
    await mkdir(place, { recursive: true })
    const before = await lstat(place)
    if (!before.isDirectory() || before.uid !== process.getuid?.()) return false
    await chmod(place, 0o755)
    return true
  } catch {
    return false
  }
}

/**
 * Where root puts what the server's user must reach when the clone lies in a place closed to that user. What belongs
 * to a temporary directory goes to a temporary place, where it will be cleared away.
 */
export const publicPlace = Effect.fnUntraced(function* (user: ServerUser, belongsTo = "") {
  const temporary = join(tmpdir(), "tandem-root")
  const lasting = ["/var/lib/tandem", "/var/tmp/tandem-root", temporary]
  const places = belongsTo.startsWith(`${tmpdir()}/`) ? [temporary, ...lasting] : lasting
  for (const place of places) {
    if ((yield* Effect.promise(() => trusted(place))) && (yield* canEnter(user, place))) return place
  }
  return yield* new EmbeddedPostgresError({
    reason: "PermissionDenied",
    explanation: `none of ${places.join(", ")} can be made readable for the user that runs the server.`
  })
})
