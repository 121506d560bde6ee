/** The message of the error and of what caused it, each text once. */
export const errorText = (error: unknown): string => {
  const messages = new Set<string>()
  for (let each = error; each instanceof Error; each = each.cause) messages.add(each.message)
  return messages.size === 0 ? String(error) : [...messages].filter((message) => message !== "").join(": ")
}
