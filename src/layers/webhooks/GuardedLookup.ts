import { lookup } from "node:dns"
import type { LookupFunction } from "node:net"

/** The name leads to an address to which nothing may be sent. */
export class AddressRefused extends Error {
  constructor(host: string) {
    super(`${host} is no address of the public internet`)
  }
}

/**
 * Looks a name up for a connection, and gives only addresses that may be used: the connection goes to what was looked at,
 * so that a name which answers something else a moment later leads nowhere. One wrong address refuses the name.
 */
export const guardedLookup =
  (mayUse: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "")
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => mayUse(address))) {
        return callback(new AddressRefused(hostname), "")
      }
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
