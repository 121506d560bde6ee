import type { Group } from "./Groups.ts"
import { placeKey } from "./Lines.ts"
import { counted, questions, shownPlace } from "./Questions.ts"
import { splitMail } from "./QuotedTrail.ts"
import { actionOfSubject, readText } from "./Reading.ts"
import type { Reading } from "./Reading.ts"
import { quantityByPlace, settle, totalOf } from "./Settlement.ts"
import type { Settlement } from "./Settlement.ts"
import { withoutSignature } from "./Signature.ts"
import type { TicketAnalysis } from "./TicketAnalysis.ts"
import { maxTicketLength, plainText, unwrapped } from "./TicketText.ts"

export interface TicketText {
  readonly subject: string
  readonly description: string
}

const replyPrefix = /^\s{0,5}(?:re|aw|sv)\s?(?:\[\d{1,3}\])?:/i
const forwardPrefix = /^\s{0,5}(?:fwd?|wg|tr)\s?:/i
const anyPrefix = /^(?:\s{0,5}(?:re|aw|sv|fwd?|wg|tr)\s?(?:\[\d{1,3}\])?:){1,10}\s{0,5}/i

const noReading: Reading = {
  groups: [],
  inquiries: [],
  wantsNumbers: false,
  isOther: false,
  hints: false,
  isAlso: false,
  isOrder: false
}

const shownGroup = (group: Group): string => {
  const [place] = group.places
  const amount = group.quantity === undefined ? "numbers" : counted(group.quantity.low)
  return place === undefined ? amount : `${amount} in ${shownPlace(place)}`
}

const shownLines = (settlement: Settlement): string =>
  settlement.lines
    .map(
      (line) =>
        `${counted(line.quantity)}${line.locality.npa === undefined ? "" : ` in area code ${line.locality.npa}`}`
    )
    .join(", ")

const isComplete = (settlement: Settlement): boolean => settlement.questions.length === 0 && settlement.lines.length > 0
const isAmountsOnly = (groups: ReadonlyArray<Group>): boolean =>
  groups.length > 0 && groups.every((group) => group.places.length === 0)
const isPlacesOnly = (groups: ReadonlyArray<Group>): boolean =>
  groups.length > 0 && groups.every((group) => group.quantity === undefined)

/** The text is clear by itself; the subject may repeat it, shorten it, add to it or contradict it. */
const besideCompleteText = (subject: Reading, said: Settlement, text: Reading): Settlement => {
  const titled = settle(subject.groups)
  if (isAmountsOnly(subject.groups)) {
    const amount = subject.groups.reduce((sum, group) => sum + (group.quantity?.low ?? 0), 0)
    const sum = totalOf(said.lines)
    return amount === sum || text.isAlso ? said : { lines: [], questions: [questions.total(amount, sum)] }
  }
  if (!isComplete(titled)) return said
  const wanted = quantityByPlace(said.lines)
  const extra = titled.lines.filter((line) => wanted.get(placeKey(line)) !== line.quantity)
  if (extra.length === 0 || totalOf(titled.lines) === totalOf(said.lines)) return said
  if (text.isAlso && extra.every((line) => !wanted.has(placeKey(line))))
    return { lines: [...titled.lines, ...said.lines], questions: [] }
  return { lines: [], questions: [questions.subjectDiffers(shownLines(titled))] }
}

/** The text leaves something open that the subject may say. */
const besideOpenText = (subject: Reading, said: Settlement, text: Reading): Settlement => {
  const titled = settle(subject.groups)
  if (isComplete(titled)) {
    const repeats =
      isAmountsOnly(text.groups) && text.groups.every((group) => group.quantity?.low === totalOf(titled.lines))
    const places = settle(subject.groups.map((group) => ({ ...group, quantity: undefined }))).questions
    return repeats || (isPlacesOnly(text.groups) && said.questions.every((question) => places.includes(question)))
      ? titled
      : said
  }
  const fits =
    (isAmountsOnly(subject.groups) && isPlacesOnly(text.groups)) ||
    (isPlacesOnly(subject.groups) && isAmountsOnly(text.groups))
  return fits ? settle([...subject.groups, ...text.groups]) : said
}

const together = (subject: Reading, text: Reading): Settlement => {
  const said = settle(text.groups)
  if (text.groups.length === 0) return text.isOther ? said : settle(subject.groups)
  if (subject.groups.length === 0) return said
  return isComplete(said) ? besideCompleteText(subject, said, text) : besideOpenText(subject, said, text)
}

const analysisOf = (subject: Reading, text: Reading): TicketAnalysis => {
  const { lines, questions: asked } = together(subject, text)
  const inquiry = text.inquiries.find((group) => (group.quantity?.low ?? 0) > 1 && group.places.length > 0)
  if (asked.length > 0) return { _tag: "ClarificationNeeded", questions: asked }
  if (inquiry !== undefined && text.groups.length === 0)
    return { _tag: "ClarificationNeeded", questions: [questions.onlyInquiry(shownGroup(inquiry))] }
  if (lines.length > 0) return { _tag: "NumbersRequested", lines }
  if (text.wantsNumbers || (subject.wantsNumbers && !text.isOther && text.hints))
    return { _tag: "ClarificationNeeded", questions: [questions.everything] }
  return { _tag: "NoNumbersRequested", certain: !text.hints && (!subject.hints || (text.isOther && !subject.isOrder)) }
}

const bodyOf = (text: string): string => unwrapped(withoutSignature(text))

/**
 * Reads a ticket without any help: what a careful person would order from it, what must be asked, or that it is no order.
 * The quoted trail and the signature are left out; a forwarded message counts when nothing is said above it. Never throws,
 * whatever the text, and reads at most `maxTicketLength` characters of it.
 */
export const parseTicket = (ticket: TicketText): TicketAnalysis => {
  const title = plainText(ticket.subject).replaceAll("\n", " ")
  const isReply = replyPrefix.test(title)
  const subjectText = title.replace(anyPrefix, "")
  const mail = splitMail(plainText(ticket.description), forwardPrefix.test(title))
  const background = actionOfSubject(subjectText)
  const own = readText(bodyOf(mail.own), background)
  const isSilent = own.groups.length === 0 && !own.isOther && !own.wantsNumbers
  const text = isSilent && mail.forwarded !== "" ? readText(bodyOf(mail.forwarded), background) : own
  const subject = isReply ? noReading : readText(subjectText, "none")
  const analysis = analysisOf(subject, text)
  const isEmpty = subjectText.trim() === "" && mail.own.trim() === "" && mail.forwarded === ""
  const isCut =
    ticket.subject.length > maxTicketLength ||
    (ticket.description.length > maxTicketLength && mail.own.length > maxTicketLength / 2)
  if (analysis._tag === "NoNumbersRequested") return { ...analysis, certain: analysis.certain && !isEmpty && !isCut }
  return analysis._tag === "NumbersRequested" && isCut
    ? { _tag: "ClarificationNeeded", questions: [questions.tooLong] }
    : analysis
}
