import { spawn } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly dotEnv?: string
  readonly cwd?: string
}

/** A directory of its own, with a `.env` when one is given. */
export const directory = (dotEnv?: string): string => {
  const path = mkdtempSync(join(tmpdir(), "tandem-cli-"))
  if (dotEnv !== undefined) writeFileSync(join(path, ".env"), dotEnv)
  return path
}

/** Starts `tandem` as a process of its own, with no settings but the given ones. */
export const startTandem = (args: ReadonlyArray<string>, { cwd, dotEnv, env }: Surroundings = {}) =>
  spawn(process.execPath, [main, ...args], {
    cwd: cwd ?? directory(dotEnv),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })

/** Runs `tandem` to its end. */
export const runTandem = (args: ReadonlyArray<string>, surroundings?: Surroundings): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = startTandem(args, surroundings)
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk) => (stdout += chunk))
    child.stderr.on("data", (chunk) => (stderr += chunk))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })
