import { Effect, FileSystem, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ApiClient } from "../../http/api/ApiClient.ts"
import { RulesVersion } from "../../http/api/RulesEndpoints.ts"
import type { TimelineEntry } from "../../http/api/Views.ts"
import { withApi } from "../ApiConnection.ts"
import { CliFailure } from "../CliFailure.ts"
import { exitCodes } from "../ExitCodes.ts"
import { output, printOne, printRows } from "../Output.ts"
import type { Page } from "../Paging.ts"
import { limit, readPages } from "../Paging.ts"
import { headers, reason } from "../RequestFlags.ts"
import { historyColumns } from "../TimelineColumns.ts"

interface Version {
  readonly version: number
  readonly reason: string
  readonly by: string
}

/** What is told of a version that was just made: the rules themselves are known to whoever made it. */
export const versionOf = ({ by, reason, version }: Version) => ({ version, reason, by })

export const file = Flag.File("file", { mustExist: true }).pipe(
  Flag.withDescription("All rules as JSON: what is shown with -o json, or its member `rules`")
)

const decode = Schema.decodeEffect(Schema.fromJsonString(Schema.Unknown))

export const readJson = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(path).pipe(
    Effect.flatMap(decode),
    Effect.mapError(() => CliFailure.of(exitCodes.usage, `${path} is no JSON`))
  )
})

/** `rules` names the command that they are of, such as `gateways rules`. */
export const rulesHistory = <E, R>(
  rules: string,
  timeline: (
    api: ApiClient,
    query: { readonly limit: number; readonly cursor?: string }
  ) => Effect.Effect<Page<TimelineEntry>, E, R>
) =>
  Command.make(
    "history",
    { output, limit },
    Effect.fnUntraced(function* (input) {
      const rows = yield* withApi((api) => readPages(input.limit, (query) => timeline(api, query)))
      yield* printRows(input.output, historyColumns, rows)
    })
  ).pipe(
    Command.withDescription("Show every version of the rules, oldest first"),
    Command.withExamples([{ command: `tandem ${rules} history`, description: "Who changed what, and why" }])
  )

export const rulesRevert = <E, R>(
  rules: string,
  revert: (
    api: ApiClient,
    request: {
      readonly payload: { readonly toVersion: number; readonly reason: string }
      readonly headers: { readonly "idempotency-key"?: string }
    }
  ) => Effect.Effect<Version, E, R>
) =>
  Command.make(
    "revert",
    {
      output,
      version: Argument.Int("version").pipe(
        Argument.withDescription("A version of the history; 0 is what held before the first"),
        Argument.withSchema(RulesVersion)
      ),
      reason,
      headers
    },
    Effect.fnUntraced(function* ({ headers, output, reason, version }) {
      const payload = { toVersion: version, reason }
      yield* printOne(output, versionOf(yield* withApi((api) => revert(api, { payload, headers }))))
    })
  ).pipe(
    Command.withDescription("Bring back the rules of a version, as a new one"),
    Command.withExamples([{ command: `tandem ${rules} revert 12 --reason 'worse'`, description: "Back to version 12" }])
  )
