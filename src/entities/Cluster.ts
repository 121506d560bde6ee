import { NodeClusterSocket } from "@effect/platform-node"
import { Config, Duration, Effect, Layer, Option, Schema } from "effect"
import { ClusterWorkflowEngine, RunnerAddress } from "effect/cluster"
import { createServer } from "node:net"

/** Equal on all runners and fixed for the life of the database: it decides which entity lives in which shard. */
const shardsPerGroup = 32

/** Most entities that one runner keeps in memory; 15 kB of heap each besides their state. */
const maxResidentEntities = 20_000

const runnerHost = Config.NonEmptyString("RUNNER_HOST").pipe(Config.withDefault("127.0.0.1"))

/** 0: any free port. */
const runnerPort = Config.schema(
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })),
  "RUNNER_PORT"
).pipe(Config.withDefault(0))

const freePort = (host: string) =>
  Effect.callback<number>((resume) => {
    const server = createServer()
    server.once("error", (error) => resume(Effect.die(error)))
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => resume(Effect.succeed(typeof address === "object" && address ? address.port : 0)))
    })
  })

/** Tuned so that a dead runner's entities answer elsewhere within 6 s and a frozen one's within 12 s. */
const timing = {
  shardLockExpiration: Duration.seconds(4),
  shardLockRefreshInterval: Duration.seconds(1),
  runnerHealthCheckInterval: Duration.millis(500),
  refreshAssignmentsInterval: Duration.millis(500),
  entityMessagePollInterval: Duration.seconds(1),
  entityTerminationTimeout: Duration.seconds(10)
}

const layerFor = (clientOnly: boolean) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const host = yield* runnerHost
      const configured = yield* runnerPort
      const port = configured === 0 ? yield* freePort(host) : configured
      const address = RunnerAddress.make(host, port)
      const shardingConfig = {
        runnerAddress: clientOnly ? Option.none() : Option.some(address),
        runnerListenAddress: Option.some(address),
        shardsPerGroup,
        maxResidentEntities,
        simulateRemoteSerialization: false,
        ...timing
      }
      const sharding = clientOnly
        ? NodeClusterSocket.layer({ clientOnly: true, shardingConfig })
        : NodeClusterSocket.layer({ shardingConfig })
      return ClusterWorkflowEngine.layer.pipe(Layer.provideMerge(sharding))
    })
  )

/** A member of the cluster that hosts entities. */
export const layerRunner = layerFor(false)

/** A node that only sends to entities. */
export const layerClient = layerFor(true)
