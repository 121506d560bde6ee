import { Schema } from "effect"

/** What an API key may do; each role may do all that those before it may. */
export const apiRoles = ["viewer", "operator", "admin"] as const

export const ApiRole = Schema.Literals(apiRoles)
export type ApiRole = typeof ApiRole.Type

/** A viewer looks, an operator acts on orders and numbers, an admin deals with dead letters and keys. */
export const mayActAs = (role: ApiRole, required: ApiRole): boolean =>
  apiRoles.indexOf(role) >= apiRoles.indexOf(required)

/** No such role. */
export class ApiRoleUnknown extends Schema.TaggedError<ApiRoleUnknown>()("ApiRoleUnknown", { role: Schema.String }) {
  override get message(): string {
    return `no such role: ${this.role}; there are ${apiRoles.join(", ")}`
  }
}
