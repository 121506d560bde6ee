/** The heading and how a row's cell is read; `right` aligns figures. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string | number | null | undefined
  readonly right?: true
}

/** Longest cell that is shown whole; what is longer ends in an ellipsis. */
export const maxCellWidth = 80

const text = (value: string | number | null | undefined): string => {
  const line = String(value ?? "").replace(/[\p{Cc}\s]+/gu, " ")
  return line.length <= maxCellWidth ? line : `${line.slice(0, maxCellWidth - 1)}…`
}

/** An aligned table, one line a row. Control characters of cells are shown as blanks, so that no cell can steer a terminal. */
export const table = <Row>(columns: ReadonlyArray<Column<Row>>, rows: ReadonlyArray<Row>): string => {
  const cells = [
    columns.map((column) => column.title.toUpperCase()),
    ...rows.map((row) => columns.map((column) => text(column.cell(row))))
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)))
  const aligned = (cell: string, index: number) =>
    columns[index]?.right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)
  return cells.map((line) => line.map(aligned).join("  ").trimEnd()).join("\n")
}
