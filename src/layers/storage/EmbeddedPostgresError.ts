import { Schema } from "effect"

/** Another live process holds the data directory. `ownerPid` is absent when that process has not written its name yet. */
export class DataDirectoryInUse extends Schema.TaggedError<DataDirectoryInUse>()("DataDirectoryInUse", {
  dataDir: Schema.String,
  ownerPid: Schema.optionalKey(Schema.Int)
}) {
  override get message() {
    const owner = this.ownerPid === undefined ? "another process" : `process ${this.ownerPid}`
    return `The data directory ${this.dataDir} is in use by ${owner}. Stop it, or set TANDEM_DATA_DIR to another directory.`
  }
}

/** The embedded server cannot be brought up. `reason` is stable, `explanation` is for people. */
export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()("EmbeddedPostgresError", {
  reason: Schema.Literals([
    "PlatformUnsupported",
    "NoUser",
    "PermissionDenied",
    "NoSpace",
    "PortTaken",
    "MemoryStillInUse",
    "WrongVersion",
    "InitFailed",
    "StartFailed",
    "ConnectFailed"
  ]),
  explanation: Schema.String
}) {
  override get message() {
    return `Embedded Postgres: ${this.explanation} (Set DATABASE_URL to use a Postgres of your own.)`
  }
}

/** Sorts what a failed file operation or a failed server said into a reason that a person can act on. */
export const explain = (
  fallback: EmbeddedPostgresError["reason"],
  doing: string,
  said: string
): EmbeddedPostgresError => {
  const detail = said.trim().slice(-2_000)
  const reason = /ENOSPC|EDQUOT|No space left|quota exceeded/i.test(said)
    ? "NoSpace"
    : /EACCES|EPERM|EROFS|Permission denied|wrong ownership/i.test(said)
      ? "PermissionDenied"
      : /Address already in use|could not create any TCP/i.test(said)
        ? "PortTaken"
        : /pre-existing shared memory block|lock file .* already exists/i.test(said)
          ? "MemoryStillInUse"
          : fallback
  const what = { NoSpace: "no space left", PermissionDenied: "permission denied", PortTaken: "port taken" }
  const short = reason in what ? `${what[reason as keyof typeof what]} while ${doing}` : `failed while ${doing}`
  return new EmbeddedPostgresError({ reason, explanation: `${short}: ${detail}.` })
}
