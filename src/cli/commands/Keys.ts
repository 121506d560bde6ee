import { Console, Effect, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { apiRoles } from "../../domain/access/ApiRole.ts"
import type { ApiKeyRow } from "../../layers/storage/ApiKeys.ts"
import { ApiKeys, maxNameLength } from "../../layers/storage/ApiKeys.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { commandDatabase, requireMigrated } from "../NodeDatabase.ts"
import { output, printOne, printRows } from "../Output.ts"
import { checkedValues } from "../SettingProblems.ts"
import { provideSettings } from "../SettingValues.ts"
import type { Column } from "../Table.ts"
import { rotate } from "./KeysRotate.ts"
import { unwrap, wrap } from "./KeysWrap.ts"

const columns: ReadonlyArray<Column<ApiKeyRow>> = [
  { title: "id", cell: (row) => row.id },
  { title: "name", cell: (row) => row.name },
  { title: "role", cell: (row) => row.role },
  { title: "created", cell: (row) => row.createdAt },
  { title: "revoked", cell: (row) => row.revokedAt }
]

/** The first key cannot be made with a key: whoever holds the database's address may make them. */
const withKeys = <A, E extends Error, R>(use: (keys: ApiKeys["Service"]) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const values = yield* checkedValues("DATABASE_URL", "DATABASE_POOL_SIZE")
    return yield* Effect.andThen(requireMigrated, Effect.flatMap(ApiKeys, use)).pipe(
      Effect.mapError((error) => (error instanceof CliFailure ? error : CliFailure.refused(error.message))),
      Effect.provide(ApiKeys.layer),
      Effect.provide(commandDatabase(values)),
      Effect.provide(provideSettings(values))
    )
  })

const create = Command.make(
  "create",
  {
    output,
    name: Flag.String("name").pipe(Flag.withDescription(`Whose key it is, at most ${maxNameLength} characters`)),
    role: Flag.Literals("role", apiRoles).pipe(Flag.withDescription("What it may do"))
  },
  Effect.fnUntraced(function* (input) {
    const made = yield* withKeys((keys) => keys.create(input))
    const key = Redacted.value(made.key)
    yield* input.output === "json"
      ? printOne("json", { id: made.id, name: input.name, role: input.role, key })
      : Console.log(key)
    yield* Console.error(`key ${made.id} is shown this once; send it as "Authorization: Bearer <key>"`)
  })
).pipe(
  Command.withDescription("Make an API key and print it; works on the database, so that it can make the first one"),
  Command.withExamples([
    { command: "tandem keys create --name dashboard --role viewer", description: "A key that only looks" }
  ])
)

const list = Command.make(
  "list",
  { output },
  Effect.fnUntraced(function* (input) {
    yield* printRows(input.output, columns, yield* withKeys((keys) => keys.list))
  })
).pipe(
  Command.withDescription("List API keys, newest first, without their secrets"),
  Command.withExamples([{ command: "tandem keys list", description: "Revoked ones too" }])
)

const revoke = Command.make(
  "revoke",
  { id: Argument.String("id").pipe(Argument.withDescription("The key's id, as `keys list` shows it")) },
  Effect.fnUntraced(function* ({ id }) {
    const revoked = yield* withKeys((keys) => keys.revoke(id))
    if (!revoked) return yield* CliFailure.of(exitCodes.notFound, `there is no key ${id} that is not revoked yet`)
    yield* Console.error(`key ${id} is revoked; nodes may remember it for a few seconds more`)
  })
).pipe(
  Command.withDescription("Revoke an API key"),
  Command.withExamples([{ command: "tandem keys revoke 4f1c09ab77de", description: "It opens nothing any more" }])
)

export const keys = Command.make("keys").pipe(
  Command.withDescription("The keys of the HTTP API, and those that messages are encrypted with"),
  Command.withSubcommands([create, list, revoke, rotate, wrap, unwrap])
)
