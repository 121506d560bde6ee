import { Effect, Schedule } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect } from "node:net"

export const hasProgram = (name: string): boolean => spawnSync(name, ["--version"]).error === undefined

/** Runs a program until the scope closes: Node's own unless another is named. */
export const startProcess = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  program: string = process.execPath
) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(program, args, {
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
        stdio: ["ignore", "ignore", "inherit"]
      })
    ),
    (child) =>
      Effect.callback<void>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
        child.once("exit", () => resume(Effect.void))
        child.kill("SIGTERM")
        const last = setTimeout(() => child.kill("SIGKILL"), 15_000)
        child.once("exit", () => clearTimeout(last))
      })
  )

const answers = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = connect({ host: "127.0.0.1", port })
    socket.once("connect", () => resume(Effect.succeed(true)))
    socket.once("error", () => resume(Effect.succeed(false)))
    return Effect.sync(() => socket.destroy())
  })

/** Waits until somebody listens at the port. */
export const untilAnswers = (port: number) =>
  answers(port).pipe(Effect.repeat({ until: Boolean, schedule: Schedule.spaced("100 millis") }))

/** Clock ticks of Linux's /proc are hundredths of a second. */
const tickMillis = 10

/** Processor time that the processes have used so far; 0 where there is no /proc. */
export const cpuMillisOf = (pids: ReadonlyArray<number>): number =>
  pids.reduce((sum, pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return sum + (Number(fields[11]) + Number(fields[12])) * tickMillis
    } catch {
      return sum
    }
  }, 0)
