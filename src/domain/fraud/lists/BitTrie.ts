const firstNodes = 64

/** The value of a node where no block ends. */
export const noValue = -1

/** The node that every look-up begins with. */
export const rootNode = 0

/** Blocks of addresses by their leading bits, each with a whole number. A look-up reads one word a bit and allocates nothing. */
export class BitTrie {
  #children = new Int32Array(firstNodes * 2)
  #values = new Int32Array(firstNodes).fill(noValue)
  #nodes = 1

  /** The node below `node` for a bit; 0 when nothing is there. */
  child(node: number, bit: number): number {
    return this.#children[node * 2 + bit] ?? 0
  }

  valueAt(node: number): number {
    return this.#values[node] ?? noValue
  }

  /** The value of the first `length` bits of `bytes`, or `noValue`. */
  get(bytes: Uint8Array, length: number): number {
    let node = rootNode
    for (let index = 0; index < length; index++) {
      node = this.child(node, bitAt(bytes, index))
      if (node === 0) return noValue
    }
    return this.valueAt(node)
  }

  /** Sets the value of the first `length` bits of `bytes`; `noValue` takes it out. */
  set(bytes: Uint8Array, length: number, value: number): void {
    let node = rootNode
    for (let index = 0; index < length; index++) {
      const slot = node * 2 + bitAt(bytes, index)
      const next = this.#children[slot] ?? 0
      if (next === 0 && value === noValue) return
      node = next === 0 ? this.#grow(slot) : next
    }
    this.#values[node] = value
  }

  #grow(slot: number): number {
    if (this.#nodes === this.#values.length) {
      const children = new Int32Array(this.#children.length * 2)
      children.set(this.#children)
      const values = new Int32Array(this.#values.length * 2).fill(noValue)
      values.set(this.#values)
      this.#children = children
      this.#values = values
    }
    const node = this.#nodes++
    this.#children[slot] = node
    return node
  }
}

/** The bit at a place, from the most significant one of the first byte. */
export const bitAt = (bytes: Uint8Array, index: number): number => ((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1
