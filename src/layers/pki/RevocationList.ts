import type { RevocationReason } from "../../domain/pki/RevocationReason.ts"
import { revocationReasonCodes } from "../../domain/pki/RevocationReason.ts"
import { contextTag, der, enumerated, integer, octets, oid, sequence, tags, writeHeader } from "./Der.ts"
import { time, writeTime } from "./DerTime.ts"
import { authorityKeyIdentifier, criticalExtension, numberExtension } from "./Extensions.ts"
import type { Issuer } from "./Issuer.ts"
import { issuerParts, signatureAlgorithm, signed } from "./Issuer.ts"
import { oids } from "./ObjectIdentifiers.ts"
import { toPem } from "./Pem.ts"

export interface Revoked {
  /** Hexadecimal, of at most 20 octets (RFC 5280 §4.1.2.2). */
  readonly serial: string
  readonly revokedAtMillis: number
  readonly reason: RevocationReason
}

export interface RevocationListRequest {
  readonly number: bigint | number
  /** Makes a delta: what has changed since the full list of that number. */
  readonly baseNumber: bigint | number | null
  readonly thisUpdateMillis: number
  readonly nextUpdateMillis: number
  readonly revoked: Iterable<Revoked>
}

export interface RevocationList {
  readonly der: Buffer
  readonly pem: string
}

const maxSerialOctets = 20

/** More than the longest entry has: its header, a serial of 23 bytes, a time of 17, a reason of 14. */
const entryMax = 64

/** crlEntryExtensions with the reason alone. An unspecified one is left out (RFC 5280 §5.3.1). */
const reasonExtensions = new Map(
  Object.entries(revocationReasonCodes).map(([reason, code]) => [
    reason,
    code === 0 ? Buffer.alloc(0) : sequence(sequence(oid(oids.reasonCode), octets(enumerated(code))))
  ])
)

const noBytes = Buffer.alloc(0)

/** Writes an INTEGER from hexadecimal, as short as it may be. Returns where it ends. */
const writeSerial = (into: Buffer, at: number, serial: string): number => {
  const digits = serial.replace(/^0+/, "")
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  const count = even.length / 2
  // A first digit from 8 on would read as a negative number.
  const padding = count === 0 || (digits.length % 2 === 0 && even >= "8") ? 1 : 0
  if (count > maxSerialOctets) throw new RangeError(`A serial number has at most ${maxSerialOctets} octets`)
  const start = writeHeader(into, at, tags.integer, count + padding)
  into[start] = 0
  if (into.write(even, start + padding, "hex") !== count) throw new TypeError("A serial number is hexadecimal")
  return start + padding + count
}

/** The entries, one after another in one buffer that grows: a list may have a hundred thousand. */
const entriesOf = (revoked: Iterable<Revoked>): Buffer => {
  let into: Buffer = Buffer.allocUnsafe(64 * 1024)
  let at = 0
  for (const { reason, revokedAtMillis, serial } of revoked) {
    if (at + entryMax > into.length) into = Buffer.concat([into, Buffer.allocUnsafe(into.length)])
    const extensions = reasonExtensions.get(reason) ?? noBytes
    // An entry has fewer than 128 bytes, so its header has two.
    let end = writeTime(into, writeSerial(into, at + 2, serial), revokedAtMillis)
    into.set(extensions, end)
    end += extensions.length
    writeHeader(into, at, tags.sequence, end - at - 2)
    at = end
  }
  return into.subarray(0, at)
}

const version2 = integer(1)

/** A certificate revocation list (RFC 5280 §5), full or delta. */
export const makeRevocationList = (issuer: Issuer, request: RevocationListRequest): RevocationList => {
  const { keyIdentifier, name } = issuerParts(issuer)
  const entries = entriesOf(request.revoked)
  const toBeSigned = sequence(
    version2,
    signatureAlgorithm(issuer.privateKey),
    name,
    time(request.thisUpdateMillis),
    time(request.nextUpdateMillis),
    // There must be no empty list of entries (§5.1.2.6).
    entries.length === 0 ? entries : sequence(entries),
    der(
      contextTag(0),
      sequence(
        authorityKeyIdentifier(keyIdentifier),
        numberExtension(oids.crlNumber, request.number),
        request.baseNumber === null ? noBytes : criticalExtension(oids.deltaCrlIndicator, integer(request.baseNumber))
      )
    )
  )
  const bytes = signed(toBeSigned, issuer.privateKey)
  return { der: bytes, pem: toPem("X509 CRL", bytes) }
}
