import { type Json, parseJson } from '../model/json.ts'
import { ProblemError } from './problem.ts'

/** How many bytes of bodies may be in reading at once, over all requests. */
export interface ReadingRoom {
  readonly maxBytes: number
  taken: number
}
export const readingRoom = (maxBytes: number): ReadingRoom => ({ maxBytes, taken: 0 })

const tooLarge = (maxBytes: number): ProblemError =>
  new ProblemError(413, 'too-large', `The body is larger than ${maxBytes} bytes. Send it in smaller parts.`, {
    headers: { connection: 'close' },
  })

/**
 * The bytes of a request, never more than `maxBytes` in memory, whatever its headers say (B3, B14).
 * @throws ProblemError 413 too large, 415 compressed, 503 too many bodies at once
 */
export async function readBytes(request: Request, maxBytes: number, room: ReadingRoom): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    throw new ProblemError(415, 'content-encoding', 'Compressed bodies are not read here. Send the body without Content-Encoding.', {
      headers: { 'accept-encoding': 'identity', connection: 'close' },
    })
  const told = Number(request.headers.get('content-length') ?? maxBytes)
  if (told > maxBytes) throw tooLarge(maxBytes)
  if (request.body === null) return new Uint8Array()
  if (room.taken + told > room.maxBytes)
    throw new ProblemError(503, 'busy', 'Too many requests are being read at once. Send it again a little later.', {
      headers: { 'retry-after': '2', connection: 'close' },
    })
  room.taken += told
  try {
    return await collect(request.body, maxBytes)
  } finally {
    room.taken -= told
  }
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
    throw new ProblemError(400, 'body-cut', 'The body ended before it was complete.', { headers: { connection: 'close' } })
  }
}

/** Media type of a request in lower case, without parameters; '' when there is none or more than one. */
export function mediaType(request: Request): string {
  const type = request.headers.get('content-type') ?? ''
  return type.includes(',') ? '' : (type.split(';')[0]?.trim().toLowerCase() ?? '')
}

/**
 * JSON of a request's bytes; no bytes are `{}`.
 * @throws ProblemError 400 for bytes that are no UTF-8 or no JSON (too deep and prototype names too), 415 for another media type
 */
export function readJson(bytes: Uint8Array, contentType: string): Json {
  if (bytes.byteLength === 0) return {}
  if (contentType !== 'application/json') throw new ProblemError(415, 'content-type', 'Send the body as "Content-Type: application/json".')
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON that is read here' : 'is not UTF-8'
    throw new ProblemError(400, 'malformed-json', `The body ${why}. Send one JSON object in UTF-8, nested at most 64 deep.`)
  }
}
