import { DigitTrie } from "../../numbering/DigitTrie.ts"
import { isEmergency } from "../../numbering/NigerianNumbering.ts"
import type { ListMatch } from "../Finding.ts"
import { BitTrie, bitAt, noValue, rootNode } from "./BitTrie.ts"
import { formatIp, parseIp, parseIpBlock } from "../../network/IpAddress.ts"
import type { ListEntryKey } from "./ListEntry.ts"
import type { ListKind, ListName } from "./ListValue.ts"

/** An entry as the index keeps it; infinite: it never expires. */
export interface IndexedEntry extends ListMatch {
  readonly expiresAtMillis: number
}

/** Of whom a list is asked. What nobody told is empty. */
export interface Listable {
  readonly aNumber: string
  readonly bNumber: string
  readonly sourceIp: string
  readonly carrierId: string
}

const plus = 43
const colon = ":"

/** Longest number that can be one for emergencies, however it is written. */
const emergencyLengthMax = 8

/** The entries of one list. */
class OneList {
  /** Numbers, single addresses and carriers as they are written. */
  readonly #exact: Readonly<Record<Exclude<ListKind, "prefix">, Map<string, IndexedEntry>>> = {
    number: new Map(),
    ip: new Map(),
    carrier: new Map()
  }
  readonly #prefixes = new DigitTrie()
  readonly #v4Blocks = new BitTrie()
  readonly #v6Blocks = new BitTrie()
  /** What the values of the tries point to; places of removed entries are taken again. */
  readonly #entries: Array<IndexedEntry | undefined> = []
  readonly #free: Array<number> = []
  #prefixCount = 0
  #blockCount = 0

  get size(): number {
    const { carrier, ip, number } = this.#exact
    return number.size + ip.size + carrier.size + this.#prefixCount + this.#blockCount
  }

  put(entry: IndexedEntry): void {
    this.remove(entry.kind, entry.value)
    if (entry.kind === "prefix") {
      this.#prefixes.set(entry.value.slice(1), this.#keep(entry))
      this.#prefixCount++
    } else if (entry.kind === "ip" && entry.value.includes("/")) {
      const block = parseIpBlock(entry.value)
      if (block === undefined) return
      this.#blocksFor(block.bytes).set(block.bytes, block.bits, this.#keep(entry))
      this.#blockCount++
    } else {
      this.#exact[entry.kind].set(entry.value, entry)
    }
  }

  remove(kind: ListKind, value: string): void {
    if (kind === "prefix") {
      if (this.#release(this.#prefixes.get(value.slice(1)))) this.#prefixCount--
      this.#prefixes.set(value.slice(1), noValue)
    } else if (kind === "ip" && value.includes("/")) {
      const block = parseIpBlock(value)
      if (block === undefined) return
      const trie = this.#blocksFor(block.bytes)
      if (this.#release(trie.get(block.bytes, block.bits))) this.#blockCount--
      trie.set(block.bytes, block.bits, noValue)
    } else {
      this.#exact[kind].delete(value)
    }
  }

  match(asked: Listable, atMillis: number): IndexedEntry | undefined {
    const { carrier, number } = this.#exact
    return (
      (number.size === 0
        ? undefined
        : (living(number.get(asked.aNumber), atMillis) ?? living(number.get(asked.bNumber), atMillis))) ??
      (this.#prefixCount === 0
        ? undefined
        : (this.#longestPrefix(asked.aNumber, atMillis) ?? this.#longestPrefix(asked.bNumber, atMillis))) ??
      this.#address(asked.sourceIp, atMillis) ??
      (carrier.size === 0 ? undefined : living(carrier.get(asked.carrierId), atMillis))
    )
  }

  #longestPrefix(e164: string, atMillis: number): IndexedEntry | undefined {
    if (e164.charCodeAt(0) !== plus) return undefined
    let node = rootNode
    let found: IndexedEntry | undefined
    for (let index = 1; index < e164.length; index++) {
      node = this.#prefixes.child(node, e164.charCodeAt(index))
      if (node === 0) break
      found = this.#at(this.#prefixes.valueAt(node), atMillis) ?? found
    }
    return found
  }

  /** An address may come in another form than the listed one only when it is IPv6. */
  #address(ip: string, atMillis: number): IndexedEntry | undefined {
    if (ip === "") return undefined
    const written = this.#exact.ip.size === 0 ? undefined : living(this.#exact.ip.get(ip), atMillis)
    if (written !== undefined) return written
    const isV6 = ip.includes(colon)
    if (this.#blockCount === 0 && (!isV6 || this.#exact.ip.size === 0)) return undefined
    const bytes = parseIp(ip)
    if (bytes === undefined) return undefined
    const other = isV6 ? living(this.#exact.ip.get(formatIp(bytes)), atMillis) : undefined
    return other ?? (this.#blockCount === 0 ? undefined : this.#smallestBlock(bytes, atMillis))
  }

  #smallestBlock(bytes: Uint8Array, atMillis: number): IndexedEntry | undefined {
    const trie = this.#blocksFor(bytes)
    let node = rootNode
    let found: IndexedEntry | undefined
    for (let index = 0; index < bytes.length * 8; index++) {
      node = trie.child(node, bitAt(bytes, index))
      if (node === 0) break
      found = this.#at(trie.valueAt(node), atMillis) ?? found
    }
    return found
  }

  #blocksFor(bytes: Uint8Array): BitTrie {
    return bytes.length === 4 ? this.#v4Blocks : this.#v6Blocks
  }

  #at(place: number, atMillis: number): IndexedEntry | undefined {
    return place === noValue ? undefined : living(this.#entries[place], atMillis)
  }

  #keep(entry: IndexedEntry): number {
    const place = this.#free.pop() ?? this.#entries.length
    this.#entries[place] = entry
    return place
  }

  #release(place: number): boolean {
    if (place === noValue) return false
    this.#entries[place] = undefined
    this.#free.push(place)
    return true
  }
}

const living = (entry: IndexedEntry | undefined, atMillis: number): IndexedEntry | undefined =>
  entry !== undefined && entry.expiresAtMillis > atMillis ? entry : undefined

/**
 * Both lists in memory, for look-ups on the way of a call. It is changed in place, entry by entry, so that a change costs
 * the same however long the lists are.
 */
export class ListIndex {
  readonly #lists: Readonly<Record<ListName, OneList>> = { allow: new OneList(), block: new OneList() }
  /** Many entries share few reasons; each is kept once. */
  readonly #reasons = new Map<string, string>()

  /** Adds the entry, or puts it in the place of the one with the same list, kind and value. */
  put(entry: IndexedEntry): void {
    const { expiresAtMillis, kind, list, value } = entry
    this.#lists[list].put({ list, kind, value, reason: this.#shared(entry.reason), expiresAtMillis })
  }

  remove({ kind, list, value }: ListEntryKey): void {
    this.#lists[list].remove(kind, value)
  }

  /** Entries of a list, those included that have expired and were not taken out yet. */
  size(list: ListName): number {
    return this.#lists[list].size
  }

  /**
   * The entry that decides: allow before block; then numbers before prefixes (the longest one), addresses before blocks of
   * them (the smallest one), carriers last; the caller before the called. An expired entry never matches, and no entry
   * blocks a call to an emergency number.
   */
  match(asked: Listable, atMillis: number): ListMatch | undefined {
    const allowed = this.#lists.allow.match(asked, atMillis)
    if (allowed !== undefined) return allowed
    const blocked = this.#lists.block.match(asked, atMillis)
    if (blocked === undefined) return undefined
    return asked.bNumber.length <= emergencyLengthMax && isEmergency(asked.bNumber) ? undefined : blocked
  }

  #shared(reason: string): string {
    const known = this.#reasons.get(reason)
    if (known !== undefined) return known
    if (this.#reasons.size < reasonsMax) this.#reasons.set(reason, reason)
    return reason
  }
}

/** Reasons that are remembered to be shared; beyond that each entry has its own. */
const reasonsMax = 10_000
