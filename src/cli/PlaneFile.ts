import { Effect, FileSystem, Option, Path, Schema } from "effect"

/** What a plane on this machine leaves in its data directory for the commands that talk to it. */
export const PlaneFile = Schema.Struct({
  url: Schema.String,
  /** Of the embedded Postgres, with its password; null when DATABASE_URL names another. */
  databaseUrl: Schema.NullOr(Schema.String)
})
export type PlaneFile = typeof PlaneFile.Type

const decodePlaneFile = Schema.decodeUnknownOption(Schema.fromJsonString(PlaneFile))

/** Both files can do harm in other hands, so that only their owner may read them. */
const ownerOnly = 0o600

const writePrivate = Effect.fnUntraced(function* (file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  // With a database elsewhere nobody has made the directory yet.
  yield* fs.makeDirectory((yield* Path.Path).dirname(file), { recursive: true })
  yield* fs.writeFileString(`${file}.new`, text, { mode: ownerOnly })
  yield* fs.rename(`${file}.new`, file)
})

const place = (dataDir: string, name: string) => Effect.map(Path.Path, (path) => path.join(dataDir, name))

const readOptional = Effect.fnUntraced(function* (dataDir: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.option(fs.readFileString(yield* place(dataDir, name)))
})

/** Tells the commands of this machine where the plane is, for as long as the scope lives. */
export const announcePlane = (dataDir: string, plane: PlaneFile) =>
  Effect.acquireRelease(
    Effect.flatMap(place(dataDir, "plane.json"), (file) => writePrivate(file, `${JSON.stringify(plane)}\n`)),
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.remove(yield* place(dataDir, "plane.json"))
      }).pipe(Effect.ignore)
  )

/** The plane that was announced last; it may have been killed since. */
export const readPlane = (dataDir: string) =>
  Effect.map(readOptional(dataDir, "plane.json"), Option.flatMap(decodePlaneFile))

export const writeDevelopmentKey = (dataDir: string, key: string) =>
  Effect.flatMap(place(dataDir, "dev-key"), (file) => writePrivate(file, `${key}\n`))

export const readDevelopmentKey = (dataDir: string) =>
  Effect.map(
    readOptional(dataDir, "dev-key"),
    Option.flatMap((text) => (text.trim() === "" ? Option.none() : Option.some(text.trim())))
  )

/** The passphrase that a start on this machine made for the authority's keys. */
export const writePassphrase = (dataDir: string, passphrase: string) =>
  Effect.flatMap(place(dataDir, "ca-passphrase"), (file) => writePrivate(file, `${passphrase}\n`))

export const readPassphrase = (dataDir: string) =>
  Effect.map(
    readOptional(dataDir, "ca-passphrase"),
    Option.flatMap((text) => (text.trim() === "" ? Option.none() : Option.some(text.trim())))
  )

/** Files of a sample client, which its owner alone may read. */
export const writeSampleClient = Effect.fnUntraced(function* (
  dataDir: string,
  files: Readonly<Record<string, string>>
) {
  const directory = yield* place(dataDir, "sample-client")
  const path = yield* Path.Path
  for (const [name, text] of Object.entries(files)) yield* writePrivate(path.join(directory, name), text)
  return directory
})

/** One file of the sample client, as an earlier start left it. */
export const readSampleClient = (dataDir: string, name: string) =>
  Effect.flatMap(Path.Path, (path) => readOptional(dataDir, path.join("sample-client", name)))
