import { Schema } from "effect"

/** The file cannot be read or written. */
export class BackupFileError extends Schema.TaggedError<BackupFileError>()("BackupFileError", {
  detail: Schema.String
}) {
  override get message() {
    return `The backup file cannot be used: ${this.detail}`
  }
}

/** The file is not what was written: cut off, changed, or no backup at all. */
export class BackupDamaged extends Schema.TaggedError<BackupDamaged>()("BackupDamaged", { detail: Schema.String }) {
  override get message() {
    return `The backup is damaged: ${this.detail}`
  }
}

/** The backup was made by a newer version of the program than this one. */
export class BackupTooNew extends Schema.TaggedError<BackupTooNew>()("BackupTooNew", {
  unknown: Schema.Array(Schema.String)
}) {
  override get message() {
    return `The backup is of a newer version, with what this one does not know: ${this.unknown.join(", ")}. Restore it with that version.`
  }
}

/** Restoring would change, or mix with, what the database has. */
export class DatabaseNotEmpty extends Schema.TaggedError<DatabaseNotEmpty>()("DatabaseNotEmpty", {
  found: Schema.String
}) {
  override get message() {
    return `A backup is restored into an empty database only, and this one has ${this.found}.`
  }
}

/** The database did not do its part; nothing was restored. */
export class BackupDatabaseError extends Schema.TaggedError<BackupDatabaseError>()("BackupDatabaseError", {
  detail: Schema.String
}) {
  override get message() {
    return `The database failed: ${this.detail}`
  }
}
