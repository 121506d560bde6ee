import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Source {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: ReadonlyArray<string>
}

export const root = join(import.meta.dirname, "../..")

const read = (path: string): Source => {
  const text = readFileSync(join(root, path), "utf8")
  return { path, text, lines: text.split("\n") }
}

/** All files with one of `endings` under `folder`, or none when the folder is not there. */
export const sources = (folder: string, endings: ReadonlyArray<string> = [".ts"]): ReadonlyArray<Source> => {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => endings.some((ending) => path.endsWith(ending)))
      .map((path) => read(`${folder}/${path.replaceAll("\\", "/")}`))
  } catch {
    return []
  }
}

/** `path:line: text` of every line that matches, so that a failing test leads to it. */
export const matches = (files: ReadonlyArray<Source>, pattern: RegExp): ReadonlyArray<string> =>
  files.flatMap(({ lines, path }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))
  )
