import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress, type Gunzip } from 'node:zlib'
import { type Dispatcher, EgressError, type ExchangeLimits, type RawAnswer } from './egress.ts'
import type { HttpRequest } from './types.ts'

/**
 * Sends one request and gathers its answer under the limits: header deadline, whole deadline, bytes of the decompressed body.
 * @throws EgressError `aborted`, `timeout`, `lease-lost`, `body-too-large`, `bad-encoding`, `connection-lost`, or the code of the system (`ECONNREFUSED`).
 */
export function collect(dispatcher: Dispatcher, request: HttpRequest, url: URL, limits: ExchangeLimits): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let sent = false
    let settled = false
    let controller: Dispatcher.DispatchController | undefined
    let head: Omit<RawAnswer, 'body'> | undefined
    let body: BodySink | undefined

    const finish = (settle: () => void) => {
      if (settled) return
      settled = true
      clearTimeout(deadline)
      clearTimeout(headersDeadline)
      limits.signal?.removeEventListener('abort', onAbort)
      settle()
    }
    const fail = (error: EgressError) =>
      finish(() => {
        reject(error)
        body?.stop()
        if (controller !== undefined && !controller.aborted) controller.abort(error)
      })
    const onAbort = () => fail(new EgressError('aborted', 'stopped by the caller', sent, limits.signal?.reason))
    const deadline = setTimeout(
      () => fail(new EgressError('timeout', `no complete answer within ${limits.deadlineMs} ms`, sent)),
      limits.deadlineMs,
    )
    const headersDeadline = setTimeout(
      () => fail(new EgressError('timeout', `no answer within ${limits.headersMs} ms`, sent)),
      limits.headersMs,
    )
    if (limits.signal?.aborted) return onAbort()
    limits.signal?.addEventListener('abort', onAbort, { once: true })

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started
        if (settled) started.abort(new EgressError('aborted', 'stopped before it was sent', false))
        else if (limits.held?.() === false) fail(new EgressError('lease-lost', leaseLost, false))
        else sent = true
      },
      onResponseStart: (_, status, headers) => {
        if (status < 200) return
        clearTimeout(headersDeadline)
        head = { status, headers: joined(headers) }
        body = openSink(head.headers['content-encoding'], limits.maxBodyBytes, fail)
      },
      onResponseData: (_, chunk) => body?.write(chunk),
      onResponseEnd: () => {
        const answer = head
        if (answer === undefined || body === undefined) return fail(new EgressError('connection-lost', 'the answer has no head', sent))
        body.end((bytes) => finish(() => resolve({ ...answer, body: bytes })))
      },
      onResponseError: (_, error) => fail(asEgressError(error, sent)),
    }
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method,
          headers: { ...request.headers },
          body: request.body ?? null,
        },
        handler,
      )
    } catch (error) {
      fail(asEgressError(error, sent))
    }
  })
}

const leaseLost = 'the lease ran out before: this process stood still, or its database did'

interface BodySink {
  write(chunk: Uint8Array): void
  end(done: (bytes: Uint8Array) => void): void
  stop(): void
}

type Inflater = Pick<Gunzip, 'write' | 'end' | 'on' | 'destroy'>
const inflaters: Readonly<Record<string, () => Inflater>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** Counts decompressed bytes: what a small answer blows up to is what fills the memory (reliability B60). */
function openSink(encoding: string | undefined, maxBytes: number, fail: (error: EgressError) => void): BodySink {
  const chunks: Uint8Array[] = []
  let size = 0
  const keep = (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size > maxBytes) return fail(new EgressError('body-too-large', `the answer is larger than ${maxBytes} bytes`, true))
    chunks.push(chunk)
  }
  const name = encoding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity') return { write: keep, end: (done) => done(Buffer.concat(chunks)), stop: () => chunks.splice(0) }
  const create = Object.hasOwn(inflaters, name) ? inflaters[name] : undefined
  if (create === undefined) {
    fail(new EgressError('bad-encoding', `the answer is encoded as "${name.slice(0, 40)}", which was not asked for`, true))
    return { write: () => {}, end: () => {}, stop: () => {} }
  }
  const inflater = create()
  let empty = true
  let whole: ((bytes: Uint8Array) => void) | undefined
  inflater.on('data', keep)
  inflater.on('end', () => whole?.(Buffer.concat(chunks)))
  inflater.on('error', (error) =>
    fail(new EgressError('bad-encoding', `the answer is not what its content-encoding "${name}" says`, true, error)),
  )
  return {
    write: (chunk) => {
      empty &&= chunk.byteLength === 0
      inflater.write(chunk)
    },
    end: (done) => {
      if (empty) return done(new Uint8Array())
      whole = done
      inflater.end()
    },
    stop: () => {
      inflater.destroy()
      chunks.splice(0)
    },
  }
}

function joined(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  return plain
}

function asEgressError(error: unknown, sent: boolean): EgressError {
  if (error instanceof EgressError) return error
  const known = error as { readonly code?: unknown; readonly message?: unknown }
  const code = typeof known.code === 'string' ? known.code : 'connection-lost'
  const message = typeof known.message === 'string' ? known.message : 'the connection broke'
  return new EgressError(code.startsWith('UND_ERR') ? (undiciCodes[code] ?? 'connection-lost') : code, message, sent, error)
}

const undiciCodes: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  UND_ERR_INVALID_ARG: 'bad-request',
}
