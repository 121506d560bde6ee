/** Longest address of a certificate, in characters. */
export const maxUrlLength = 1024

/**
 * The address of a signer's certificate (`x5u`), when it is one that may be asked: https, on port 443 or 8443, without
 * credentials, query or fragment (ATIS-1000074 §5.3.1). `anyPort` admits every port, for a laboratory.
 */
export const certificateUrl = (x5u: string, anyPort: boolean): URL | undefined => {
  if (x5u.length > maxUrlLength || !URL.canParse(x5u)) return undefined
  const url = new URL(x5u)
  const plain = url.username === "" && url.password === "" && url.search === "" && url.hash === ""
  const port = anyPort || url.port === "" || url.port === "8443"
  return url.protocol === "https:" && plain && port ? url : undefined
}
