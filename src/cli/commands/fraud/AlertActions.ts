import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { AlertId, AlertResolution, CommentType } from "../../../domain/fraud/alerts/FraudAlert.ts"
import { Assignee, CommentText } from "../../../http/api/FraudAlertsApi.ts"
import { withApi } from "../../ApiConnection.ts"
import { output, printOne } from "../../Output.ts"
import { given, headers, reason } from "../../RequestFlags.ts"

export const alertId = Argument.String("alert-id").pipe(
  Argument.withDescription("ALT-{year}-{number}"),
  Argument.withSchema(AlertId)
)

const text = Flag.String("text").pipe(Flag.withDescription("What to say"), Flag.withSchema(CommentText))

const acknowledge = Command.make(
  "acknowledge",
  { output, alertId, headers },
  Effect.fnUntraced(function* (input) {
    const request = { params: { alertId: input.alertId }, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.acknowledge(request)))
  })
).pipe(
  Command.withDescription("Say that you have seen it"),
  Command.withExamples([{ command: "tandem fraud alerts acknowledge ALT-2026-0000001", description: "I have seen it" }])
)

const investigate = Command.make(
  "investigate",
  { output, alertId, headers },
  Effect.fnUntraced(function* (input) {
    const request = { params: { alertId: input.alertId }, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.investigate(request)))
  })
).pipe(
  Command.withDescription("Say that you look into it"),
  Command.withExamples([{ command: "tandem fraud alerts investigate ALT-2026-0000001", description: "I am on it" }])
)

const assign = Command.make(
  "assign",
  {
    output,
    alertId,
    headers,
    to: Flag.String("to").pipe(
      Flag.withDescription("Who takes it; nobody when it is not given"),
      Flag.withSchema(Assignee),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const payload = { assignee: Option.getOrNull(input.to) }
    const request = { params: { alertId: input.alertId }, payload, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.assign(request)))
  })
).pipe(
  Command.withDescription("Hand it to somebody, or take it back"),
  Command.withExamples([
    { command: "tandem fraud alerts assign ALT-2026-0000001 --to 'Bola A.'", description: "Bola takes it" }
  ])
)

const comment = Command.make(
  "comment",
  {
    output,
    alertId,
    headers,
    text,
    type: Flag.Literals("type", CommentType.literals).pipe(
      Flag.withDescription("Kind of comment; a note when it is not given"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const payload = { text: input.text, ...given({ type: input.type }) }
    const request = { params: { alertId: input.alertId }, payload, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.comment(request)))
  })
).pipe(
  Command.withDescription("Add a comment"),
  Command.withExamples([
    { command: "tandem fraud alerts comment ALT-2026-0000001 --text 'carrier called'", description: "For the record" }
  ])
)

const resolve = Command.make(
  "resolve",
  {
    output,
    alertId,
    headers,
    resolution: Flag.Literals("resolution", AlertResolution.literals).pipe(Flag.withDescription("What it was")),
    notes: Flag.String("notes").pipe(Flag.withDescription("Why"), Flag.withSchema(CommentText), Flag.optional)
  },
  Effect.fnUntraced(function* (input) {
    const payload = { resolution: input.resolution, ...given({ notes: input.notes }) }
    const request = { params: { alertId: input.alertId }, payload, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.resolve(request)))
  })
).pipe(
  Command.withDescription("Say what it was"),
  Command.withExamples([
    {
      command: "tandem fraud alerts resolve ALT-2026-0000001 --resolution false_positive --notes 'a call centre'",
      description: "No fraud after all"
    }
  ])
)

const reopen = Command.make(
  "reopen",
  { output, alertId, headers, reason },
  Effect.fnUntraced(function* (input) {
    const payload = { reason: input.reason }
    const request = { params: { alertId: input.alertId }, payload, headers: input.headers }
    yield* printOne(input.output, yield* withApi((api) => api.fraudAlerts.reopen(request)))
  })
).pipe(
  Command.withDescription("Take a resolution back"),
  Command.withExamples([
    { command: "tandem fraud alerts reopen ALT-2026-0000001 --reason 'it goes on'", description: "Look again" }
  ])
)

/** What an analyst does about an alert. */
export const alertActions = [acknowledge, investigate, assign, comment, resolve, reopen] as const
