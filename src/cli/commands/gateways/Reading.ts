import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { GatewayStatus } from "../../../domain/gateways/Gateway.ts"
import { CarrierType, GatewayType } from "../../../domain/gateways/GatewayConfig.ts"
import { Period } from "../../../domain/gateways/GatewayFigures.ts"
import { HealthStatus } from "../../../domain/gateways/GatewayHealth.ts"
import type { GatewayView } from "../../../http/api/GatewayViews.ts"
import { withApi } from "../../ApiConnection.ts"
import { output, printOne, printRows } from "../../Output.ts"
import { limit, readPages } from "../../Paging.ts"
import { given } from "../../RequestFlags.ts"
import type { Column } from "../../Table.ts"
import { timelineColumns } from "../../TimelineColumns.ts"
import { choice, question } from "./GatewayFlags.ts"

const columns: ReadonlyArray<Column<GatewayView>> = [
  { title: "gateway", cell: (row) => row.gatewayId },
  { title: "status", cell: (row) => row.status },
  { title: "health", cell: (row) => row.health },
  { title: "address", cell: (row) => `${row.ipAddress}:${row.port} ${row.protocol}` },
  { title: "carrier", cell: (row) => row.carrierName },
  { title: "direction", cell: (row) => row.direction },
  { title: "set", cell: (row) => row.dispatcherSet, right: true },
  { title: "until", cell: (row) => row.statusExpiresAt },
  { title: "reason", cell: (row) => row.statusReason }
]

const filters = {
  status: choice("status", GatewayStatus, "Only gateways in this status"),
  health: choice("health", HealthStatus, "Only gateways of this health"),
  type: choice("type", GatewayType, "Only gateways of this type"),
  carrierType: choice("carrier-type", CarrierType, "Only gateways of such carriers"),
  carrier: Flag.String("carrier").pipe(Flag.withDescription("Only gateways of the carrier of this name"), Flag.optional)
}

export const list = Command.make(
  "list",
  { output, limit, ...filters },
  Effect.fnUntraced(function* ({ carrier, carrierType, health, limit, output, status, type }) {
    const query = given({ carrier, carrierType, health, status, type })
    const rows = yield* withApi((api) =>
      readPages(limit, (page) => api.gateways.list({ query: { ...page, ...query } }))
    )
    yield* printRows(output, columns, rows)
  })
).pipe(
  Command.withDescription("List gateways, by id"),
  Command.withExamples([{ command: "tandem gateways list --health critical", description: "Those that do not answer" }])
)

export const get = Command.make(
  "get",
  question,
  Effect.fnUntraced(function* ({ gatewayId, output }) {
    yield* printOne(output, yield* withApi((api) => api.gateways.get({ params: { gatewayId } })))
  })
).pipe(
  Command.withDescription("Show one gateway"),
  Command.withExamples([{ command: "tandem gateways get los-1", description: "One gateway" }])
)

export const stats = Command.make(
  "stats",
  {
    ...question,
    period: Flag.Literals("period", Period.literals).pipe(
      Flag.withDescription("The time that the figures are of"),
      Flag.withDefault("24h")
    )
  },
  Effect.fnUntraced(function* ({ gatewayId, output, period }) {
    const request = { params: { gatewayId }, query: { period } }
    yield* printOne(output, yield* withApi((api) => api.gateways.stats(request)))
  })
).pipe(
  Command.withDescription("Show what a gateway does: calls, ASR, NER, ACD, PDD, peaks, fraud"),
  Command.withExamples([{ command: "tandem gateways stats los-1 --period 5m", description: "The last five minutes" }])
)

export const timeline = Command.make(
  "timeline",
  { ...question, limit },
  Effect.fnUntraced(function* ({ gatewayId, limit, output }) {
    const params = { gatewayId }
    const rows = yield* withApi((api) => readPages(limit, (query) => api.gateways.timeline({ params, query })))
    yield* printRows(output, timelineColumns, rows)
  })
).pipe(
  Command.withDescription("Show all that happened to a gateway and who did it, oldest first"),
  Command.withExamples([{ command: "tandem gateways timeline los-1", description: "Its history" }])
)
