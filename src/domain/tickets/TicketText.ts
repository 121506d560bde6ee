/** Characters of a subject or a description that are read; mail systems cut far earlier, attacks do not. */
export const maxTicketLength = 64 * 1024

/** Lines shorter than this were ended by their writer; longer ones were probably wrapped by a mail program. */
const wrappedLineLength = 60

const entities: ReadonlyMap<string, string> = new Map([
  ["&nbsp;", " "],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#39;", "'"]
])

/** One alphabet for all tickets: compatibility forms, dashes, quotes, line ends and the rests of HTML and Markdown. */
export const plainText = (text: string): string =>
  text
    .slice(0, maxTicketLength)
    .normalize("NFKC")
    .slice(0, maxTicketLength)
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(/[\u200b-\u200f\u00ad\ufeff]/g, "")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018\u2019\u02bc`]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/&(?:nbsp|amp|lt|gt|quot|#39);/g, (entity) => entities.get(entity) ?? entity)
    .replace(/<(?:br|\/p|\/div|\/li|\/tr|\/h\d)\s{0,5}\/?>/gi, "\n")
    .replace(
      /<\/?(?:[biupa]|p|div|span|li|ul|ol|tr|td|th|table|strong|em|html|body|font|h\d)(?:\s[^<>]{0,200})?>/gi,
      " "
    )
    .replace(/\*\*|__(?=\S)|(?<=\S)__/g, "")

const startsItem = /^\s*(?:[-*+\u2022\u00b7]|\(?\d{1,2}[.)]\s|[a-z][.)]\s|[A-Z][\w /-]{0,30}:|$)/
const endsSentence = /[.!?:;|]\s*$/

/** Joins lines that a mail program wrapped, so that a sentence is one line again. */
export const unwrapped = (text: string): string => {
  const joined: Array<string> = []
  let lastLength = 0
  for (const line of text.split("\n")) {
    const previous = joined.at(-1)
    const continues =
      previous !== undefined &&
      lastLength >= wrappedLineLength &&
      !endsSentence.test(previous.slice(-20)) &&
      !startsItem.test(line) &&
      !/[|\t]/.test(line)
    if (continues) joined[joined.length - 1] = `${previous} ${line.trim()}`
    else joined.push(line)
    lastLength = line.trim().length
  }
  return joined.join("\n")
}
