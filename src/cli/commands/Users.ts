import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Email, portalRoles } from "../../domain/access/PortalUser.ts"
import { ClientId } from "../../domain/pki/CertificateProfile.ts"
import type { PasswordResetView, PortalUserChange, PortalUserView } from "../../http/api/PortalUsersApi.ts"
import { UserId } from "../../http/api/PortalUsersApi.ts"
import { withApi } from "../ApiConnection.ts"
import type { OutputFormat } from "../Output.ts"
import { output, printOne, printRows } from "../Output.ts"
import { limit, readPages } from "../Paging.ts"
import { given } from "../RequestFlags.ts"
import type { Column } from "../Table.ts"

const columns: ReadonlyArray<Column<PortalUserView>> = [
  { title: "user", cell: (row) => row.userId },
  { title: "e-mail", cell: (row) => row.email },
  { title: "role", cell: (row) => row.role },
  { title: "client", cell: (row) => row.clientId },
  { title: "state", cell: (row) => (row.isActive ? "active" : "inactive") },
  { title: "last login", cell: (row) => row.lastLoginAt },
  { title: "created", cell: (row) => row.createdAt }
]

const userId = Argument.String("user").pipe(
  Argument.withDescription("The user's id, as `users list` shows it"),
  Argument.withSchema(UserId)
)

const client = Flag.String("client").pipe(
  Flag.withDescription("The client whose messages the user sees"),
  Flag.withSchema(ClientId),
  Flag.optional
)

const tell = (format: OutputFormat, more: object, reset: typeof PasswordResetView.Type) =>
  Effect.andThen(
    printOne(format, { ...more, ...reset }),
    Console.error(
      reset.isDelivered
        ? "the user is sent a token to set a password with"
        : `the token is shown this once; a password is set with it until ${reset.expiresAt}`
    )
  )

const create = Command.make(
  "create",
  {
    output,
    email: Flag.String("email").pipe(Flag.withDescription("Address to log in with"), Flag.withSchema(Email)),
    role: Flag.Literals("role", portalRoles).pipe(Flag.withDescription("What the user may do")),
    client
  },
  Effect.fnUntraced(function* ({ client, email, output, role }) {
    const payload = { email, role, ...given({ clientId: client }) }
    const { reset, user } = yield* withApi((api) => api.users.create({ payload }))
    yield* tell(output, user, reset)
  })
).pipe(
  Command.withDescription("Make a user of the portal, with a token to set the first password"),
  Command.withExamples([
    { command: "tandem users create --email ada@example.com --role admin", description: "The first admin" },
    {
      command: "tandem users create --email bo@bank.example --role user --client bank",
      description: "Sees that client"
    }
  ])
)

const list = Command.make(
  "list",
  { output, limit },
  Effect.fnUntraced(function* (input) {
    const rows = yield* withApi((api) => readPages(input.limit, (query) => api.users.list({ query })))
    yield* printRows(input.output, columns, rows)
  })
).pipe(
  Command.withDescription("List the users of the portal, newest first"),
  Command.withExamples([{ command: "tandem users list", description: "Who may log in" }])
)

const changed = (format: OutputFormat, user: string, payload: typeof PortalUserChange.Type) =>
  Effect.flatMap(
    withApi((api) => api.users.change({ params: { userId: user }, payload })),
    (after) => printOne(format, after)
  )

const role = Command.make(
  "role",
  {
    output,
    userId,
    role: Argument.Literals("role", portalRoles).pipe(Argument.withDescription("What the user may do from now on")),
    client
  },
  ({ client, output, role, userId }) =>
    changed(output, userId, { role, ...(Option.isSome(client) ? { clientId: client.value } : {}) })
).pipe(
  Command.withDescription("Give a user another role, and a client where that needs one"),
  Command.withExamples([
    { command: "tandem users role usr_0123456789abcdef user_manager", description: "Looks after accounts" }
  ])
)

const activate = Command.make("activate", { output, userId }, ({ output, userId }) =>
  changed(output, userId, { isActive: true })
).pipe(
  Command.withDescription("Let a user log in again"),
  Command.withExamples([{ command: "tandem users activate usr_0123456789abcdef", description: "Back from leave" }])
)

const deactivate = Command.make("deactivate", { output, userId }, ({ output, userId }) =>
  changed(output, userId, { isActive: false })
).pipe(
  Command.withDescription("Let a user log in no more, and end all sessions"),
  Command.withExamples([{ command: "tandem users deactivate usr_0123456789abcdef", description: "At once" }])
)

const reset = Command.make(
  "reset",
  { output, userId },
  Effect.fnUntraced(function* (input) {
    const params = { userId: input.userId }
    yield* tell(input.output, {}, yield* withApi((api) => api.users.reset({ params })))
  })
).pipe(
  Command.withDescription("Let a user set a new password; the old one is good until then"),
  Command.withExamples([{ command: "tandem users reset usr_0123456789abcdef", description: "A token for it" }])
)

const remove = Command.make(
  "remove",
  { output, userId },
  Effect.fnUntraced(function* (input) {
    const params = { userId: input.userId }
    yield* printOne(input.output, yield* withApi((api) => api.users.remove({ params })))
  })
).pipe(
  Command.withDescription("Take a user away; the journal keeps what happened"),
  Command.withExamples([{ command: "tandem users remove usr_0123456789abcdef", description: "Left the company" }])
)

export const users = Command.make("users").pipe(
  Command.withDescription("People who log in to the portal"),
  Command.withSubcommands([create, list, role, activate, deactivate, reset, remove])
)
