/** What `tandem` tells its caller by its exit code; docs/cli.md lists the same. */
export const exitCodes = {
  ok: 0,
  /** The plane refused, or something went wrong. */
  failed: 1,
  /** The command line or a setting is wrong; nothing was started. */
  usage: 2,
  unreachable: 3,
  unauthorised: 4,
  notFound: 5,
  /** A check ran well and found something: pending migrations, a broken audit chain. */
  found: 6
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
