import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream"
import { Stream } from "effect"
import { createGunzip } from "node:zlib"
import { BackupDamaged, BackupFileError } from "./BackupErrors.ts"
import { isTrailer, maxLineBytes } from "./BackupFormat.ts"
import { errorDetail } from "./ErrorDetail.ts"

/** Bytes of lines that are in memory at once, when none is longer. */
const chunkBytes = 1024 * 1024
const newline = 0x0a

const damaged = (detail: string) => new BackupDamaged({ detail })

const trailerSays = (line: string): unknown => {
  try {
    return JSON.parse(line).sha256
  } catch {
    return undefined
  }
}

const open = (path: string) => {
  const gunzip = createGunzip({ chunkSize: chunkBytes })
  // An error comes out of the gunzip, where it is read.
  pipeline(createReadStream(path), gunzip, () => {})
  return gunzip
}

/** All lines but the trailer, which is compared with them at the end. */
async function* linesOf(path: string) {
  const digest = createHash("sha256")
  let rest: Array<Buffer> = []
  let restBytes = 0
  let ended = false
  for await (const chunk of open(path)) {
    const bytes: Buffer = chunk
    const last = bytes.lastIndexOf(newline)
    if (last < 0) {
      rest.push(bytes)
      restBytes += bytes.length
      if (restBytes > maxLineBytes) throw damaged(`a line is longer than ${maxLineBytes} bytes`)
      continue
    }
    const lines = Buffer.concat([...rest, bytes.subarray(0, last)])
      .toString("utf8")
      .split("\n")
    rest = [bytes.subarray(last + 1)]
    restBytes = bytes.length - last - 1
    const final = lines.at(-1) ?? ""
    if (ended) throw damaged("there is more behind its end")
    if (isTrailer(final)) {
      ended = true
      lines.pop()
    }
    for (const line of lines) digest.update(`${line}\n`)
    if (ended && trailerSays(final) !== digest.digest("hex")) throw damaged("its checksum is another")
    if (lines.length > 0) yield lines
  }
  if (!ended || restBytes > 0) throw damaged("it is cut off")
}

/** File system errors name the call; all else is about what the file holds. */
const readingError = (error: unknown) => {
  if (error instanceof BackupDamaged) return error
  return error instanceof Error && "syscall" in error
    ? new BackupFileError({ detail: errorDetail(error) })
    : damaged(errorDetail(error))
}

/** The lines of a backup, some at a time; fails at the end when the checksum is not that of the lines. */
export const backupLines = (path: string): Stream.Stream<ReadonlyArray<string>, BackupDamaged | BackupFileError> =>
  Stream.fromAsyncIterable(linesOf(path), readingError)
