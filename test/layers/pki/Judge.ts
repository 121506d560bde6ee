import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isInstalled } from "../../fixtures/InstalledProgram.ts"

/** Programs that judge what was made, where they are installed. */
export const isHere = { openssl: isInstalled("openssl"), certtool: isInstalled("certtool") }

for (const [judge, here] of Object.entries(isHere)) {
  if (!here) console.warn(`${judge} is not installed, so the tests that it judges are skipped.`)
}

export interface Verdict {
  readonly ok: boolean
  /** What it printed, to both of its outputs. */
  readonly output: string
}

export interface Court {
  /** Puts a file into a directory that is gone after the test; returns its path. */
  readonly file: (name: string, content: string | Buffer) => string
  readonly path: (name: string) => string
  readonly ask: (judge: keyof typeof isHere, args: ReadonlyArray<string>, input?: string | Buffer) => Verdict
}

export const court = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "tandem-pki-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  ),
  (directory): Court => {
    const path = (name: string) => join(directory, name)
    return {
      path,
      file: (name, content) => {
        writeFileSync(path(name), content)
        return path(name)
      },
      ask: (judge, args, input = "") => {
        const { status, stderr, stdout } = spawnSync(judge, args, { cwd: directory, input, timeout: 60_000 })
        return { ok: status === 0, output: `${stdout.toString()}${stderr.toString()}` }
      }
    }
  }
)
