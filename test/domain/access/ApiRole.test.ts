import { assert, it } from "@effect/vitest"
import { apiRoles, ApiRoleUnknown, mayActAs } from "../../../src/domain/access/ApiRole.ts"

it("each role may do what it may, and what those before it may, and no more", () => {
  for (const [index, role] of apiRoles.entries()) {
    for (const [needed, required] of apiRoles.entries()) assert.strictEqual(mayActAs(role, required), index >= needed)
  }
})

it("an unknown role is told with those that there are", () => {
  assert.strictEqual(
    new ApiRoleUnknown({ role: "root" }).message,
    "no such role: root; there are viewer, operator, admin"
  )
})
