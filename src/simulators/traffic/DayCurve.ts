const hourMillis = 3_600_000
const dayMillis = 24 * hourMillis
/** West Africa Time, UTC+1 all year. */
export const localOffsetMillis = hourMillis

const slotMillis = hourMillis / 4
const slotsPerDay = dayMillis / slotMillis

/** How busy each hour of the day is, local time. */
const hours = [
  0.25, 0.15, 0.1, 0.1, 0.15, 0.4, 0.8, 1.1, 1.4, 1.5, 1.5, 1.45, 1.4, 1.35, 1.35, 1.4, 1.45, 1.5, 1.55, 1.6, 1.5, 1.25,
  0.9, 0.5
]
const mean = hours.reduce((sum, hour) => sum + hour, 0) / hours.length

const slots = Array.from({ length: slotsPerDay }, (_, slot) => {
  const hour = Math.floor(slot / 4)
  const part = (slot % 4) / 4
  const from = hours[hour] ?? 1
  const to = hours[(hour + 1) % 24] ?? 1
  return (from + (to - from) * part) / mean
})
const slotsMean = slots.reduce((sum, slot) => sum + slot, 0) / slotsPerDay

/** Milliseconds since local midnight. */
export const localTime = (atMillis: number): number =>
  (((atMillis + localOffsetMillis) % dayMillis) + dayMillis) % dayMillis

/** How busy it is, 1 on the average of a day. */
const busyAt = (atMillis: number): number => (slots[Math.floor(localTime(atMillis) / slotMillis)] ?? 1) / slotsMean

const slotEnd = (atMillis: number) => (Math.floor(atMillis / slotMillis) + 1) * slotMillis

/** How long it takes until so many calls were made, at so many a second on the average of a day. */
export const durationOf = (startAtMillis: number, calls: number, callsPerSecond: number): number => {
  let busyMillis = (calls / callsPerSecond) * 1000
  const days = Math.floor(busyMillis / dayMillis)
  busyMillis -= days * dayMillis
  let at = startAtMillis
  for (;;) {
    const busy = busyAt(at)
    const worth = (slotEnd(at) - at) * busy
    if (worth >= busyMillis) return days * dayMillis + at + busyMillis / busy - startAtMillis
    busyMillis -= worth
    at = slotEnd(at)
  }
}

/** `count` instants in order within a time, more of them at busy hours. */
export const dayCurve = (startAtMillis: number, durationMillis: number, fraction: () => number): (() => number) => {
  const endAtMillis = startAtMillis + durationMillis
  let whole = 0
  for (let at = startAtMillis; at < endAtMillis; at = slotEnd(at)) {
    whole += (Math.min(slotEnd(at), endAtMillis) - at) * busyAt(at)
  }
  let at = startAtMillis
  let before = 0
  return () => {
    const wanted = fraction() * whole
    for (;;) {
      const busy = busyAt(at)
      const worth = (slotEnd(at) - at) * busy
      if (before + worth >= wanted || slotEnd(at) >= endAtMillis) {
        return Math.min(at + (wanted - before) / busy, endAtMillis)
      }
      before += worth
      at = slotEnd(at)
    }
  }
}
