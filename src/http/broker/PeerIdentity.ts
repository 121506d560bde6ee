import type { IncomingMessage } from "node:http"
import type { TLSSocket } from "node:tls"
import type { Standing } from "../../layers/pki/ClientDirectory.ts"

/** The certificate at the other end of a connection, as TLS has checked it. */
export interface Peer {
  /** SHA-256 of the DER, lower-case hexadecimal; empty: there was no certificate. */
  readonly fingerprint: string
  readonly commonName: string
  /** Why TLS does not trust it; null: it leads to the trust store, its time is right, and it is for clients. */
  readonly refusal: string | null
}

export const peerOf = (socket: TLSSocket): Peer => {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return { fingerprint: "", commonName: "", refusal: "no certificate was shown" }
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase()
  const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? ""
  if (!socket.authorized) return { fingerprint, commonName, refusal: String(socket.authorizationError) }
  return { fingerprint, commonName, refusal: certificate.ca ? "an authority's certificate is no client's" : null }
}

/** What HAProxy tells of the client whose certificate it has checked; set by it, whatever the client sent. */
export const proxyHeaders = {
  /** `ssl_c_verify`: 0 when it is good. */
  verify: "x-ssl-client-verify",
  /** SHA-256 of the DER in hexadecimal. */
  fingerprint: "x-ssl-client-sha256",
  commonName: "x-ssl-client-cn"
} as const

const fingerprintForm = /^[0-9a-f]{64}$/

/** The client behind a trusted proxy. Headers that come twice are joined with a comma by Node, and match nothing then. */
export const forwardedPeer = ({ headers }: IncomingMessage): Peer => {
  const text = (name: string) => String(headers[name] ?? "")
  const fingerprint = text(proxyHeaders.fingerprint).toLowerCase()
  const commonName = text(proxyHeaders.commonName)
  if (!fingerprintForm.test(fingerprint)) return { fingerprint: "", commonName, refusal: "no certificate was shown" }
  return {
    fingerprint,
    commonName,
    refusal: text(proxyHeaders.verify) === "0" ? null : "the proxy does not vouch for the certificate"
  }
}

export type Identity =
  | {
      readonly is: "client"
      readonly clientId: string
      readonly domain: string
      readonly rateLimit: number
      readonly dailyQuota: number | null
    }
  | { readonly is: "refused"; readonly error: "authentication_error" | "authorization_error"; readonly message: string }

/** A client that may ask. */
export type Client = Extract<Identity, { readonly is: "client" }>

const unauthenticated = (message: string): Identity => ({ is: "refused", error: "authentication_error", message })

/** Who a peer is, as far as its certificate and what is known of it say. */
export const identityOf = ({ commonName, refusal }: Peer, standing: Standing): Identity => {
  if (refusal !== null) return unauthenticated(`the client certificate is not accepted: ${refusal}`)
  switch (standing.standing) {
    case "unknown":
      return unauthenticated("the client certificate is none that was issued here")
    case "expired":
      return unauthenticated("the client certificate is over")
    case "revoked":
      return { is: "refused", error: "authorization_error", message: "the client certificate is revoked" }
    case "good": {
      const { clientId, dailyQuota, domain, profile, rateLimit } = standing.certificate
      if (clientId !== commonName) return unauthenticated("the client certificate names another client")
      if (profile === "server") return unauthenticated("a server's certificate is no client's")
      return { is: "client", clientId, domain, rateLimit, dailyQuota }
    }
  }
}
