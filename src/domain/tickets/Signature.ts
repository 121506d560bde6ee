const delimiter = /^\s*(?:--|-)\s*$/
const signOff =
  /^\s*(?:(?:with |best |kind |kindest |warm |warmest |many )?(?:regards|wishes)|best|sincerely|yours(?: truly| sincerely)?|cheers|respectfully|br|rgds|(?:many )?thanks(?: again| so much| a lot| in advance| and regards| & regards)?|thank you(?: very much| so much| again| in advance)?|thx|ty|sent from my .{2,40}|get outlook for .{2,20})[\s,.!-]*(?:[A-Z][\w.'-]{0,20}[\s,.]*){0,3}$/i
const weakSignOff = /^\s*(?:best|br|ty|thx|(?:many )?thanks|thank you)/i
const postscript = /^\s*p\.?\s?s\.?[\s:,-]/i

const phoneAnywhere = /\d{3}\)?[\s.-]{0,2}\d{3}[\s.-]?\d{4}|https?:|www\.|@/
const asksFor = /\b(?:need|order|add|provision|purchase|buy|want|request|require|get|please|another|also)\b/i
const names =
  /\b(?:numbers?|dids?|tns?|lines|npa|area codes?|long ?codes?|toll[ -]?free)\b|\b(?:in|for|from) \(?\d{3}\b/i
const amount = /\b(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|dozen)\b/i
const row = /^\W{0,6}\d{1,4}\s{0,3}(?:x|in|for|-|:|,|\||\()\s{0,3}\d{1,4}\W{0,3}$/i

/** A line that asks for numbers although it stands where a signature should be. */
const isRequest = (line: string): boolean =>
  line.length < 1000 &&
  !phoneAnywhere.test(line) &&
  (row.test(line) || (asksFor.test(line) && names.test(line) && amount.test(line)))

const contact =
  /^\W{0,4}(?:tel|telephone|phone|ph|mobile|mob|cell|fax|direct|office|main|desk|work|home|contact|[ocmptfd]|toll[ -]?free|e-?mail|web|skype)\b\W{0,4}(?:\+|\(|\d)[\d\s().+-]{6,30}/i
const address = /(?:\b[A-Z]{2}\.?,? {1,3}\d{5}(?:-\d{4})?|\b[A-Z]\d[A-Z] ?\d[A-Z]\d)\W{0,3}(?:USA?|Canada)?\W{0,3}$/
const greeting =
  /^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|greetings)\b(?: [\p{L}.'-]{1,20}){0,3}\s?[,!.:-]\s*/iu

const isFiller = (line: string): boolean => {
  const words = line.trim().split(/\s+/)
  return words.length <= 6 && !/\d/.test(line) && !/[:;]\s*$/.test(line)
}

const signatureStart = (lines: ReadonlyArray<string>): number => {
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ""
    if (delimiter.test(line)) return at
    if (line.length > 80 || !signOff.test(line)) continue
    const next = lines.slice(at + 1).find((each) => each.trim() !== "")
    if (next === undefined || !weakSignOff.test(line) || at > 2 || isFiller(next)) return at
  }
  return lines.length
}

/** Without greeting, signature, contact and address lines. What is asked for in a postscript stays. */
export const withoutSignature = (text: string): string => {
  const lines = text.split("\n")
  const start = signatureStart(lines)
  const isHard = (lines[start] ?? "").trim() === "--"
  const tail = lines.slice(start + 1)
  const addendum = tail.findIndex((line) => postscript.test(line))
  const kept = [
    ...lines.slice(0, start),
    "",
    ...(addendum >= 0 ? tail.slice(addendum) : tail.filter((line) => !isHard && isRequest(line)))
  ]
  return kept
    .filter(
      (line) => !contact.test(line) && !(address.test(line.slice(-60)) && !(names.test(line) && asksFor.test(line)))
    )
    .map((line) => line.replace(greeting, ""))
    .join("\n")
}
