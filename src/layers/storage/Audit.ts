import { Context, Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalUnavailable } from "../../domain/journal/CommandErrors.ts"
import type { EventRow } from "./journal/EventRow.ts"
import { eventColumns } from "./journal/EventRow.ts"
import { commitSeal, eventHash } from "./journal/EventHash.ts"
import { orUnavailable } from "./journal/Unavailable.ts"

/** Most findings that one verification reports; it goes on counting. */
export const maxFindings = 100

export interface AuditReport {
  readonly events: number
  readonly entities: number
  readonly commits: number
  /** One sentence each; empty when the journal is as it was written. */
  readonly findings: ReadonlyArray<string>
}

interface SealRow {
  readonly first_position: string
  readonly last_position: string
  readonly seal: string
  readonly hashes: ReadonlyArray<string>
}

/** Walks one entity's chain: every version there, every hash as computed from what the row says now. */
const makeChainCheck = (report: (finding: string) => void) => {
  let name = ""
  let version = 0
  let hash = ""
  let entities = 0
  return {
    entities: () => entities,
    check: (row: EventRow) => {
      const rowName = `${row.entity_type} ${row.entity_id}`
      if (rowName !== name) {
        name = rowName
        version = 0
        hash = ""
        entities += 1
      }
      version += 1
      if (row.version !== version) {
        report(`${name}: version ${version} is missing (found ${row.version} at position ${row.position_text})`)
        version = row.version
      } else {
        const expected = eventHash(hash, {
          entityType: row.entity_type,
          entityId: row.entity_id,
          version: row.version,
          type: row.event_type,
          payload: row.payload,
          commandKey: row.command_key,
          requestId: row.request_id,
          occurredAtMillis: Number(row.occurred_at_millis)
        })
        if (expected !== row.hash) report(`${name}: version ${version} (position ${row.position_text}) was changed`)
      }
      hash = row.hash
    }
  }
}

/** What {@link Audit} does, within a transaction of the caller, who sees to it that nothing is written meanwhile. */
export const verifyJournal = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const findings: Array<string> = []
  const report = (finding: string) => {
    if (findings.length < maxFindings) findings.push(finding)
  }
  let events = 0
  const chain = makeChainCheck(report)
  const rows = sql.unsafe<EventRow>(
    `SELECT ${eventColumns} FROM journal_events ORDER BY entity_type, entity_id, version`
  ).stream
  yield* Stream.runForEach(rows, (row) =>
    Effect.sync(() => {
      events += 1
      chain.check(row)
    })
  )

  const cut = yield* sql<{ readonly name: string; readonly version: number }>`
    SELECT e.entity_type || ' ' || e.entity_id AS name, e.version FROM journal_entities e
    LEFT JOIN journal_events j USING (entity_type, entity_id, version)
    WHERE j.hash IS DISTINCT FROM e.hash ORDER BY 1 LIMIT ${maxFindings}`
  for (const each of cut) report(`${each.name}: the last event (version ${each.version}) is missing or changed`)

  let commits = 0
  let seal = ""
  let next = 1
  const seals = sql<SealRow>`
    SELECT s.first_position::text, s.last_position::text, s.seal, array(
      SELECT hash FROM journal_events e
      WHERE e.position BETWEEN s.first_position AND s.last_position ORDER BY position) AS hashes
    FROM journal_seals s ORDER BY s.last_position`.stream
  yield* Stream.runForEach(seals, (row) =>
    Effect.sync(() => {
      commits += 1
      if (Number(row.first_position) !== next) report(`the commit before position ${row.first_position} is missing`)
      if (commitSeal(seal, row.hashes) !== row.seal) {
        report(`positions ${row.first_position} to ${row.last_position} are not as they were committed`)
      }
      seal = row.seal
      next = Number(row.last_position) + 1
    })
  )
  const head = yield* sql<{ readonly position: string; readonly seal: string }>`
    SELECT position::text, seal FROM journal_head`
  if (Number(head[0]?.position) !== next - 1 || head[0]?.seal !== seal) {
    report("the journal's end is missing or changed")
  }
  return { events, entities: chain.entities(), commits, findings }
})

/** Proves that the journal says what was written: no event changed, removed, added or put elsewhere. */
export class Audit extends Context.Service<
  Audit,
  { readonly verify: Effect.Effect<AuditReport, JournalUnavailable> }
>()("tandem/layers/storage/Audit") {
  static readonly layer = Layer.effect(
    Audit,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      // One snapshot, so that what is written meanwhile does not look like tampering.
      return Audit.of({
        verify: sql
          .withTransaction(
            Effect.andThen(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`, verifyJournal)
          )
          .pipe(Effect.provideService(SqlClient.SqlClient, sql), orUnavailable)
      })
    })
  )
}
