import { Config, Context, Effect, FileSystem, Layer, Path } from "effect"
import { HttpServer, HttpServerError } from "effect/http"
import * as Owner from "../layers/storage/EmbeddedPostgresOwner.ts"
import { Journal } from "../layers/storage/Journal.ts"
import * as Migrations from "../layers/storage/Migrations.ts"
import { Sandbox } from "../simulators/Sandbox.ts"
import { CliFailure } from "./CliFailure.ts"
import { errorText } from "./ErrorText.ts"
import { exitCodes } from "./ExitCodes.ts"
import { embeddedUrl, nodeDatabase } from "./NodeDatabase.ts"
import * as Plane from "./Plane.ts"
import { announcePlane } from "./PlaneFile.ts"
import { inteliquentAuthorization, sandboxValues } from "./SandboxValues.ts"
import type { Role } from "./SettingProblems.ts"
import type { Values } from "./SettingValues.ts"
import { dataDirOf, provideSettings, sandboxIsOn, sandboxPortOf } from "./SettingValues.ts"

/** Settings of the sandbox's vendors that a start chooses. */
export type SandboxChoices = NonNullable<Parameters<typeof Sandbox.layer>[0]["settings"]>

const notStarted = (error: unknown): CliFailure => {
  if (error instanceof CliFailure) return error
  if (error instanceof Config.ConfigError) return CliFailure.of(exitCodes.usage, errorText(error))
  const where = error instanceof HttpServerError.ServeError ? " (TANDEM_HOST, TANDEM_PORT, TANDEM_SANDBOX_PORT)" : ""
  return CliFailure.refused(`the plane does not start: ${errorText(error)}${where}`)
}

/** The sandbox of this plane alone; what its vendors know outlives the process. */
const startSandbox = Effect.fnUntraced(function* (values: Values, settings: SandboxChoices) {
  const directory = (yield* Path.Path).join(dataDirOf(values), "sandbox")
  const stateFile = (yield* Path.Path).join(directory, "state.jsonl")
  yield* (yield* FileSystem.FileSystem).makeDirectory(directory, { recursive: true })
  yield* Owner.claim(directory)
  const layer = Sandbox.layer({ host: "127.0.0.1", port: sandboxPortOf(values), stateFile, settings })
  return Context.get(yield* Layer.build(layer), Sandbox)
})

/** An address that means every address of the machine is reached by the loopback one. */
const urlOf = ({ address }: HttpServer.HttpServer["Service"]) =>
  HttpServer.formatAddress(address).replace(/^http:\/\/(0\.0\.0\.0|\[::\])(?=:)/, "http://127.0.0.1")

/**
 * What a node stands on: its database and, when that is on, its sandbox, until the scope closes. The database comes
 * first: it belongs to one process, and whoever does not get it must not touch the sandbox either.
 */
export const prepareNode = Effect.fnUntraced(function* <R extends Role>(
  role: R,
  values: Values,
  choices: SandboxChoices = {}
) {
  const database = yield* Layer.build(nodeDatabase(values).pipe(Layer.provide(provideSettings(values))))
  const sandbox = role === "all" && sandboxIsOn(values) ? yield* startSandbox(values, choices) : undefined
  // The sandbox's sink is on this machine, where messages may not be sent otherwise.
  const effective =
    sandbox === undefined ? values : { WEBHOOKS_OUT_ALLOW_PRIVATE: "true", ...values, ...sandboxValues(sandbox) }
  return { role, values: effective, database, sandbox }
}, Effect.mapError(notStarted))

type Prepared<R extends Role> = Omit<Effect.Success<ReturnType<typeof prepareNode>>, "role"> & { readonly role: R }

/** Where the journal ends before the node adds to it. */
export const journalPosition = ({ database }: Prepared<Role>) =>
  Effect.flatMap(Journal, (journal) => journal.lastPosition).pipe(
    Effect.provide(Journal.layer.pipe(Layer.provide(Migrations.layer))),
    Effect.provideContext(database),
    Effect.mapError(notStarted)
  )

/** A node in this process, until the scope closes. */
export const startNode = Effect.fnUntraced(function* <R extends Role>({ database, role, values }: Prepared<R>) {
  const services = yield* Layer.build(Plane.nodes[role]).pipe(
    Effect.provideContext(database),
    Effect.provide(provideSettings(values))
  )
  const url = urlOf(Context.get(services, HttpServer.HttpServer))
  if (role === "all") {
    const databaseUrl = yield* Effect.provideContext(embeddedUrl, database)
    yield* announcePlane(dataDirOf(values), { url, databaseUrl })
  }
  return { url, services }
}, Effect.mapError(notStarted))

/** Has the sandbox's vendors tell the plane what happens at their side. */
export const pointWebhooks = (sandbox: Sandbox["Service"], url: string) =>
  sandbox.setWebhooks({
    zendesk: { url: `${url}/webhooks/zendesk`, secret: sandbox.credentials.zendesk.webhookSecret },
    inteliquent: { url: `${url}/webhooks/inteliquent`, authorization: inteliquentAuthorization }
  })
