import { Context, Effect } from "effect"
import type { ApiRole } from "../domain/access/ApiRole.ts"
import { mayActAs } from "../domain/access/ApiRole.ts"
import { RequiredRole } from "./api/Authorization.ts"
import { Forbidden } from "./api/RequestProblems.ts"

/** Refuses a caller whose role does not suffice for what the endpoint's or RPC's annotations ask. */
export const requireRole = (role: ApiRole, annotations: Context.Context<never>): Effect.Effect<void, Forbidden> => {
  const requiredRole = Context.get(annotations, RequiredRole)
  return mayActAs(role, requiredRole)
    ? Effect.void
    : Effect.fail(new Forbidden({ role, requiredRole, detail: `A key with the role ${requiredRole} may do this.` }))
}
