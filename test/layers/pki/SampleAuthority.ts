import { Effect } from "effect"
import { X509Certificate } from "node:crypto"
import type { CertificateProfile, KeyAlgorithm } from "../../../src/domain/pki/CertificateProfile.ts"
import type { CertificateRequest, Issuer } from "../../../src/layers/pki/Certificates.ts"
import { issueAuthority, issueCertificate, newSerial, selfSigned } from "../../../src/layers/pki/Certificates.ts"
import type { KeyPair } from "../../../src/layers/pki/Keys.ts"
import { generateKeyPair } from "../../../src/layers/pki/Keys.ts"

export const dayMillis = 86_400_000

/** Programs that judge certificates know the real time alone, so the samples are valid around it. */
export const now = Math.floor(Date.now() / 1000) * 1000

export const times = (days: number) => ({ notBeforeMillis: now - 300_000, notAfterMillis: now + days * dayMillis })

export interface SampleAuthority {
  readonly root: Issuer
  readonly issuer: Issuer
  /** Of those that it issues to. */
  readonly keys: KeyPair
}

export const issuerOf = (pem: string, { privateKey }: Pick<KeyPair, "privateKey">): Issuer => ({
  certificate: new X509Certificate(pem),
  privateKey
})

export const makeAuthority = Effect.fnUntraced(function* (algorithm: KeyAlgorithm, name = "Sample") {
  const [rootKeys, issuerKeys, keys] = yield* Effect.all([
    generateKeyPair(algorithm),
    generateKeyPair(algorithm),
    generateKeyPair(algorithm)
  ])
  const organization = "Ölfeld Telecom"
  const rootPem = selfSigned({
    ...rootKeys,
    commonName: `${name} Root`,
    organization,
    serial: newSerial(),
    ...times(3650)
  }).pem
  const root = issuerOf(rootPem, rootKeys)
  const { publicKey } = issuerKeys
  const commonName = `${name} Issuing 1`
  const { pem } = issueAuthority(root, { publicKey, commonName, organization, serial: newSerial(), ...times(1825) })
  const authority: SampleAuthority = { root, issuer: issuerOf(pem, issuerKeys), keys }
  return authority
})

const hosts: Record<CertificateProfile, Pick<CertificateRequest, "dnsNames" | "ipAddresses">> = {
  client: { dnsNames: [], ipAddresses: [] },
  server: { dnsNames: ["broker.example.com", "*.broker.example.com"], ipAddresses: ["192.0.2.1"] },
  gateway: { dnsNames: ["gw-1.example.com"], ipAddresses: ["192.0.2.7", "2001:db8::7"] }
}

/** A certificate as clients have them, but for what is said otherwise. */
export const issueSample = (
  { issuer, keys }: SampleAuthority,
  profile: CertificateProfile,
  wanted: Partial<CertificateRequest> = {}
) =>
  issueCertificate(issuer, {
    profile,
    publicKey: keys.publicKey,
    subject: { commonName: `${profile}-1`, organization: "Ölfeld Telecom", organizationalUnit: "north" },
    ...hosts[profile],
    serial: newSerial(),
    ...times(365),
    crlUrl: "http://127.0.0.1:8080/pki/issuing.crl",
    ocspUrl: "http://127.0.0.1:8080/pki/ocsp",
    ...wanted
  })

export const pemOf = ({ certificate }: Issuer): string => certificate.toString()
