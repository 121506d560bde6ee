import type { Finding, VerdictAction } from "../Finding.ts"
import type { CallRecord } from "./CallRecord.ts"

const meanings: Readonly<Record<VerdictAction, string>> = {
  allow: "was let through",
  flag: "was let through and flagged",
  penalty_billing: "was let through, to be billed as international",
  redirect: "was sent to the announcement for suspected fraud",
  block: "was refused"
}

const seconds = (millis: number) => `${Math.round(millis / 100) / 10} s`

const whoOf = ({ call }: CallRecord): string => {
  const caller = call.aNumber === "" ? "somebody who withheld the number" : call.aNumber
  const asserted =
    call.assertedNumber === "" || call.assertedNumber === call.aNumber ? "" : ` (asserted as ${call.assertedNumber})`
  const way = [
    call.gatewayId === "" ? "" : ` through ${call.gatewayId}`,
    call.sourceIp === "" ? "" : ` from ${call.sourceIp}`
  ].join("")
  return `At ${new Date(call.atMillis).toISOString()} ${caller}${asserted} called ${call.bNumber}${way}; attestation ${call.attestation}.`
}

const findingOf = ({ confidence, evidence, rule, severity, shadow }: Finding): string =>
  `${rule}: ${evidence} (${severity}, ${Math.round(confidence * 100)} % sure${shadow ? "; the rule is on trial and does not count" : ""}).`

const verdictOf = ({ judged }: CallRecord): ReadonlyArray<string> => {
  if (judged === null) return ["No verdict was asked for before the call, or it was lost."]
  const { action, degraded, findings, listed, score } = judged.verdict
  const list = listed === null ? [] : [`The ${listed.list} list has ${listed.kind} ${listed.value}: ${listed.reason}.`]
  return [
    ...(findings.length === 0 ? ["No rule found anything."] : findings.map(findingOf)),
    ...list,
    ...(degraded ? ["Not everything could be asked in time, so it was judged by what was known."] : []),
    `The call ${meanings[action]}${list.length > 0 ? ", as the list says" : ""}: score ${score}, rules version ${judged.rulesVersion}, decided in ${judged.latencyMicros} µs.`
  ]
}

const endOf = ({ ended }: CallRecord): ReadonlyArray<string> => {
  if (ended === null) return ["There is no CDR yet."]
  const outcome =
    ended.answeredAtMillis === null
      ? `nobody answered, after ${seconds(ended.ringMillis)}`
      : `answered after ${seconds(ended.ringMillis)}, it took ${seconds(ended.durationMillis)}`
  return [
    `CDR: SIP ${ended.sipCode}, ${outcome}.`,
    ...(ended.unchecked ? ["The switch set the call up without a verdict, since none came in time."] : [])
  ]
}

/** What is known of a call, as sentences for a person: what was seen, what each rule said, the verdict, the end. */
export const explainCall = (record: CallRecord): ReadonlyArray<string> => [
  whoOf(record),
  ...verdictOf(record),
  ...endOf(record)
]
