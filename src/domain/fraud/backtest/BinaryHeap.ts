/** A queue whose least element is always on top (Williams, 1964), by the key that is given with each element. */
export class BinaryHeap<A> {
  readonly #heap: Array<{ readonly key: number; readonly value: A }> = []

  get size(): number {
    return this.#heap.length
  }

  /** The least key; infinite when there is nothing. */
  get firstKey(): number {
    return this.#heap[0]?.key ?? Infinity
  }

  push(key: number, value: A): void {
    const heap = this.#heap
    const added = { key, value }
    let hole = heap.push(added) - 1
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      const above = heap[parent]
      if (above === undefined || above.key <= key) break
      heap[hole] = above
      hole = parent
    }
    heap[hole] = added
  }

  /** Takes the element with the least key. */
  pop(): A | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first?.value
    let hole = 0
    for (;;) {
      const left = heap[2 * hole + 1]
      const right = heap[2 * hole + 2]
      const useRight = left !== undefined && right !== undefined && right.key < left.key
      const child = useRight ? right : left
      if (child === undefined || child.key >= last.key) break
      heap[hole] = child
      hole = 2 * hole + (useRight ? 2 : 1)
    }
    heap[hole] = last
    return first.value
  }
}
