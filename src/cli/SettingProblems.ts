import { Effect } from "effect"
import { CliFailure } from "./CliFailure.ts"
import { exitCodes } from "./ExitCodes.ts"
import { isTrue } from "./Setting.ts"
import { settings } from "./Settings.ts"
import type { Values } from "./SettingValues.ts"
import { sandboxIsOn, SettingValues } from "./SettingValues.ts"

/** What a node does: `edge` answers HTTP, `runner` holds the actors, `all` does both. */
export type Role = "edge" | "runner" | "all"

export interface SettingProblem {
  readonly name: string
  /** Follows the name in a sentence. */
  readonly problem: string
}

/** Settings whose values are wrong, in the registry's order; of the named ones, or of all. */
export const wrongValues = (values: Values, names?: ReadonlyArray<string>): ReadonlyArray<SettingProblem> =>
  settings.flatMap(({ check, name, secret }) => {
    const value = names === undefined || names.includes(name) ? values[name] : undefined
    const must = value === undefined ? undefined : check?.(value)
    if (value === undefined || must === undefined) return []
    return [{ name, problem: secret ? must : `${must}, not ${JSON.stringify(value.slice(0, 80))}` }]
  })

const missingForVendors = (values: Values): ReadonlyArray<SettingProblem> =>
  settings
    .filter((setting) => setting.neededForVendors && values[setting.name] === undefined)
    .map(({ name }) => ({ name, problem: "is missing: it is needed where no sandbox takes the vendors' place" }))

const missingForNodes = (values: Values, role: Role): ReadonlyArray<SettingProblem> => {
  if (role === "all") return []
  const problems: Array<SettingProblem> = []
  if (values.DATABASE_URL === undefined) {
    problems.push({ name: "DATABASE_URL", problem: `is missing: a node with the role ${role} shares its database` })
  }
  if (values.TANDEM_SANDBOX !== undefined && isTrue(values.TANDEM_SANDBOX)) {
    problems.push({
      name: "TANDEM_SANDBOX",
      problem: `must be off for the role ${role}: point to a \`tandem sandbox\``
    })
  }
  return problems
}

/** Everything that keeps a node of this role from starting with these settings. */
export const startProblems = (values: Values, role: Role): ReadonlyArray<SettingProblem> => [
  ...wrongValues(values),
  ...missingForNodes(values, role),
  ...(role === "all" && sandboxIsOn(values) ? [] : missingForVendors(values))
]

/** Ends the command with a line for each problem, before anything is started. */
export const refuseProblems = (problems: ReadonlyArray<SettingProblem>): Effect.Effect<void, CliFailure> =>
  problems.length === 0
    ? Effect.void
    : Effect.fail(CliFailure.of(exitCodes.usage, ...problems.map(({ name, problem }) => `${name} ${problem}`)))

/** The settings' values, when the named ones are right. */
export const checkedValues = Effect.fnUntraced(function* (...names: ReadonlyArray<string>) {
  const { values } = yield* SettingValues
  yield* refuseProblems(wrongValues(values, names))
  return values
})
