/** Longest frame that is taken, in bytes; a peer that sends a longer one speaks something else. */
export const maxFrameBytes = 64 * 1024

const colon = 58
const comma = 44
const longestLength = String(maxFrameBytes).length

export class NotNetstrings extends Error {
  constructor(reason: string) {
    super(`the peer does not send netstrings: ${reason}`)
  }
}

/** A netstring (D. J. Bernstein, 1997): the length in bytes, a colon, the text, a comma. */
export const netstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`

/** Takes bytes as they come and gives the texts that are whole. */
export const makeNetstringReader = () => {
  let rest: Buffer = Buffer.alloc(0)

  const lengthAt = (start: number): { readonly length: number; readonly textAt: number } | undefined => {
    const end = rest.indexOf(colon, start)
    if (end < 0 || end - start > longestLength) {
      if (rest.length - start > longestLength) throw new NotNetstrings("a frame begins without its length")
      return undefined
    }
    const digits = rest.toString("latin1", start, end)
    const length = /^\d+$/.test(digits) ? Number(digits) : Number.NaN
    if (!(length <= maxFrameBytes)) throw new NotNetstrings(`a frame's length is ${digits.slice(0, 20)}`)
    return { length, textAt: end + 1 }
  }

  return (chunk: Buffer): ReadonlyArray<string> => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const texts: Array<string> = []
    let at = 0
    for (;;) {
      const head = lengthAt(at)
      if (head === undefined || rest.length < head.textAt + head.length + 1) break
      const end = head.textAt + head.length
      if (rest[end] !== comma) throw new NotNetstrings("a frame does not end with a comma")
      texts.push(rest.toString("utf8", head.textAt, end))
      at = end + 1
    }
    rest = rest.subarray(at)
    return texts
  }
}
