/** What a mail says itself, and what it passes on (a forwarded message, without its header). */
export interface MailParts {
  readonly own: string
  readonly forwarded: string
}

const attribution = /^\s*(?:On|Le|Am|El)\s.{4,300}(?:wrote|a écrit|schrieb|escribió)\s{0,3}:?\s*$/i
const attributionStart = /^\s*On\s.{3,200}$/i
const originalMessage = /^\s*-{2,20}\s?(?:original message|original appointment|reply message)\s?-{2,20}/i
const forwardMark = /^\s*(?:-{2,20}\s?forwarded message\s?-{2,20}|begin forwarded message:)/i
const headerLine = /^\s*(?:from|sent|date|to|cc|subject|reply-to):\s/i
const fromLine = /^\s*from:\s/i
const rule = /^\s*[_-]{10,}\s*$/
const replyAbove = /^\W{0,5}please type your reply above this line/i

const isHeaderBlock = (lines: ReadonlyArray<string>, at: number): boolean =>
  fromLine.test(lines[at] ?? "") && lines.slice(at + 1, at + 6).filter((line) => headerLine.test(line)).length >= 2

const nextText = (lines: ReadonlyArray<string>, from: number): number => {
  let at = from
  while (at < lines.length && (lines[at] ?? "").trim() === "") at += 1
  return at
}

/** Lines that the attribution "On ..., X wrote:" takes at this place; mail programs wrap it over up to three. */
const attributionLength = (lines: ReadonlyArray<string>, at: number): number => {
  if (!attributionStart.test((lines[at] ?? "").slice(0, 200))) return 0
  for (let length = 1; length <= 3; length += 1) {
    if (
      attribution.test(
        lines
          .slice(at, at + length)
          .join(" ")
          .slice(0, 500)
      )
    )
      return length
  }
  return 0
}

const withoutHeader = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  let at = nextText(lines, 0)
  while (at < lines.length && headerLine.test(lines[at] ?? "")) at += 1
  return lines.slice(at)
}

/** Some programs quote all of what they forward; that level of quoting is taken off, and deeper ones stay. */
const unquoted = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines[nextText(lines, 0)]?.trimStart().startsWith(">") === true
    ? lines.map((line) => line.replace(/^\s*>\s?/, ""))
    : lines

const passedOn = (lines: ReadonlyArray<string>): string =>
  splitMail(withoutHeader(unquoted(lines)).join("\n"), false).own

/**
 * Takes the quoted trail off a mail. A trail of lines with ">" may stand anywhere; every other trail ends the mail.
 * A forwarded message is kept apart; with `isForward` (the subject says so) a header block starts one too.
 */
export const splitMail = (text: string, isForward: boolean): MailParts => {
  const lines = text.split("\n")
  const own: Array<string> = []
  let isEmpty = true
  const done = (forwarded = ""): MailParts => ({ own: own.join("\n"), forwarded })
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ""
    if (replyAbove.test(line)) {
      if (isEmpty) continue
      return done()
    }
    if (forwardMark.test(line)) return done(passedOn(lines.slice(at + 1)))
    if (originalMessage.test(line)) return done(isForward ? passedOn(lines.slice(at + 1)) : "")
    const header = rule.test(line) ? nextText(lines, at + 1) : at
    if (isHeaderBlock(lines, header)) return done(isForward || isEmpty ? passedOn(lines.slice(header)) : "")
    const attributed = attributionLength(lines, at)
    if (attributed > 0) {
      const quote = nextText(lines, at + attributed)
      if (!/^\s*>/.test(lines[quote] ?? "")) return done(isForward ? passedOn(lines.slice(at + attributed)) : "")
      at += attributed - 1
      continue
    }
    if (/^\s*>/.test(line)) continue
    isEmpty &&= line.trim() === ""
    own.push(line)
  }
  return done()
}
