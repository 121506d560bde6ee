import { Effect, Schema, type Scope } from "effect"
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { type Store, StoreChange } from "./Store.ts"

/** After so many appended bytes the file is rewritten with one line a row. */
const maxAppendedBytes = 32 * 1024 * 1024

const header = JSON.stringify({ format: "tandem-sandbox", version: 1 })
const decodeLine = Schema.decodeUnknownOption(Schema.fromJsonString(StoreChange))

/** The state file cannot be read, written, or is not a sandbox's. */
export class StateFileError extends Schema.TaggedError<StateFileError>()("StateFileError", {
  path: Schema.String,
  message: Schema.String
}) {}

export interface StateFile {
  /** Appends what changed since the last save. What is written survives the death of this process, not of the machine. */
  readonly save: () => void
}

const render = (changes: ReadonlyArray<StoreChange>): string =>
  changes.map((change) => `${JSON.stringify(change)}\n`).join("")

const read = (path: string, store: Store): void => {
  const lines = readFileSync(path, "utf8").split("\n")
  if (lines[0] !== header) throw new Error("the first line is not a sandbox's")
  // What follows the last line feed is a line that a killed process did not finish; its answer was never sent.
  for (let index = 1; index < lines.length - 1; index++) {
    const change = decodeLine(lines[index])
    if (change._tag === "None" || !store.apply(change.value)) throw new Error(`line ${index + 1} cannot be understood`)
  }
}

/** Writes the whole state beside the file, then puts it in its place, so that no moment leaves half a file. */
const rewrite = (path: string, store: Store): number => {
  store.takeUnsaved()
  writeFileSync(`${path}.next`, `${header}\n${render(store.everything())}`)
  renameSync(`${path}.next`, path)
  return openSync(path, "a")
}

const open = (path: string, store: Store): StateFile & { readonly close: () => void } => {
  mkdirSync(dirname(path), { recursive: true })
  if (existsSync(path)) read(path, store)
  let descriptor = rewrite(path, store)
  let appendedBytes = 0
  return {
    save: () => {
      const changes = store.takeUnsaved()
      if (changes.length === 0) return
      appendedBytes += writeSync(descriptor, render(changes))
      if (appendedBytes > maxAppendedBytes) {
        closeSync(descriptor)
        descriptor = rewrite(path, store)
        appendedBytes = 0
      }
    },
    close: () => closeSync(descriptor)
  }
}

/** Reads the file into the store when there is one, and keeps it open for appending. Tables must be seeded before. */
export const openStateFile = (path: string, store: Store): Effect.Effect<StateFile, StateFileError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => open(path, store),
      catch: (cause) => new StateFileError({ path, message: cause instanceof Error ? cause.message : String(cause) })
    }),
    (file) => Effect.sync(file.close)
  )

/** Memory only. */
export const noStateFile = (store: Store): StateFile => ({
  save: () => {
    store.takeUnsaved()
  }
})
