import { afterAll } from "@effect/vitest"
import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
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

const made: Array<string> = []

/** A directory of its own, with a `.env` when one is given. The server of a root may pass through it to its data. */
export const directory = (dotEnv?: string): string => {
  const path = mkdtempSync(join(tmpdir(), "tandem-cli-"))
  made.push(path)
  chmodSync(path, 0o711)
  if (dotEnv !== undefined) writeFileSync(join(path, ".env"), dotEnv)
  return path
}

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

/** Starts `tandem` as a process of its own, with no settings but the given ones. */
export const startTandem = (args: ReadonlyArray<string>, { cwd, dotEnv, env }: Surroundings = {}) =>
  spawn(process.execPath, [main, ...args], {
    cwd: cwd ?? directory(dotEnv),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NO_COLOR: "1",
      FRAUD_SWITCH_PORT: "0",
      BROKER_PORT: "0",
      ...env
    },
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

/** A `tandem` that serves until it is stopped. */
export interface Serving {
  readonly pid: number
  /** All that it wrote to standard output so far. */
  readonly said: () => string
  readonly complained: () => string
  /** Waits until standard output matches; fails when the process ends first. */
  readonly until: (pattern: RegExp) => Promise<RegExpMatchArray>
  /** Sends the signal and waits for the end; gives the exit code, or null when the signal itself ended it. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>
}

export const serveTandem = (args: ReadonlyArray<string>, surroundings: Surroundings): Serving => {
  const child = startTandem(args, surroundings)
  let stdout = ""
  let stderr = ""
  let ended = false
  const waiting = new Set<() => void>()
  const tell = () => waiting.forEach((look) => look())
  child.stdout.on("data", (chunk) => {
    stdout += chunk
    tell()
  })
  child.stderr.on("data", (chunk) => (stderr += chunk))
  const end = new Promise<number | null>((resolve) =>
    child.on("close", (code) => {
      ended = true
      tell()
      resolve(code)
    })
  )
  const until = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = stdout.match(pattern)
        if (match === null && !ended) return
        waiting.delete(look)
        if (match === null) reject(new Error(`ended without ${pattern}:\n${stdout}\n${stderr}`))
        else resolve(match)
      }
      waiting.add(look)
      look()
    })
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return end
  }
  return { pid: child.pid ?? 0, said: () => stdout, complained: () => stderr, until, stop }
}
