import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { projection } from "./Projections.ts"

const written = ["version", "created_at", "updated_at"]
const authorityColumns = ["authority_id", "root", "issuers", ...written]
const clientColumns = ["client_id", "domain", "rate_limit", "daily_quota", ...written]
const certificateColumns = (
  "serial client_id profile status fingerprint issuer not_before not_after revoked_at revocation_reason " +
  "revocation_note renews pem"
)
  .split(" ")
  .concat(written)

const readModel = `version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL`

/**
 * The certificate authority, the clients and their certificates, as the lists show them. Keys of the authority lie apart,
 * sealed under a passphrase that is not in the database, so that neither the journal nor a list ever shows one.
 */
export const certificates = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE authority_keys (
    certificate_fingerprint text PRIMARY KEY,
    sealed_key text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
  )`
  yield* sql.unsafe(`CREATE TABLE certificate_authorities (
    authority_id text PRIMARY KEY,
    root json NOT NULL,
    issuers json NOT NULL,
    ${readModel}
  )`)
  yield* sql.unsafe(`CREATE TABLE certificate_clients (
    client_id text COLLATE "C" PRIMARY KEY,
    domain text NOT NULL,
    rate_limit integer NOT NULL,
    daily_quota integer,
    ${readModel}
  )`)
  yield* sql.unsafe(`CREATE TABLE certificates (
    serial text COLLATE "C" PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    profile text NOT NULL,
    status text NOT NULL,
    fingerprint text COLLATE "C" NOT NULL UNIQUE,
    issuer text COLLATE "C" NOT NULL,
    not_before timestamptz(3) NOT NULL,
    not_after timestamptz(3) NOT NULL,
    revoked_at timestamptz(3),
    revocation_reason text,
    revocation_note text,
    renews text,
    pem text NOT NULL,
    ${readModel}
  )`)
  yield* sql`CREATE INDEX certificates_client ON certificates (client_id, created_at)`
  yield* sql`CREATE INDEX certificates_not_after ON certificates (not_after)`
  yield* sql`CREATE INDEX certificates_revoked ON certificates (issuer, revoked_at) WHERE status = 'revoked'`
  // Numbers of revocation lists only ever grow, whichever node makes the list.
  yield* sql`CREATE TABLE revocation_list_numbers (issuer text PRIMARY KEY, number bigint NOT NULL)`
  yield* sql`CREATE TABLE client_usage (
    client_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    messages bigint NOT NULL,
    PRIMARY KEY (client_id, day)
  )`
  yield* sql.unsafe(projection("certificate_authorities", "authority_id", authorityColumns))
  yield* sql.unsafe(projection("certificate_clients", "client_id", clientColumns))
  yield* sql.unsafe(projection("certificates", "serial", certificateColumns))
})
