/** `12125550123`, `2125550123` or `+12125550123` → `12125550123`; anything that is no NANP number → undefined. */
export const nanpDigits = (text: string): string | undefined => {
  const digits = text.replace(/^\+/, "")
  const eleven = digits.length === 10 ? `1${digits}` : digits
  return /^1[2-9]\d{2}[2-9]\d{6}$/.test(eleven) ? eleven : undefined
}

/** `12125550123` → `2125550123`, the form in which Inteliquent names a TN. */
export const tenDigits = (digits: string): string => digits.slice(1)

const linesPerExchange = 1_000
const exchangesPerSeries = 40

/** Numbers that a series can make for one area code. */
export const maxNumbersPerSeries = linesPerExchange * exchangesPerSeries

/**
 * The `index`th number of a series within an area code. A series begins at its own exchange, so that two vendors never
 * stock the same number. The 40 exchanges from the first must hold neither 555 nor one that ends in 11.
 */
export const seriesNumber = (npa: string, firstExchange: number, index: number): string => {
  const exchange = firstExchange + Math.floor(index / linesPerExchange)
  const line = 1_000 + (index % linesPerExchange) * 9
  return `1${npa}${exchange}${line}`
}
