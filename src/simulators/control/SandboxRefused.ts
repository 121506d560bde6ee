import { Schema } from "effect"

/** The control plane refused; `status` is the HTTP status of its answer. */
export class SandboxRefused extends Schema.TaggedError<SandboxRefused>()("SandboxRefused", {
  status: Schema.Int,
  message: Schema.String
}) {}
