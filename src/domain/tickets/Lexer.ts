import { isAssigned, isTollFree } from "../numbers/AreaCodes.ts"
import { placeOfAreaCode } from "./AreaCodePlace.ts"
import { between, exactly } from "./Token.ts"
import type { Token } from "./Token.ts"

/** Reads what stands at one place of the text; undefined when the rule does not apply after all. */
type Reader = (match: RegExpExecArray) => ReadonlyArray<Token> | undefined
interface Rule {
  readonly pattern: RegExp
  readonly read: Reader
}

const noise: Reader = () => [{ kind: "noise" }]
const word = (raw: string): Token => ({ kind: "word", text: raw.toLowerCase(), raw })
const strong = (npa: string, nxx?: string): Token => ({
  kind: "place",
  place: placeOfAreaCode(npa, nxx),
  isWeak: false
})
const counted = (value: number, text: string): Token => ({
  kind: "quantity",
  quantity: exactly(value, text),
  isSpelled: false
})
const integer = (text: string): Token => ({ kind: "integer", value: Number(text.replaceAll(",", "")), text })
const known = (npa: string): boolean => isAssigned(npa) || isTollFree(npa)

const months = "(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}\\.?"
const units =
  "(?:business |working |calendar )?(?:days?|weeks?|wks?|months?|years?|yrs?|hours?|hrs?|minutes?|mins?|seconds?|secs?)\\b"
const spelledUnits =
  "one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty-four|forty-eight|an?|a few|couple of|few"
/** Words before an id of three digits and more, and words before an id of any length. */
const longIdWords =
  "ticket|case|acct|account|invoice|inv|ref|reference|po|purchase order|id|pin|confirmation|tracking|contract|serial|unit|passcode|customer|rfc|sku|model"
const shortIdWords =
  "extension|ext|suite|ste|floor|room|apt|version|step|option|page|store|site|route|building|bldg|box|zip(?: ?code)?|postal code"
const street =
  "(?:ave|avenue|street|st|road|rd|blvd|boulevard|dr|drive|lane|ln|way|place|pl|court|ct|hwy|highway|parkway|pkwy|square|sq|plaza)".replace(
    /[a-z]+/g,
    (name) => `[${name.charAt(0).toUpperCase()}${name.charAt(0)}]${name.slice(1)}`
  )

const partial: Reader = ([, npa = "", nxx]) => [strong(npa, nxx)]

const hyphenated: Reader = ([text, npa = "", nxx = ""]) => {
  if (known(npa) && /^[2-9]/.test(nxx)) return [strong(npa, nxx)]
  return Number(npa) < Number(nxx)
    ? [{ kind: "quantity", quantity: between(Number(npa), Number(nxx), text), isSpelled: false }]
    : [integer(npa), { kind: "mark", text: "-" }, integer(nxx)]
}

/** "5 x 212" and "212 x 10": the side that is an area code is the place. */
const times: Reader = ([text, left = "", right = ""]) => {
  const leftIsCode = left.length === 3 && known(left)
  const rightIsCode = right.length === 3 && known(right)
  if (rightIsCode && !leftIsCode) return [counted(Number(left), text), strong(right)]
  if (leftIsCode && !rightIsCode) return [strong(left), { kind: "mark", text: "=" }, counted(Number(right), text)]
  return [integer(left), word("x"), integer(right)]
}

const rule = (pattern: string, read: Reader, flags = ""): Rule => ({ pattern: new RegExp(pattern, `yu${flags}`), read })

/** In order of precedence. Every repetition is bounded, so that reading is linear in the length of the ticket. */
const rules: ReadonlyArray<Rule> = [
  rule("\\n", () => [{ kind: "mark", text: "\n" }]),
  rule("(?:https?://|www\\.)[^\\s]{1,300}|[\\w.+-]{1,64}@[\\w.-]{1,100}", noise, "i"),
  rule("(?:\\+?1[\\s.-]{0,2})?\\(?([2-9]\\d\\d)\\)?[\\s.-]{0,3}(\\d{3})[\\s.-]{0,3}[x*#?]{4}(?!\\w)", partial, "i"),
  rule("(?:\\+?1[\\s.-]{0,2})?\\(?([2-9]\\d\\d)\\)?[\\s.-]{0,3}[xn*#?]{3}[\\s.-]{0,3}[x*#?]{4}(?!\\w)", partial, "i"),
  rule(
    "(?:\\+?1[\\s.-]?)?(?:\\(\\d{3}\\)|\\d{3})[\\s.-]{0,3}\\d{3}[\\s.-]?\\d{4}(?!\\d)(?:\\s?(?:x|ext\\.?|extension)\\s?\\d{1,6})?",
    noise,
    "i"
  ),
  rule("\\d{3}[.-]\\d{4}(?!\\d)", noise),
  rule("\\+(?!1)\\d[\\d\\s().-]{0,18}\\d", noise),
  rule("1-8\\d\\d-[a-z]{3,12}(?![a-z])", noise, "i"),
  rule("NPA[/ -]?NXX\\s?[:=-]?\\s?\\(?(\\d{3})\\)?[\\s/.-](\\d{3})(?!\\d)", partial, "i"),
  rule("(?:\\+?1[\\s.-])\\(?([2-9]\\d\\d)\\)?-(\\d{3})(?![\\d-])", partial),
  rule("(\\d{3})-(\\d{3})(?![\\d-])", hyphenated),
  rule("(?:\\+1[\\s.-]?|1[.-]|1 )\\(?([2-9]\\d\\d)\\)?(?:'?s\\b)?(?![\\d,.-]\\d|\\d)", partial),
  rule(
    "NPA\\s?[:=-]?\\s?\\(?(\\d{3})\\)?\\s{0,3}[,;|/]?\\s{0,3}(?:and )?NXX\\s?[:=-]?\\s?(\\d{3})(?!\\d)",
    partial,
    "i"
  ),
  rule("(?:the )?NPA[/ -]?NXX(?:'?s)?(?!\\w)", () => [{ kind: "label" }], "i"),
  rule(
    "\\d{4}-\\d{1,2}-\\d{1,2}(?!\\d)(?:T[\\d:.Z+-]{1,20})?|\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}(?!\\d)|[0-3]?\\d/[0-3]?\\d(?![\\d/])",
    noise
  ),
  rule(
    `${months}\\s?\\d{1,2}(?:st|nd|rd|th)?(?!\\d)(?:,?\\s\\d{4})?|\\d{1,2}(?:st|nd|rd|th)?(?: of)?\\s${months}(?:,?\\s\\d{4})?(?![a-z])`,
    noise,
    "i"
  ),
  rule("\\d{1,2}:\\d{2}(?::\\d{2})?(?:\\s?[ap]\\.?m\\b\\.?)?|\\d{1,2}\\s?[ap]\\.?m\\b\\.?|24/7|24x7", noise, "i"),
  rule("\\d{1,3}(?:st|nd|rd|th)\\b", noise, "i"),
  rule(
    "[$€£]\\s?\\d[\\d,]{0,15}(?:\\.\\d{1,4})?k?|\\d[\\d,]{0,15}(?:\\.\\d{1,4})?\\s?(?:usd|dollars|cents|bucks|%|percent|cad)(?!\\w)|\\d{1,9}\\.\\d{1,6}(?:\\.\\d{1,6}){0,3}(?!\\w)",
    noise,
    "i"
  ),
  rule(`\\d{1,4}(?:\\s?(?:-|to)\\s?\\d{1,4})?[\\s-]?${units}|(?:${spelledUnits})[\\s-]${units}`, noise, "i"),
  rule("#\\d{1,20}\\w{0,20}", noise),
  rule(
    `(?:${longIdWords}|${shortIdWords})\\b(?:\\s?(?:number|num|no\\.?|id|code|#)){1,2}\\s?[:#-]?\\s?#?(?=\\S{0,20}\\d)[\\w-]{1,30}`,
    noise,
    "i"
  ),
  rule(`(?:${longIdWords})\\b\\s?[:#-]?\\s?(?=[\\w-]{0,10}\\d[\\w-]?\\d[\\w-]?\\d)[\\w-]{1,30}`, noise, "i"),
  rule(`(?:${shortIdWords})\\b\\s?[:#-]?\\s?\\d{1,9}(?!\\w)`, noise, "i"),
  rule("(?!NPA|DID|QTY)[A-Z]{2,6}-\\d{4,12}(?!\\w)", noise),
  rule("order\\s?(?:number|num|no\\.?|id|#)\\s?[:#-]?\\s?#?(?=\\S{0,20}\\d)[\\w-]{1,30}", noise, "i"),
  rule(
    `\\d{1,5}\\s(?:[A-Z0-9][\\w.']{0,20}\\s){1,4}${street}\\b\\.?(?:,? (?:Suite|Ste|Floor|Apt|Unit)\\.? \\w{1,6})?(?:,? [A-Z][\\w.']{1,20}){0,3}(?:,? [A-Z]{2},? \\d{5}(?:-\\d{4})?)?`,
    noise
  ),
  rule("[A-Z]\\d[A-Z] ?\\d[A-Z]\\d(?!\\w)", noise),
  rule("(?<=[A-Z]{2},? )\\d{5}(?:-\\d{4})?(?!\\d)", noise),
  rule("(\\d{1,4})\\s?x\\s?(\\d{1,4})(?!\\w)", times, "i"),
  rule("(\\d{1,3}(?:,\\d{3}){1,3}|\\d{1,7})\\s?x(?!\\w)", ([text, n = ""]) => [counted(integerOf(n), text)], "i"),
  rule("x\\s?(\\d{1,4})(?!\\w)", ([text, n = ""]) => [counted(Number(n), text)], "i"),
  rule("(\\d{1,7})\\s?(?:ea|pcs|pc|qty)(?!\\w)\\.?", ([text, n = ""]) => [counted(Number(n), text)], "i"),
  rule("(\\d{1,3})k(?!\\w)", ([text, n = ""]) => [counted(Number(n) * 1000, text)], "i"),
  rule("([2-9]\\d\\d)'?s(?!\\w)", ([, npa = ""]) => [strong(npa), { kind: "noun", isPlural: true }]),
  rule("(?:\\d{1,3}(?:,\\d{3}){1,3}|\\d{1,9})(?![\\p{L}\\d_])", ([text]) => [integer(text)]),
  rule("[\\p{L}_]{0,20}\\d[\\p{L}\\d_]{0,60}(?:-[\\p{L}\\d_]{1,30}){0,4}", noise),
  rule(
    "toll[\\s-]?frees?|free-?phone|\\btfns?\\b|tf(?= (?:numbers?|dids?|tns?))",
    ([text]) => [
      { kind: "place", place: { tag: "tollFree" }, isWeak: false },
      ...(/^tfn|s$/i.test(text) ? [{ kind: "noun", isPlural: /s$/i.test(text) } as const] : [])
    ],
    "i"
  ),
  rule("d\\.\\s?c\\b\\.?", () => [word("DC")], "i"),
  rule("l\\.\\s?a\\.", () => [{ kind: "word", text: "l.a.", raw: "L.A." }], "i"),
  rule("n\\.y\\.c\\.", () => [word("NYC")], "i"),
  rule(
    "e\\.g\\.|i\\.e\\.|(?:approx|etc|vs|inc|ltd|mr|mrs|ms|dr|qty|no|st|ft)\\.(?=\\s)",
    ([text]) => [word(text.replaceAll(".", ""))],
    "i"
  ),
  rule("\\p{L}{1,40}(?:[-']\\p{L}{1,40}){0,4}", ([text]) => [word(text)])
]

const integerOf = (text: string): number => Number(text.replaceAll(",", ""))
const wordBefore = /[\p{L}\p{N}_]/u

const readAt = (text: string, at: number): { readonly tokens: ReadonlyArray<Token>; readonly length: number } => {
  for (const { pattern, read } of rules) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const tokens = match === null ? undefined : read(match)
    if (match !== null && tokens !== undefined) return { tokens, length: Math.max(1, match[0].length) }
  }
  const mark = text[at] ?? ""
  return {
    tokens: /\s/.test(mark) && mark !== "\t" ? [] : [{ kind: "mark", text: mark === "\t" ? "|" : mark }],
    length: 1
  }
}

/** Splits plain text into tokens. Quantities in words, places by name and kinds of numbers are read from these later. */
export const tokenise = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let at = 0
  while (at < text.length) {
    if (wordBefore.test(text[at - 1] ?? "") && wordBefore.test(text[at] ?? "")) {
      at += 1
      continue
    }
    const read = readAt(text, at)
    tokens.push(...read.tokens)
    at += read.length
  }
  return tokens
}
