import { Option } from "effect"
import type { SqlClient } from "effect/sql"
import type { PortalRole, PortalUser } from "../../../domain/access/PortalUser.ts"
import { iso } from "../RowQueries.ts"

/** What a {@link PortalUser} is made of, from the table as `u`. */
export const userColumns = (sql: SqlClient.SqlClient) => sql`u.user_id AS "userId", u.email, u.role,
  u.client_id AS "clientId", u.is_active AS "isActive", u.version, ${iso(sql, "u.last_login_at")} AS "lastLoginAt",
  ${iso(sql, "u.created_at")} AS "createdAt", ${iso(sql, "u.updated_at")} AS "updatedAt"`

/** The account as somebody found it, who then changes it only if it is still so. */
export interface Found {
  readonly userId: string
  readonly version: number
}

export interface NewUser {
  readonly userId: string
  readonly email: string
  readonly role: PortalRole
  readonly clientId: string | null
}

export const firstUser = (rows: ReadonlyArray<PortalUser>): Option.Option<PortalUser> => Option.fromUndefinedOr(rows[0])
