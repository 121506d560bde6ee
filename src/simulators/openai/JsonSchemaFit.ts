/** Depth to which OpenAI lets a strict schema nest. */
const maxDepth = 10

type JsonObject = Readonly<Record<string, unknown>>

const asObject = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {}

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const typesOf = (schema: JsonObject): ReadonlyArray<unknown> => [
  ...listOf(schema["type"]),
  ...(typeof schema["type"] === "string" ? [schema["type"]] : []),
  ...listOf(schema["anyOf"]).flatMap((option) => typesOf(asObject(option)))
]

/** What is wrong with a strict schema, in OpenAI's sense: every property required, no additional ones. */
export const strictSchemaFault = (given: unknown, path: ReadonlyArray<string> = []): string | undefined => {
  const schema = asObject(given)
  const where = `In context=(${path.map((step) => `'${step}'`).join(", ")})`
  if (path.length > maxDepth * 2) return `${where}, the schema nests too deeply.`
  const properties = asObject(schema["properties"])
  if (typesOf(schema).includes("object") && schema["anyOf"] === undefined) {
    if (schema["additionalProperties"] !== false) {
      return `${where}, 'additionalProperties' is required to be supplied and to be false.`
    }
    const missing = Object.keys(properties).find((name) => !listOf(schema["required"]).includes(name))
    if (missing !== undefined)
      return `${where}, 'required' is required to be an array including every key. Missing '${missing}'.`
  }
  const inner: ReadonlyArray<readonly [unknown, ReadonlyArray<string>]> = [
    ...Object.entries(properties).map(([name, property]) => [property, [...path, "properties", name]] as const),
    ...(schema["items"] === undefined ? [] : [[schema["items"], [...path, "items"]] as const]),
    ...listOf(schema["anyOf"]).map((option, index) => [option, [...path, "anyOf", String(index)]] as const)
  ]
  for (const [child, childPath] of inner) {
    const fault = strictSchemaFault(child, childPath)
    if (fault !== undefined) return fault
  }
  return undefined
}

const fits = (schema: JsonObject, value: unknown): boolean => {
  const options = listOf(schema["anyOf"])
  if (options.length > 0) return options.some((option) => fits(asObject(option), value))
  if (schema["const"] !== undefined) return schema["const"] === value
  if (schema["enum"] !== undefined) return listOf(schema["enum"]).includes(value)
  const types = typesOf(schema)
  if (value === null) return types.includes("null")
  if (Array.isArray(value)) return types.includes("array")
  if (typeof value === "number")
    return types.includes("number") || (types.includes("integer") && Number.isInteger(value))
  return types.includes(typeof value)
}

const anyValue = (schema: JsonObject): unknown => {
  const types = typesOf(schema)
  if (types.includes("null")) return null
  const [first] = listOf(schema["enum"])
  if (first !== undefined) return first
  if (schema["const"] !== undefined) return schema["const"]
  if (types.includes("array")) return []
  if (types.includes("object")) return fitTo(schema, {})
  if (types.includes("boolean")) return false
  return types.includes("string") ? "" : 0
}

/** The value as far as the schema has a place for it; what the schema asks beyond that is filled with empty values. */
export const fitTo = (given: unknown, value: unknown): unknown => {
  const schema = asObject(given)
  const options = listOf(schema["anyOf"])
  if (options.length > 0) {
    const chosen = options.find((option) => fits(asObject(option), value))
    return chosen === undefined ? anyValue(schema) : fitTo(chosen, value)
  }
  if (!fits(schema, value)) return anyValue(schema)
  if (Array.isArray(value)) return value.map((item) => fitTo(schema["items"], item))
  if (typeof value !== "object" || value === null) return value
  const fields = asObject(value)
  return Object.fromEntries(
    Object.entries(asObject(schema["properties"])).map(([name, property]) => [name, fitTo(property, fields[name])])
  )
}
