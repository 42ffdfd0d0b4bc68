import type { IncomingMessage } from 'node:http'
import { type Json, parseTwins } from '../model/json.ts'
import { ProblemError } from './problem.ts'

/** How many bytes of bodies may be in reading at once, over all requests. */
export interface ReadingRoom {
  readonly maxBytes: number
  /** of them those for one source, so that there is room for the others */
  readonly maxBytesOfOne: number
  taken: number
  readonly takenBy: Map<string, number>
}
export const readingRoom = (maxBytes: number): ReadingRoom => ({
  maxBytes,
  maxBytesOfOne: Math.ceil(maxBytes / 4),
  taken: 0,
  takenBy: new Map(),
})

const tooLarge = (maxBytes: number): ProblemError =>
  new ProblemError(413, 'too-large', `The body is larger than ${maxBytes} bytes. Send it in smaller parts.`, {
    headers: { connection: 'close' },
  })

/**
 * The bytes of a request, never more than `maxBytes` in memory, whatever its headers say (B3, B14).
 * `source`: whose body it is: a connection, or a key. @throws ProblemError 413 too large, 415 compressed, 503 too many bodies at once
 */
export async function readBytes(request: Request, maxBytes: number, room: ReadingRoom, source: string): Promise<Uint8Array> {
  const { body, headers } = request
  return within(headers.get('content-encoding'), headers.get('content-length'), maxBytes, room, source, () =>
    body === null ? Promise.resolve(new Uint8Array()) : collect(body, maxBytes),
  )
}

/** {@link readBytes} from the server's own request, whose body nobody has touched. */
export const readIncoming = (incoming: IncomingMessage, maxBytes: number, room: ReadingRoom, source: string): Promise<Uint8Array> =>
  within(incoming.headers['content-encoding'] ?? null, incoming.headers['content-length'] ?? null, maxBytes, room, source, () =>
    gather(incoming, maxBytes),
  )

async function within(
  encoding: string | null,
  length: string | null,
  maxBytes: number,
  room: ReadingRoom,
  source: string,
  read: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new ProblemError(415, 'content-encoding', 'Compressed bodies are not read here. Send the body without Content-Encoding.', {
      headers: { 'accept-encoding': 'identity', connection: 'close' },
    })
  const told = Number(length ?? maxBytes)
  if (told > maxBytes) throw tooLarge(maxBytes)
  const ofOne = (room.takenBy.get(source) ?? 0) + told
  // a body that is larger than the share of one is read when nothing else of it is
  if (room.taken + told > room.maxBytes || (ofOne > room.maxBytesOfOne && ofOne > told))
    throw new ProblemError(503, 'busy', 'Too many requests are being read at once. Send it again a little later.', {
      headers: { 'retry-after': '2', connection: 'close' },
    })
  room.taken += told
  room.takenBy.set(source, ofOne)
  try {
    return await read()
  } finally {
    room.taken -= told
    const left = (room.takenBy.get(source) ?? 0) - told
    if (left > 0) room.takenBy.set(source, left)
    else room.takenBy.delete(source)
  }
}

const bodyCut = () => new ProblemError(400, 'body-cut', 'The body ended before it was complete.', { headers: { connection: 'close' } })

function gather(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // who went away before anybody listened tells nothing any more
    if (incoming.destroyed) return reject(bodyCut())
    const parts: Buffer[] = []
    let size = 0
    const settle = (end: () => void) => {
      incoming.off('data', take).off('end', whole).off('close', cut).off('error', cut)
      end()
    }
    const take = (part: Buffer) => {
      size += part.byteLength
      if (size > maxBytes) {
        // the rest is not waited for: the answer closes the connection
        incoming.pause()
        return settle(() => reject(tooLarge(maxBytes)))
      }
      parts.push(part)
    }
    const whole = () => settle(() => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size)))
    const cut = () => settle(() => reject(bodyCut()))
    incoming.on('data', take).on('end', whole).on('close', cut).on('error', cut)
  })
}

async function collect(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await next(reader)
    if (done) break
    size += value.byteLength
    if (size > maxBytes) {
      // the rest is not waited for: the answer closes the connection
      void reader.cancel().catch(() => {})
      throw tooLarge(maxBytes)
    }
    parts.push(value)
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size)
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read()
  } catch {
    throw bodyCut()
  }
}

/** Media type of a request in lower case, without parameters; '' when there is none or more than one. */
export function mediaType(request: Request): string {
  const type = request.headers.get('content-type') ?? ''
  return type.includes(',') ? '' : (type.split(';')[0]?.trim().toLowerCase() ?? '')
}

/**
 * JSON of a request's bytes; no bytes are `{}`.
 * @throws ProblemError 400 for bytes that are no UTF-8 or no JSON (too deep and prototype names too) and for a name that stands twice in one object, 415 for another media type
 */
export function readJson(bytes: Uint8Array, contentType: string): Json {
  if (bytes.byteLength === 0) return {}
  if (contentType !== 'application/json') throw new ProblemError(415, 'content-type', 'Send the body as "Content-Type: application/json".')
  const { value, twin } = parsed(bytes)
  if (twin !== undefined)
    throw new ProblemError(
      400,
      'twin-name',
      `The name ${JSON.stringify(twin.slice(0, 64))} stands twice in one object of the body. Send it once.`,
    )
  return value
}

function parsed(bytes: Uint8Array): { readonly value: Json; readonly twin?: string } {
  try {
    return parseTwins(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON that is read here' : 'is not UTF-8'
    throw new ProblemError(400, 'malformed-json', `The body ${why}. Send one JSON object in UTF-8, nested at most 64 deep.`)
  }
}
