/** One value in DER (ITU-T X.690): its first identifier octet and its content. */
export interface DerValue {
  readonly tag: number
  readonly content: Uint8Array
}

const read = (bytes: Uint8Array, start: number): { readonly value: DerValue; readonly end: number } | undefined => {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || lengthOctets > 3) return undefined
  const contentStart = start + 2 + lengthOctets
  const length =
    first < 0x80 ? first : bytes.subarray(start + 2, contentStart).reduce((sum, octet) => sum * 256 + octet, 0)
  const end = contentStart + length
  return end > bytes.length ? undefined : { value: { tag, content: bytes.subarray(contentStart, end) }, end }
}

/** The value that the bytes begin with; undefined when they are no DER, or longer than 16 MiB. */
export const derOf = (bytes: Uint8Array): DerValue | undefined => read(bytes, 0)?.value

/** The values inside a constructed one, up to the first that is damaged. */
export const derChildren = ({ content, tag }: DerValue): ReadonlyArray<DerValue> => {
  const children: Array<DerValue> = []
  for (
    let next = (tag & 0x20) === 0 ? undefined : read(content, 0);
    next !== undefined;
    next = read(content, next.end)
  ) {
    children.push(next.value)
  }
  return children
}

export const textOf = ({ content }: DerValue): string => new TextDecoder().decode(content)

/** An integer that is not negative; what exceeds the safe integers is not exact. */
export const integerOf = ({ content }: DerValue): number => content.reduce((sum, octet) => sum * 256 + octet, 0)
