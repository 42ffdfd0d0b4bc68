import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Json, parseJson } from '../model/json.ts'
import type { Exchange, RecordedAnswer, RecordedRequest } from './connector-fixtures.ts'

/** Stands on the loopback interface between the engine and a real partner, and writes down what is said. */
export interface Recorder {
  readonly url: string
  readonly exchanges: readonly Exchange[]
  close(): Promise<void>
}

const limitMs = 120_000
const mostBytes = 50_000_000
/** Headers of an answer that a reading may follow; all others are left out. */
const keptHeaders = /^(link|x-.*total.*|x-.*count.*)$/
/** Headers that belong to one line, not to the request. */
const ownHeaders = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding', 'keep-alive'])

/** `origin`: the only place anything is sent to; addresses of it in answers lead back here, so that links to a next page are followed. */
export async function startRecorder(origin: string): Promise<Recorder> {
  const exchanges: Exchange[] = []
  let here = ''
  const server = createServer(async (incoming, response) => {
    try {
      const body = await bytesOf(incoming)
      const answered = await fetch(new URL(incoming.url ?? '/', origin), {
        method: incoming.method ?? 'GET',
        headers: Object.entries(incoming.headers).flatMap(([name, value]) =>
          ownHeaders.has(name) || value === undefined ? [] : [[name, String(value)] as [string, string]],
        ),
        ...(body.length === 0 ? {} : { body }),
        redirect: 'manual',
        signal: AbortSignal.timeout(limitMs),
      })
      const text = await answered.text()
      const headers: Record<string, string> = {}
      answered.headers.forEach((value, name) => {
        if (keptHeaders.test(name)) headers[name] = value
      })
      const contentType = answered.headers.get('content-type') ?? 'application/json'
      exchanges.push({ request: requestOf(incoming, body.toString('utf8')), answer: answerOf(answered.status, contentType, headers, text) })
      const sent = { ...Object.fromEntries(answered.headers), ...headers }
      for (const [name, value] of Object.entries(sent))
        if (!/^(content-encoding|content-length|transfer-encoding|connection|keep-alive)$/.test(name))
          response.setHeader(name, value.replaceAll(origin, here))
      response.statusCode = answered.status
      response.end(text.replaceAll(origin, here))
    } catch {
      // the engine sees a line that broke, as it would without a recorder
      response.socket?.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: here,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length
    if (size > mostBytes) throw new Error('too large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** Headers are not written down: they carry the credentials. */
function requestOf({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): RecordedRequest {
  const { pathname, searchParams } = new URL(url, 'http://partner')
  const query = Object.fromEntries(searchParams)
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
  return {
    ...(method === 'GET' ? {} : { method }),
    path: pathname,
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(body === '' ? {} : isForm ? { form: Object.fromEntries(new URLSearchParams(body)) } : { json: jsonOr(body) }),
  }
}

function answerOf(status: number, contentType: string, headers: Readonly<Record<string, string>>, text: string): RecordedAnswer {
  const isJson = /[/+]json\b/i.test(contentType)
  const told = { ...headers, ...(isJson ? {} : { 'content-type': contentType }) }
  return {
    ...(status === 200 ? {} : { status }),
    ...(Object.keys(told).length === 0 ? {} : { headers: told }),
    ...(isJson ? { body: jsonOr(text) } : { text }),
  }
}

function jsonOr(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
