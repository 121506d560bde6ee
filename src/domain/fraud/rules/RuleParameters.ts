import { Schema } from "effect"

const whole = (minimum: number, maximum: number, description: string) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({ description })

const share = (description: string) =>
  Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({ description })

const codes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9999 }))).check(
  Schema.isMaxLength(64)
)

const prefixes = Schema.Array(Schema.String.check(Schema.isPattern(/^\+\d{1,14}$/))).check(Schema.isMaxLength(500))

/** What each rule can be told, with the values that it may have. */
export const ruleParameters = {
  call_masking: Schema.Struct({
    threshold: whole(3, 20, "Distinct callers of one number that make an attack."),
    windowSeconds: whole(1, 30, "Time in which they are counted."),
    cooldownSeconds: whole(30, 300, "Time after an alert in which the same number raises no other."),
    maxTracked: whole(50, 500, "Callers of one number that are remembered at once."),
    disconnect: Schema.Boolean.annotate({ description: "Whether calls of an attack are refused." })
  }),
  sequential_spoofing: Schema.Struct({
    runLength: whole(3, 20, "Consecutive caller numbers from one source."),
    windowSeconds: whole(1, 300, "Time in which they come.")
  }),
  impossible_geography: Schema.Struct({
    windowMillis: whole(100, 60_000, "Time in which one number is seen in two regions."),
    switchesPerHour: whole(1, 100, "Changes of region in an hour that are still believed.")
  }),
  cli_mask: Schema.Struct({
    sourceGroups: codes.annotate({ description: "Groups of international gateways." }),
    homePrefix: Schema.String.check(Schema.isPattern(/^\+\d{1,4}$/)).annotate({ description: "Own country." }),
    believeRoaming: Schema.Boolean.annotate({
      description: "Whether a home number with full attestation (A) is let pass, as that of a subscriber who roams."
    }),
    roamingCarriers: Schema.Array(Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,128}$/)))
      .check(Schema.isMaxLength(500))
      .annotate({ description: "Roaming partners, by carrier id, whose asserted identity (RFC 3325) is believed too." })
  }),
  cli_impossible: Schema.Struct({
    homePrefix: Schema.String.check(Schema.isPattern(/^\+\d{1,4}$/)).annotate({ description: "Own country." }),
    ownPrefixes: prefixes.annotate({ description: "Numbers of our own that never come in from outside." }),
    outsideGroups: codes.annotate({ description: "Groups of sources that are outside." })
  }),
  stir_shaken: Schema.Struct({
    failedConfidence: share("How sure a failed check makes."),
    missingConfidence: share("How sure a missing PASSporT makes; 0: it says nothing.")
  }),
  sim_box: Schema.Struct({
    windowHours: whole(1, 24, "Time in which destinations are counted."),
    minDestinations: whole(20, 500, "More distinct destinations than this."),
    maxAverageSeconds: Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 60 })).annotate({
      description: "Average duration of answered calls below this."
    }),
    hourDestinations: whole(10, 500, "Distinct destinations within one hour."),
    hourAverageSeconds: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 300 })).annotate({
      description: "Average duration of answered calls in that hour, at most."
    }),
    strangers: whole(
      10,
      500,
      "Distinct destinations, however long the calls, of a SIM that calls hardly anybody twice and is never called."
    )
  }),
  wangiri: Schema.Struct({
    maxRingSeconds: whole(1, 15, "A call that is given up after ringing this long at most."),
    calls: whole(3, 100, "Such calls from one number."),
    windowMinutes: whole(1, 60, "Time in which they come.")
  }),
  irsf: Schema.Struct({
    prefixes: prefixes.annotate({ description: "High-cost ranges besides those that are known anyway." }),
    calls: whole(1, 100, "Calls to high-cost ranges from one number."),
    windowMinutes: whole(1, 60, "Time in which they come.")
  }),
  pbx_hacking: Schema.Struct({
    nightFromHour: whole(0, 23, "Local hour at which nobody is in the office any more."),
    nightToHour: whole(0, 23, "Local hour at which they come back."),
    utcOffsetHours: whole(-12, 14, "Local time."),
    calls: whole(3, 200, "Calls abroad or to high-cost ranges from one source."),
    windowMinutes: whole(1, 60, "Time in which they come.")
  }),
  traffic_pumping: Schema.Struct({
    calls: whole(5, 1000, "Long calls to one range of numbers."),
    minAverageSeconds: whole(60, 7200, "Their average duration, at least."),
    windowMinutes: whole(5, 60, "Time in which they end."),
    rangeDigits: whole(0, 2, "Last digits that the numbers of a range may differ in.")
  }),
  flash_call: Schema.Struct({
    maxRingSeconds: whole(1, 15, "A call that is given up after ringing this long at most."),
    calls: whole(5, 1000, "Such calls from one source, each to another number, most with another caller."),
    windowMinutes: whole(1, 60, "Time in which they come.")
  }),
  refiling: Schema.Struct({
    homePrefix: Schema.String.check(Schema.isPattern(/^\+\d{1,4}$/)).annotate({ description: "Own country." }),
    calls: whole(
      2,
      1000,
      "Calls of one source in an hour under home numbers, of which the network tells that they come from elsewhere."
    ),
    minAverageSeconds: whole(10, 600, "Average duration of the source's answered calls in that hour, at least.")
  }),
  robocall: Schema.Struct({
    destinations: whole(20, 5000, "Distinct destinations of one number."),
    windowMinutes: whole(1, 60, "Time in which they are called."),
    maxAverageSeconds: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 120 })).annotate({
      description: "Average duration of answered calls, at most."
    })
  }),
  cpm_threshold: Schema.Struct({
    callsPerMinute: whole(1, 10_000, "Calls a minute from one number."),
    minCalls: whole(1, 1000, "Fewer calls say nothing.")
  }),
  acd_threshold: Schema.Struct({
    maxAverageSeconds: whole(1, 300, "Average duration of one source's answered calls, at most."),
    windowMinutes: whole(1, 60, "Time in which they end."),
    minCalls: whole(5, 10_000, "Fewer calls say nothing.")
  }),
  model: Schema.Struct({
    threshold: share("Score of the model that counts.")
  })
}
