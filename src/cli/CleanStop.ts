import { Cause, Effect, Exit, Runtime } from "effect"

let meantToBeStopped = false

/** Says that this command serves until a signal stops it, so that SIGINT and SIGTERM are its regular end: exit code 0. */
export const servesUntilStopped = Effect.sync(() => {
  meantToBeStopped = true
})

export const teardown: Runtime.Teardown = (exit, onExit) =>
  meantToBeStopped && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    ? onExit(0)
    : Runtime.defaultTeardown(exit, onExit)

/** One Ctrl-C can arrive twice, from the terminal and from npm; what comes within this time is the same one. */
const sameSignalMillis = 1_000

/** The first signal stops in order; whoever sends another one later does not want to wait. */
export const leaveAtSecondSignal = () => {
  let impatient = false
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (impatient) process.exit(130)
      setTimeout(() => (impatient = true), sameSignalMillis).unref()
    })
  }
}
