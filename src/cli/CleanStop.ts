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

const signal = Effect.callback<void>((resume) => {
  const arrived = () => resume(Effect.void)
  process.once("SIGINT", arrived).once("SIGTERM", arrived)
})

/** One Ctrl-C can arrive twice, from the terminal and from npm; what comes within this time is the same one. */
const sameSignal = "1 second"

/** The first signal stops in order; whoever sends another one later does not want to wait. */
export const leaveAtSecondSignal = signal.pipe(
  Effect.andThen(Effect.sleep(sameSignal)),
  Effect.andThen(signal),
  Effect.andThen(Effect.sync(() => process.exit(130)))
)
