import { connect } from "node:net"
import type { Socket } from "node:net"

export interface LoadResult {
  readonly perSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
  readonly answered: number
  readonly failed: number
}

/** One way to ask over a socket: how a question is written, and where the first whole answer in some bytes ends. */
export interface Wire {
  readonly question: (body: string) => string
  /** Length of the first answer, or 0 when it is not whole yet. */
  readonly answerLength: (bytes: Buffer) => number
  readonly isGood: (answer: string) => boolean
  /** What ties an answer to its question, where several are under way on one socket. */
  readonly idOf?: (text: string) => string
}

const headEnd = Buffer.from("\r\n\r\n")
const lengthHeader = /content-length: (\d+)/i

export const http = (path: string): Wire => ({
  question: (body) =>
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  answerLength: (bytes) => {
    const end = bytes.indexOf(headEnd)
    if (end < 0) return 0
    const length = Number(lengthHeader.exec(bytes.toString("latin1", 0, end))?.[1] ?? 0)
    return bytes.length >= end + 4 + length ? end + 4 + length : 0
  },
  isGood: (answer) => answer.startsWith("HTTP/1.1 200")
})

/** evapi's frames are netstrings. */
export const netstrings: Wire = {
  question: (body) => `${Buffer.byteLength(body)}:${body},`,
  answerLength: (bytes) => {
    const colon = bytes.indexOf(":")
    if (colon < 0) return 0
    const end = colon + 1 + Number(bytes.toString("latin1", 0, colon)) + 1
    return bytes.length >= end ? end : 0
  },
  isGood: (answer) => answer.includes('"action"'),
  idOf: (text) => /"id":"([^"]*)"/.exec(text)?.[1] ?? ""
}

const quantile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

type Done = (millis: number, isGood: boolean, lane: Lane) => void

/**
 * Lanes over one socket: each has one question under way at a time. With several lanes, answers are taken to come in the
 * order of the questions, or to carry the question's id when the wire has one.
 */
const makeLanes = (socket: Socket, wire: Wire, width: number, done: Done): ReadonlyArray<Lane> => {
  let rest: Buffer = Buffer.alloc(0)
  const underWay = new Map<string, { readonly askedAt: number; readonly lane: Lane }>()
  const lanes = Array.from({ length: width }, (_, n): Lane => {
    const lane: Lane = {
      ask: (body, at) => {
        underWay.set(wire.idOf?.(body) ?? String(n), { askedAt: at, lane })
        socket.write(wire.question(body))
      }
    }
    return lane
  })
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let length = wire.answerLength(rest); length > 0; length = wire.answerLength(rest)) {
      const answer = rest.toString("utf8", 0, length)
      rest = rest.subarray(length)
      const id = wire.idOf?.(answer) ?? "0"
      const asked = underWay.get(id)
      underWay.delete(id)
      if (asked !== undefined) done(performance.now() - asked.askedAt, wire.isGood(answer), asked.lane)
      if (rest.length === 0) return
    }
  })
  return lanes
}

type Lane = { readonly ask: (body: string, at: number) => void }

export const dial = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true })
    socket.once("connect", () => resolve(socket))
    socket.once("error", reject)
  })

export interface LoadOptions {
  readonly sockets: ReadonlyArray<Socket>
  readonly wire: Wire
  /** Questions under way at once on each socket. */
  readonly width?: number
  readonly body: (n: number) => string
  readonly seconds: number
  /** Questions a second, sent when they are due; as fast as answers come when it is not given. */
  readonly pacePerSecond?: number
}

/** Asks for some seconds. A paced question that finds no free lane waits, and that counts in its latency. */
export const load = ({ body, pacePerSecond, seconds, sockets, width = 1, wire }: LoadOptions) =>
  new Promise<LoadResult>((resolve) => {
    const latencies: Array<number> = []
    const free: Array<Lane> = []
    const due: Array<number> = []
    let failed = 0
    let n = 0
    const startedAt = performance.now()
    const endsAt = startedAt + seconds * 1000
    let sent = 0

    const done = (millis: number, isGood: boolean, lane: Lane) => {
      if (isGood) latencies.push(millis)
      else failed += 1
      const now = performance.now()
      if (now >= endsAt) return
      const waiting = due.shift()
      if (pacePerSecond === undefined) lane.ask(body(n++), now)
      else if (waiting !== undefined) lane.ask(body(n++), waiting)
      else free.push(lane)
    }
    const lanes = sockets.flatMap((socket) => makeLanes(socket, wire, width, done))
    if (pacePerSecond === undefined) for (const lane of lanes) lane.ask(body(n++), performance.now())
    else free.push(...lanes)

    const tick = setInterval(() => {
      const now = performance.now()
      if (pacePerSecond !== undefined && now < endsAt) {
        for (const wanted = ((now - startedAt) * pacePerSecond) / 1000; sent < wanted; sent++) {
          const lane = free.pop()
          if (lane === undefined) due.push(now)
          else lane.ask(body(n++), now)
        }
      }
      if (now < endsAt + 300) return
      clearInterval(tick)
      for (const socket of sockets) socket.removeAllListeners("data")
      latencies.sort((one, other) => one - other)
      resolve({
        perSecond: latencies.length / seconds,
        p50Millis: quantile(latencies, 0.5),
        p99Millis: quantile(latencies, 0.99),
        answered: latencies.length,
        failed
      })
    }, 1)
  })
