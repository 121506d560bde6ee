import { Runtime, Schema } from "effect"
import type { ExitCode } from "./ExitCodes.ts"
import { exitCodes } from "./ExitCodes.ts"

/** The command ends with this exit code, after these lines on standard error. */
export class CliFailure extends Schema.TaggedError<CliFailure>()("CliFailure", {
  lines: Schema.Array(Schema.String),
  exitCode: Schema.Int
}) {
  static of(exitCode: ExitCode, ...lines: ReadonlyArray<string>): CliFailure {
    return new CliFailure({ lines, exitCode })
  }

  static refused(...lines: ReadonlyArray<string>): CliFailure {
    return CliFailure.of(exitCodes.failed, ...lines)
  }

  override readonly [Runtime.errorExitCode] = this.exitCode
  override readonly [Runtime.errorReported] = false

  override get message(): string {
    return this.lines.join("\n")
  }
}
