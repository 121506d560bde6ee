import { Console } from "effect"
import { Flag } from "effect/cli"
import type { Column } from "./Table.ts"
import { table } from "./Table.ts"

export type OutputFormat = "table" | "json"

/** `-o json|table`: data goes to standard output in this form, everything else to standard error. */
export const output = Flag.Literals("output", ["table", "json"]).pipe(
  Flag.withAlias("o"),
  Flag.withDescription("Form of the data on standard output"),
  Flag.withDefault("table")
)

const json = (value: unknown) => JSON.stringify(value, null, 2)

/** Many of a kind: a table, or a JSON array. */
export const printRows = <Row>(format: OutputFormat, columns: ReadonlyArray<Column<Row>>, rows: ReadonlyArray<Row>) =>
  Console.log(format === "json" ? json(rows) : table(columns, rows))

/** One thing: a line a field, or a JSON object. */
export const printOne = (format: OutputFormat, value: Readonly<Record<string, unknown>>) =>
  Console.log(
    format === "json"
      ? json(value)
      : table(
          [
            { title: "field", cell: ([name]) => name },
            { title: "value", cell: ([, field]) => (typeof field === "object" ? JSON.stringify(field) : String(field)) }
          ],
          Object.entries(value).filter(([, field]) => field !== null)
        )
  )
