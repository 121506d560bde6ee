import { Schema } from "effect"

/** An E.164 number (ITU-T E.164): `+`, no leading zero, 15 digits at most. */
export const senderNumberPattern = /^\+[1-9]\d{1,14}$/

export const SenderNumber = Schema.String.check(
  Schema.isPattern(senderNumberPattern, { expected: "an E.164 number such as +2348031234567" })
)

export const isSenderNumber = (text: string): boolean => senderNumberPattern.test(text)

/** How many characters stay at either end. Of the very short ones the plus alone stays, or nothing would be hidden. */
const shownOf = (length: number): readonly [number, number] => {
  if (length > 8) return [4, 4]
  return length > 5 ? [3, 2] : [1, 0]
}

/** `+2348031234567` → `+234******4567`: what people see of a number. As long as the number itself. */
export const maskSender = (number: string): string => {
  const [first, last] = shownOf(number.length)
  const stars = Math.max(0, number.length - first - last)
  return number.slice(0, first) + "*".repeat(stars) + number.slice(number.length - last)
}
