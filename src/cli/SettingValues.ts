import { ConfigProvider, Context, Effect, FileSystem, Layer } from "effect"
import { parseEnv } from "node:util"
import type { Setting } from "./Setting.ts"
import { isTrue } from "./Setting.ts"
import { settings } from "./Settings.ts"

/** Name and value of everything that is set; a setting that is set to nothing counts as not set. */
export type Values = Readonly<Record<string, string>>

export interface SettingRow {
  readonly name: string
  readonly value: string
  readonly source: "default" | "env" | ".env"
  readonly description: string
}

/** The most that is read of a `.env` file, in bytes. */
export const maxDotEnvBytes = 256 * 1024

/** The settings of this process: its environment, and below it the file `.env` of the working directory. */
export class SettingValues extends Context.Service<
  SettingValues,
  { readonly values: Values; readonly sourceOf: (name: string) => SettingRow["source"] }
>()("tandem/cli/SettingValues") {
  static readonly layer = Layer.effect(
    SettingValues,
    Effect.gen(function* () {
      const env = withoutEmpty(process.env)
      const dotEnv = yield* readDotEnv
      const sourceOf = (name: string) => (name in env ? "env" : name in dotEnv ? ".env" : "default")
      return { values: { ...dotEnv, ...env }, sourceOf }
    })
  )
}

/** Makes these values what `Config` reads. */
export const provideSettings = (values: Values) => ConfigProvider.layer(ConfigProvider.fromEnvRecord(values))

const withoutEmpty = (record: Readonly<Record<string, string | undefined>>): Values =>
  Object.fromEntries(Object.entries(record).flatMap(([name, value]) => (value ? [[name, value]] : [])))

const readDotEnv = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(".env"))
  if (info._tag === "None" || info.value.type !== "File" || info.value.size > maxDotEnvBytes) return {}
  return withoutEmpty(parseEnv(yield* fs.readFileString(".env")))
})

/** Simulated vendors take the place of the real ones: when TANDEM_SANDBOX says so, or when no vendor is configured. */
export const sandboxIsOn = (values: Values): boolean =>
  values.TANDEM_SANDBOX === undefined
    ? !settings.some((setting) => setting.configuresVendor && values[setting.name] !== undefined)
    : isTrue(values.TANDEM_SANDBOX)

const hidden = "(hidden)"

/** Each setting with its value and where that comes from; secrets are hidden. */
export const settingRows = (
  values: Values,
  sourceOf: (name: string) => SettingRow["source"]
): ReadonlyArray<SettingRow> =>
  settings.map((setting) => {
    const value = values[setting.name]
    return {
      name: setting.name,
      value: value === undefined ? (setting.default ?? "") : setting.secret ? hidden : value,
      source: sourceOf(setting.name),
      description: setting.description
    }
  })

/** The text of `.env.example`: every setting with its description, commented out, and its default when that is a value. */
export const dotEnvExample = (): string => {
  const groups = [...new Set(settings.map((setting) => setting.group))]
  const line = (setting: Setting) => {
    const plain = setting.default !== undefined && !setting.default.includes(" ")
    const note = setting.default === undefined || plain ? "" : ` Default: ${setting.default}.`
    return `# ${setting.description}${note}\n#${setting.name}=${plain ? setting.default : ""}`
  }
  const section = (group: string) =>
    `## ${group}\n${settings
      .filter((setting) => setting.group === group)
      .map(line)
      .join("\n")}\n`
  return `# Copy to .env and uncomment what you set. The environment wins over this file.\n\n${groups.map(section).join("\n")}`
}

/** What TANDEM_DATA_DIR says, or its default. */
export const dataDirOf = (values: Values): string => values.TANDEM_DATA_DIR ?? ".tandem"

export const sandboxPortOf = (values: Values): number => Number(values.TANDEM_SANDBOX_PORT ?? 8081)
