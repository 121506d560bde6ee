import { FraudEngine } from "../../src/domain/fraud/FraudEngine.ts"
import { defaultRules } from "../../src/domain/fraud/rules/RuleSet.ts"

/** Run with `--expose-gc`: the memory of screening while a million callers call two hundred thousand numbers. */
const callers = 1_000_000
const callees = 200_000
const callsPerSecond = 1_000
const rounds = 6
const callsPerRound = 500_000

// A generator of numbers that is the same every time (Park and Miller, 1988).
let state = 20_261_121
const next = (below: number): number => {
  state = (state * 48_271) % 2_147_483_647
  return state % below
}

const engine = new FraudEngine(defaultRules)
const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`

let n = 0
for (let round = 1; round <= rounds; round++) {
  for (let i = 0; i < callsPerRound; i++) {
    const atMillis = 1_795_000_000_000 + (n++ * 1000) / callsPerSecond
    const gateway = next(40)
    const call = {
      callId: String(n),
      atMillis,
      aNumber: `+23480${String(10_000_000 + next(callers))}`,
      bNumber: `+23490${String(10_000_000 + next(callees))}`,
      assertedNumber: "",
      displayName: "",
      userAgent: "",
      sourceIp: `10.0.0.${gateway}`,
      sourceGroup: 2,
      gatewayId: `gw-${gateway}`,
      carrierId: "",
      region: "NG-LA",
      attestation: "missing" as const
    }
    engine.attempt(call)
    const ended = { answeredAtMillis: atMillis + 5_000, endedAtMillis: atMillis + 65_000, ringMillis: 5_000 }
    engine.ended({ ...call, ...ended, durationMillis: 60_000, sipCode: 200, unchecked: false })
  }
  globalThis.gc?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  const { callees: called, callers: calling } = engine.sizes
  process.stdout.write(
    `after ${n} calls: ${calling} callers, ${called} called numbers, heap ${megabytes(heapUsed)} and windows ` +
      `${megabytes(arrayBuffers)}, together ${megabytes(heapUsed + arrayBuffers)}\n`
  )
}
