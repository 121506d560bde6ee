type Column = "npa" | "nxx" | "quantity" | "city" | "region" | "kind" | "other"

interface Table {
  readonly separator: RegExp
  readonly columns: ReadonlyArray<Column>
}

const columnNames: ReadonlyArray<readonly [Column, RegExp]> = [
  ["npa", /^(?:npas?|area ?-?codes?|code|prefix|ac|npa[/ -]?nxx|npa\/area code)$/],
  ["nxx", /^(?:nxx|exchange|co code)$/],
  [
    "quantity",
    /^(?:qty\.?|quantity|count|amount|how many|#|no\.?|(?:number|#|no\.?|qty|quantity) of [a-z ]{2,30}|dids?|numbers?|tns?|total|(?:qty|quantity|numbers|dids) (?:needed|required|requested))$/
  ],
  ["city", /^(?:city|rate ?cent(?:er|re)|location|market|town|site|city\/town)$/],
  ["region", /^(?:state|st|province|region|state\/province|prov)$/],
  ["kind", /^(?:type|kind|number type)$/]
]
const separators: ReadonlyArray<RegExp> = [/\|/, /\t/, /,/, /;/, / {2,}/]
const rule = /^[\s|:+=-]{3,}$/

const cellsOf = (line: string, separator: RegExp): ReadonlyArray<string> =>
  line
    .replace(/^\s*\|/, "")
    .replace(/\|\s*$/, "")
    .split(separator, 12)
    .map((cell) => cell.trim())

const columnOf = (cell: string): Column =>
  columnNames.find(([, pattern]) => pattern.test(cell.toLowerCase()))?.[0] ?? "other"

/** A header names a quantity and a place, and little else. */
const tableAt = (line: string): Table | undefined => {
  if (line.length > 200) return undefined
  for (const separator of separators) {
    const columns = cellsOf(line, separator).map(columnOf)
    const hasPlace = columns.some(
      (column) => column === "npa" || column === "city" || column === "region" || column === "kind"
    )
    if (columns.length >= 2 && columns.includes("quantity") && hasPlace) return { separator, columns }
  }
  return undefined
}

/** A row in words: "5 numbers in area code 212". Undefined when the line is no row of this table. */
const sentenceOf = (table: Table, line: string): string | undefined => {
  const cells = cellsOf(line, table.separator)
  const cell = (column: Column): string => cells[table.columns.indexOf(column)] ?? ""
  if (cells.length < 2 || cells.length > table.columns.length) return undefined
  const quantity =
    cell("quantity") === "" && cells.length < table.columns.length ? (cells.at(-1) ?? "") : cell("quantity")
  if (/^(?:grand )?total/i.test(cells[0] ?? "")) return `Total: ${cells.at(-1)} numbers`
  if (/^0+$/.test(quantity)) return ""
  const npa = [cell("npa"), cell("nxx")].filter((part) => part !== "").join("-")
  const city = [cell("city"), cell("region")].filter((part) => part !== "").join(", ")
  const isTollFree = /toll/i.test(cell("kind"))
  if (npa === "" && city === "" && !isTollFree) return undefined
  const place = npa === "" ? city : /^\d{3}$/.test(npa) ? `area code ${npa}` : npa
  const noun = isTollFree ? "toll-free numbers" : "numbers"
  return `${quantity} ${noun}${place === "" ? "" : ` in ${place}`}`.trim()
}

/** Writes the rows of small tables with a header as sentences; everything else stays as it is. */
export const rewriteTables = (text: string): string => {
  const rewritten: Array<string> = []
  let table: Table | undefined
  for (const line of text.split("\n")) {
    const header = tableAt(line)
    const row = header === undefined && table !== undefined ? sentenceOf(table, line) : undefined
    if (header !== undefined) table = header
    else if (table !== undefined && rule.test(line)) continue
    else if (row !== undefined) rewritten.push(row)
    else {
      table = undefined
      rewritten.push(line)
    }
  }
  return rewritten.join("\n")
}
