import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { DeliveryBook, type Underway } from "../../../src/domain/messaging/DeliveryBook.ts"
import { maxKnownPerLane } from "../../../src/domain/messaging/LaneShelf.ts"
import type { QueuedMessage, QueueQuestion } from "../../../src/domain/messaging/Queue.ts"
import { lineOf } from "../../../src/domain/messaging/Queue.ts"

interface Row extends QueuedMessage {
  status: "queued" | "delivered" | "failed"
  dueAtMillis: number
}

/** Lanes, senders and domains that are few, so that they meet often. */
const lanes = 2
const leases = Array.from({ length: lanes }, (_, lane) => ({ lane, epoch: 1 }))

const row = (seq: number, sender: number, domain: number): Row => ({
  lane: sender % lanes,
  seq,
  messageId: `m${seq}`,
  clientId: "client-1",
  domain: `d${domain}`,
  sender: `s${sender}`,
  keyVersion: 1,
  dueAtMillis: 0,
  queuedAtMillis: 0,
  status: "queued"
})

/** What the database answers. */
const load = (table: ReadonlyArray<Row>, { domains, known, lanes: asked, leftOut }: QueueQuestion) =>
  asked.flatMap(({ afterSeq, lane, room }) =>
    table
      .filter(
        (each) =>
          each.lane === lane &&
          each.status === "queued" &&
          each.seq > afterSeq &&
          domains.includes(each.domain) &&
          !known.includes(each.seq) &&
          !leftOut.includes(lineOf(each))
      )
      .slice(0, room)
      // As it was when it was asked: the table goes on.
      .map((each) => ({ ...each }))
  )

type Step =
  | { readonly is: "accept"; readonly sender: number; readonly domain: number; readonly many: number }
  | { readonly is: "look" | "ask" | "answer" | "pick" | "age" | "lose" | "rescan" | "fail" | "write" }
  | { readonly is: "end"; readonly which: number; readonly outcome: "delivered" | "failed" | "queued" }
  | { readonly is: "wait"; readonly millis: number }
  | { readonly is: "shut" | "reopen"; readonly domain: number }

const domainNumber = fc.integer({ min: 0, max: 2 })
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        is: fc.constant("accept"),
        sender: fc.nat(5),
        domain: domainNumber,
        many: fc.integer({ min: 1, max: 60 })
      })
    },
    { weight: 8, arbitrary: fc.record({ is: fc.constantFrom("look", "ask", "answer", "write") }) },
    { weight: 8, arbitrary: fc.record({ is: fc.constant("pick") }) },
    { weight: 4, arbitrary: fc.record({ is: fc.constant("age") }) },
    {
      weight: 12,
      arbitrary: fc.record({
        is: fc.constant("end"),
        which: fc.nat(20),
        outcome: fc.constantFrom("delivered", "delivered", "failed", "queued")
      })
    },
    { weight: 2, arbitrary: fc.record({ is: fc.constantFrom("lose", "rescan", "fail") }) },
    {
      weight: 3,
      arbitrary: fc.record({ is: fc.constant("wait"), millis: fc.constantFrom(100, 1_000, 11_000) })
    },
    { weight: 2, arbitrary: fc.record({ is: fc.constantFrom("shut", "reopen"), domain: domainNumber }) }
  ) as fc.Arbitrary<Step>,
  { maxLength: 150 }
)

/** A look while some transaction never ends, so that time alone tells what is over; or while there are none. */
const seen = (head: number, isQuiet = false) => ({ head, oldestOpen: isQuiet ? 10 : 1, firstToCome: 10 })

/** What a database and a node do at the same time, in whatever order. `isQuiet`: no transaction stays open. */
const makeRun = (isQuiet = false) => {
  const table: Array<Row> = []
  const book = new DeliveryBook<QueuedMessage>()
  let underway: Array<Underway<QueuedMessage>> = []
  let nowMillis = 1_000_000
  let epoch = 1
  /** Seqs that ended, sender by sender. */
  const endedOf = new Map<string, Array<number>>()
  book.hold(leases)
  book.route(["d0", "d1", "d2"])

  /** Outcomes that are not yet written down. */
  const unwritten: Array<() => void> = []
  const write = () => {
    for (const each of unwritten.splice(0)) each()
  }

  let answer: (() => void) | undefined
  const ask = () => {
    answer?.()
    const question = book.question(nowMillis)
    if (question === undefined) return
    for (const { room } of question.lanes) assert.isAtMost(room, maxKnownPerLane)
    const [found, sight] = [load(table, question), seen(table.at(-1)?.seq ?? 0, isQuiet)]
    answer = () => {
      answer = undefined
      book.add(question, found, sight, nowMillis)
    }
  }
  const look = () => {
    ask()
    answer?.()
  }
  const pick = () => {
    const troubled = new Set(book.troubled())
    for (const sent of book.pick(10, (domain) => (troubled.has(domain) ? 1 : 4))) {
      write()
      const now = table[sent.message.seq - 1]
      assert(now)
      const line = lineOf(now)
      // Nobody goes before its turn, and none while another of its sender is on its way.
      const isFirst = !table.some((other) => other.seq < now.seq && lineOf(other) === line && other.status === "queued")
      if (now.status !== "queued") {
        book.end(sent, null)
        book.settled(sent)
        continue
      }
      assert.isTrue(isFirst, `${line} ${now.seq}`)
      assert.isFalse(underway.some(({ lease, message }) => lease.epoch === epoch && lineOf(message) === line))
      underway.push(sent)
    }
  }
  const end = (which: number, outcome: "delivered" | "failed" | "queued") => {
    const sent = underway[which % Math.max(1, underway.length)]
    if (sent === undefined) return
    underway = underway.filter((other) => other !== sent)
    const dueAtMillis = outcome === "queued" ? nowMillis + 30_000 : null
    book.end(sent, dueAtMillis)
    unwritten.push(() => {
      const found = table[sent.message.seq - 1]
      // A lane that was lost is somebody else's: nothing is written.
      if (sent.lease.epoch === epoch && found !== undefined) {
        if (dueAtMillis !== null) found.dueAtMillis = dueAtMillis
        found.status = outcome
        if (outcome !== "queued") {
          endedOf.set(lineOf(found), [...(endedOf.get(lineOf(found)) ?? []), found.seq])
        }
      }
      book.settled(sent)
    })
  }
  const take = (step: Step) => {
    if (step.is === "accept") {
      for (let n = 0; n < step.many; n++) table.push(row(table.length + 1, step.sender, step.domain))
    } else if (step.is === "end") end(step.which, step.outcome)
    else if (step.is === "wait") nowMillis += step.millis
    else if (step.is === "shut") book.shut(`d${step.domain}`, nowMillis + 1_000)
    else if (step.is === "reopen") book.reopen(`d${step.domain}`)
    else if (step.is === "lose") {
      epoch += 1
      book.hold(leases.map(({ lane }) => ({ lane, epoch })))
    } else if (step.is === "rescan") book.rescan()
    else if (step.is === "look") look()
    else if (step.is === "ask") ask()
    else if (step.is === "answer") answer?.()
    else if (step.is === "write") write()
    else if (step.is === "age") {
      // What it has looked at for so long it need not look at again.
      for (let n = 0; n < 2; n++) {
        look()
        nowMillis += 10_000
      }
      look()
    } else if (step.is === "pick") pick()
    else {
      answer?.()
      const question = book.question(nowMillis)
      if (question !== undefined) book.unanswered(question)
    }
  }
  const finish = () => {
    write()
    // Sooner than everything is looked at again in any case.
    for (let round = 0; round < 310 && table.some(({ status }) => status === "queued"); round++) {
      for (const domain of book.troubled()) book.reopen(domain)
      for (let turn = 0; turn < 1_000; turn++) {
        look()
        pick()
        if (underway.length === 0) break
        while (underway.length > 0) end(0, "delivered")
        write()
      }
      nowMillis += 100
    }
  }
  return { table, book, endedOf, take, finish }
}

describe("a delivery book", () => {
  it("lets every message go, each sender's in their order, whatever happens meanwhile", () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, isQuiet) => {
        const { book, endedOf, finish, table, take } = makeRun(isQuiet)
        for (const step of all) take(step)
        finish()
        assert.deepStrictEqual(
          table.filter(({ status }) => status === "queued").map(({ seq }) => seq),
          []
        )
        assert.strictEqual(book.inFlight, 0)
        for (const seqs of endedOf.values()) {
          assert.deepStrictEqual(
            seqs,
            seqs.toSorted((one, other) => one - other)
          )
        }
      }),
      { numRuns: 300 }
    )
  })

  it("lets nothing pass a message whose next attempt is due before its last one is written down", () => {
    const table = [row(1, 0, 0), row(2, 0, 0)]
    const book = new DeliveryBook<QueuedMessage>()
    book.hold(leases)
    book.route(["d0"])
    const look = (nowMillis: number) => {
      const question = book.question(nowMillis)
      if (question !== undefined) book.add(question, load(table, question), seen(2), nowMillis)
      return book.pick(10, () => 10)
    }
    const [first] = look(1_000_000)
    assert(first)
    book.end(first, 1_000_001)
    assert.deepStrictEqual(look(1_000_100), [])
    book.settled(first)
    assert.deepStrictEqual(
      look(1_000_200).map(({ message }) => message.seq),
      [1]
    )
  })

  it("finds what becomes visible late, and looks at nothing again that no open transaction can add to", () => {
    const steps = fc.array(fc.constantFrom("begin", "commit oldest", "commit newest", "look"), { maxLength: 80 })
    fc.assert(
      fc.property(steps, (wanted) => {
        const book = new DeliveryBook<QueuedMessage>()
        book.hold(leases)
        book.route(["d0"])
        // Each transaction writes one message, and is given its number before that of the message.
        const open: Array<number> = []
        const table: Array<Row> = []
        let begun = 0
        let beganAfter = 0
        const look = () => {
          const question = book.question(1_000_000)
          assert(question)
          beganAfter = Math.min(...question.lanes.map(({ afterSeq }) => afterSeq))
          const head = Math.max(0, ...table.map(({ seq }) => seq))
          const sight = { head, oldestOpen: open[0] ?? begun + 1, firstToCome: begun + 1 }
          book.add(question, load(table, question), sight, 1_000_000)
          for (const sent of book.pick(100, () => 100)) {
            for (const each of table) if (each.seq === sent.message.seq) each.status = "delivered"
            book.end(sent, null)
            book.settled(sent)
          }
        }
        const commit = (seq: number | undefined) => {
          if (seq !== undefined) table.push(row(seq, seq, 0))
          table.sort((one, other) => one.seq - other.seq)
        }
        for (const step of wanted) {
          if (step === "begin") open.push((begun += 1))
          else if (step === "look") look()
          else commit(step === "commit oldest" ? open.shift() : open.pop())
        }
        for (const seq of open.splice(0)) commit(seq)
        for (let n = 0; n < 3; n++) look()
        assert.isTrue(table.every(({ status }) => status === "delivered"))
        assert.strictEqual(table.length, begun)
        assert.strictEqual(beganAfter, begun)
      }),
      { numRuns: 300 }
    )
  })

  it("finds a message within a minute that became visible after later ones", () => {
    const { table, book } = makeRun()
    const late = row(1, 0, 0)
    const all = [late, ...Array.from({ length: 20 }, (_, n) => row(n + 2, 0, 0))]
    table.push(...all)
    let nowMillis = 1_000_000
    const found = new Set<number>()
    const visible = (at: number) => all.filter((each) => each !== late || at > 1_030_000)
    for (; nowMillis < 1_095_000; nowMillis += 1_000) {
      const question = book.question(nowMillis)
      if (question !== undefined) book.add(question, load(visible(nowMillis), question), seen(21), nowMillis)
      for (const sent of book.pick(10, () => 10)) {
        found.add(sent.message.seq)
        const each = all[sent.message.seq - 1]
        if (each !== undefined) each.status = "delivered"
        book.end(sent, null)
        book.settled(sent)
      }
    }
    assert.isTrue(found.has(1))
    assert.strictEqual(found.size, 21)
  })

  it("lets nothing pass that it knew of, when a lane is lost and won again before the database has answered", () => {
    const { take } = makeRun()
    take({ is: "accept", sender: 0, domain: 0, many: 3 })
    take({ is: "look" })
    take({ is: "accept", sender: 0, domain: 0, many: 3 })
    take({ is: "ask" })
    take({ is: "lose" })
    take({ is: "answer" })
    take({ is: "pick" })
  })

  it("lets nothing pass when a look that was for less came further than the next one", () => {
    const { take, finish, table } = makeRun(true)
    take({ is: "shut", domain: 0 })
    take({ is: "accept", sender: 0, domain: 0, many: maxKnownPerLane + 1 })
    take({ is: "look" })
    finish()
    assert.isTrue(table.every(({ status }) => status === "delivered"))
  })

  it("gives surplus lanes back once nothing of them is under way", () => {
    const { book, take } = makeRun()
    take({ is: "accept", sender: 0, domain: 0, many: 3 })
    take({ is: "accept", sender: 1, domain: 0, many: 3 })
    take({ is: "look" })
    take({ is: "pick" })
    book.drain(1)
    assert.deepStrictEqual(book.drained(), [])
    take({ is: "end", which: 0, outcome: "delivered" })
    take({ is: "write" })
    assert.strictEqual(book.drained().length, 1)
    take({ is: "end", which: 0, outcome: "delivered" })
    take({ is: "write" })
    assert.strictEqual(book.drained().length, 1)
  })
})
