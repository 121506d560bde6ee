import type { Scores } from "./Scores.ts"

const percent = (share: number) => (Number.isNaN(share) ? "–" : `${(share * 100).toFixed(1)} %`)
const fine = (share: number) => (Number.isNaN(share) ? "–" : `${(share * 100).toFixed(3)} %`)
const number = (value: number) => (Number.isNaN(value) ? "–" : Math.round(value).toLocaleString("en"))

/** Rows as a table of Markdown, its columns aligned. */
export const tableOf = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`
  return [line(head), rule, ...rows.map(line)].join("\n")
}

const kindHead = [
  "fraud",
  "campaigns",
  "found",
  "recall",
  "calls",
  "by call",
  "at set-up",
  "precision",
  "is fraud",
  "median s",
  "p90 s",
  "calls until"
]

const kindTable = (scores: Scores) =>
  tableOf(
    kindHead,
    scores
      .kinds()
      .map((score) => [
        score.kind,
        number(score.campaigns),
        number(score.found),
        percent(score.recallByCampaign),
        number(score.calls),
        percent(score.recallByCall),
        percent(score.recallAtSetUp),
        percent(score.precision),
        percent(score.fraudShare),
        number(score.medianSeconds),
        number(score.p90Seconds),
        number(score.medianCalls)
      ])
  )

const groupTable = (scores: Scores) =>
  tableOf(
    ["honest callers", "calls", "flagged", "blocked", "false positives"],
    scores
      .groups()
      .map(({ blocked, calls, falsePositiveRate, flagged, group }) => [
        group,
        number(calls),
        number(flagged),
        number(blocked),
        fine(falsePositiveRate)
      ])
  )

export const overallText = (scores: Scores): string => {
  const all = scores.overall()
  return (
    `${number(all.calls)} calls, ${number(all.fraudCalls)} of them fraud: precision ${percent(all.precision)}, recall ` +
    `${percent(all.recall)} of calls, false positives ${fine(all.falsePositiveRate)} of honest calls. Honest subscribers ` +
    `blocked per 100,000 subscriber-days (of ${number(all.subscriberDays)}): ${all.blockedPer100kDays.toFixed(1)}, with the ` +
    `honest groups ${all.blockedPer100kDaysWithGroups.toFixed(1)}.`
  )
}

const countsText = (counts: ReadonlyArray<readonly [truth: string, calls: number]>) =>
  counts.map(([truth, calls]) => `${truth} ${calls}`).join(", ")

/** What was taken for what, when it was not that; and what was part of another fraud and this one as well. */
const mistakesText = (scores: Scores): string =>
  scores
    .kinds()
    .flatMap(({ besides, kind, mistaken }) => [
      ...(mistaken.length > 0 ? [`Named ${kind}: ${countsText(mistaken)}.`] : []),
      ...(besides.length > 0 ? [`Named ${kind}, rightly besides: ${countsText(besides)}.`] : [])
    ])
    .join("\n")

export const scoresText = (scores: Scores): string =>
  [`## ${scores.name}`, kindTable(scores), groupTable(scores), overallText(scores), mistakesText(scores)].join("\n\n")

/** What a detector ought to reach. */
export const goals = { precision: 0.97, recallByCampaign: 0.95, blockedPer100kDays: 1 }

/** Names each goal that was missed; what was never named has no precision to miss. */
export const unmet = (scores: Scores): ReadonlyArray<string> => {
  const { blockedPer100kDays } = scores.overall()
  const missed = scores
    .kinds()
    .filter(({ campaigns }) => campaigns > 0)
    .flatMap(({ kind, precision, recallByCampaign }) => [
      ...(recallByCampaign < goals.recallByCampaign
        ? [`${kind}: recall ${percent(recallByCampaign)} of campaigns`]
        : []),
      ...(precision < goals.precision ? [`${kind}: precision ${percent(precision)}`] : [])
    ])
  return blockedPer100kDays > goals.blockedPer100kDays
    ? [...missed, `${blockedPer100kDays.toFixed(1)} honest subscribers blocked per 100,000 subscriber-days`]
    : missed
}

export const unmetText = (scores: Scores): string => {
  const missed = unmet(scores)
  const wanted = "precision 97 % and 95 % of campaigns of each kind, at most 1 honest subscriber blocked"
  return missed.length === 0 ? `All goals are met: ${wanted}.` : `Goals (${wanted}) not met: ${missed.join("; ")}.`
}
