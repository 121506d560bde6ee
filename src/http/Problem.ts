/** Any of Tandem's problems: the members of RFC 9457, and the members of its own kind. `docs/problems.md` lists them. */
export interface Problem {
  readonly _tag: string
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail?: string
  readonly instance?: string
}

export const isProblem = (error: unknown): error is Problem =>
  error instanceof Error && "type" in error && typeof error.type === "string" && error.type.startsWith("urn:tandem:")
