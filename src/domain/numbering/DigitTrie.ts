const digitsPerNode = 10
const firstNodes = 64
const zero = 48

/** The value of a node where no prefix ends. */
export const noValue = -1

/** The node that every look-up begins with. */
export const rootNode = 0

/**
 * Prefixes of digits, each with a whole number, for look-ups on the way of a call: a digit costs one read of an array,
 * and nothing is allocated. Nodes of removed prefixes stay for the next that need them.
 */
export class DigitTrie {
  #children = new Int32Array(firstNodes * digitsPerNode)
  #values = new Int32Array(firstNodes).fill(noValue)
  #nodes = 1

  /** The node below `node` for the character code of a digit; 0 when nothing is there, or it is no digit. */
  child(node: number, code: number): number {
    const digit = code - zero
    return digit < 0 || digit >= digitsPerNode ? 0 : (this.#children[node * digitsPerNode + digit] ?? 0)
  }

  valueAt(node: number): number {
    return this.#values[node] ?? noValue
  }

  /** Sets the value of a prefix; `noValue` takes it out. Characters other than digits are refused. */
  set(prefix: string, value: number): void {
    let node = rootNode
    for (let index = 0; index < prefix.length; index++) {
      const digit = prefix.charCodeAt(index) - zero
      if (digit < 0 || digit >= digitsPerNode) throw new RangeError(`not a prefix of digits: ${prefix}`)
      const slot = node * digitsPerNode + digit
      const next = this.#children[slot] ?? 0
      if (next === 0 && value === noValue) return
      node = next === 0 ? this.#grow(slot) : next
    }
    this.#values[node] = value
  }

  get(prefix: string): number {
    let node = rootNode
    for (let index = 0; index < prefix.length; index++) {
      node = this.child(node, prefix.charCodeAt(index))
      if (node === 0) return noValue
    }
    return this.valueAt(node)
  }

  /** The value of the longest prefix of what stands in `text` from `start`, or `noValue`. */
  longest(text: string, start: number): number {
    let node = rootNode
    let found = this.valueAt(rootNode)
    for (let index = start; index < text.length; index++) {
      node = this.child(node, text.charCodeAt(index))
      if (node === 0) return found
      const value = this.valueAt(node)
      if (value !== noValue) found = value
    }
    return found
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
