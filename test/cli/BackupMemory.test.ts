import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { readFileSync } from "node:fs"
import * as Database from "../../src/layers/storage/Database.ts"
import * as TestDatabase from "../fixtures/TestDatabase.ts"
import { bytesPerMessage, manyMessages } from "../layers/storage/backup/ManyMessages.ts"
import { directory, startTandem } from "./RunTandem.ts"

/** `npm run test:backup` runs the long form. */
const megabytes = Number(process.env["BACKUP_MEGABYTES"] ?? "40")
const messages = Math.ceil((megabytes * 1_024 * 1_024) / bytesPerMessage)
const growthLimitMegabytes = 150

/** Runs a command to its end; what it wrote, and the most memory that it had, in MB. */
const measured = (url: Redacted.Redacted, ...args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly stdout: string; readonly megabytes: number }>((resume) => {
    const child = startTandem([...args, "-o", "json"], { env: { DATABASE_URL: Redacted.value(url) } })
    let said = ""
    let complained = ""
    let most = 0
    child.stdout.on("data", (chunk) => (said += chunk))
    child.stderr.on("data", (chunk) => (complained += chunk))
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8")
        most = Math.max(most, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024)
      } catch {
        // It has ended.
      }
    }, 50)
    child.on("close", (code) => {
      clearInterval(look)
      resume(
        code === 0
          ? Effect.succeed({ stdout: said, megabytes: most })
          : Effect.die(new Error(`${args.join(" ")}: ${complained}`))
      )
    })
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

const pathOf = ({ stdout }: { readonly stdout: string }) => String(JSON.parse(stdout).path)

describe.skipIf(process.platform !== "linux")("a backup's memory", () => {
  it.live(
    `does not grow with the database: ${megabytes} MB of messages`,
    () =>
      Effect.gen(function* () {
        const empty = yield* TestDatabase.url
        const takenEmpty = yield* measured(empty, "backup", "--out", directory())
        const restoredEmpty = yield* measured(yield* TestDatabase.emptyUrl, "restore", pathOf(takenEmpty))
        const full = yield* TestDatabase.url
        yield* Effect.provide(manyMessages(messages), Database.layerUrl(full))
        const taken = yield* measured(full, "backup", "--out", directory())
        const verified = yield* measured(full, "backup", "verify", pathOf(taken))
        const restored = yield* measured(yield* TestDatabase.emptyUrl, "restore", pathOf(taken))
        assert.isAtLeast(JSON.parse(restored.stdout).rows, messages)
        const growth = {
          taken: Math.round(taken.megabytes - takenEmpty.megabytes),
          verified: Math.round(verified.megabytes - takenEmpty.megabytes),
          restored: Math.round(restored.megabytes - restoredEmpty.megabytes)
        }
        yield* Effect.logInfo(
          `${messages} messages: MB over those for an empty database: ${growth.taken} to take, ${growth.verified} to verify, ${growth.restored} to restore`
        )
        for (const [what, grown] of Object.entries(growth)) assert.isBelow(grown, growthLimitMegabytes, what)
      }).pipe(Effect.scoped),
    900_000
  )
})
