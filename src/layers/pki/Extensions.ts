import { Schema } from "effect"
import { parseIp } from "../../domain/network/IpAddress.ts"
import type { ExtendedKeyUsage, KeyUsage } from "../../domain/pki/CertificateProfile.ts"
import { DnsName, extendedKeyUsageOids, keyUsageBits } from "../../domain/pki/CertificateProfile.ts"
import { contextTag, der, integer, namedBits, octets, oid, plainContextTag, sequence, trueValue } from "./Der.ts"
import { oids } from "./ObjectIdentifiers.ts"

/** Extensions of certificates (RFC 5280 §4.2), each in DER. */
export const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), octets(value))

export const criticalExtension = (id: string, value: Buffer): Buffer => sequence(oid(id), trueValue, octets(value))

export const keyUsage = (usages: ReadonlyArray<KeyUsage>): Buffer =>
  criticalExtension(oids.keyUsage, namedBits(usages.map((usage) => keyUsageBits[usage])))

export const extendedKeyUsage = (usages: ReadonlyArray<ExtendedKeyUsage>): Buffer =>
  extension(oids.extendedKeyUsage, sequence(...usages.map((usage) => oid(extendedKeyUsageOids[usage]))))

/** Of an authority; with a path length, at most so many others may stand between it and what it vouches for. */
export const authorityConstraints = (pathLength: number | undefined): Buffer =>
  criticalExtension(
    oids.basicConstraints,
    pathLength === undefined ? sequence(trueValue) : sequence(trueValue, integer(pathLength))
  )

/** Of a certificate that vouches for nobody. */
export const endEntityConstraints: Buffer = criticalExtension(oids.basicConstraints, sequence())

const subjectKeyStart = oid(oids.subjectKeyIdentifier)

export const subjectKeyIdentifier = (identifier: Buffer): Buffer =>
  sequence(subjectKeyStart, octets(octets(identifier)))

export const authorityKeyIdentifier = (identifier: Buffer): Buffer =>
  extension(oids.authorityKeyIdentifier, sequence(der(plainContextTag(0), identifier)))

const uri = (url: string): Buffer => der(plainContextTag(6), Buffer.from(new URL(url).href, "latin1"))

export const crlDistributionPoint = (url: string): Buffer =>
  extension(oids.crlDistributionPoints, sequence(sequence(der(contextTag(0), der(contextTag(0), uri(url))))))

export const ocspResponder = (url: string): Buffer =>
  extension(oids.authorityInfoAccess, sequence(sequence(oid(oids.ocspAccess), uri(url))))

const ipName = (address: string): Buffer => {
  const bytes = parseIp(address)
  if (bytes === undefined) throw new TypeError(`Not an IP address: ${address}`)
  return der(plainContextTag(7), bytes)
}

const isDnsName = Schema.is(DnsName)

const dnsName = (name: string): Buffer => {
  if (!isDnsName(name)) throw new TypeError(`Not a host name: ${name}`)
  return der(plainContextTag(2), Buffer.from(name, "latin1"))
}

export const subjectAltName = (dnsNames: ReadonlyArray<string>, ipAddresses: ReadonlyArray<string>): Buffer =>
  extension(oids.subjectAltName, sequence(...dnsNames.map(dnsName), ...ipAddresses.map(ipName)))

export const numberExtension = (id: string, value: number | bigint): Buffer => extension(id, integer(value))
