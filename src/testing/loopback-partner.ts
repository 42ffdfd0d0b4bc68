import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a partner of a test received it. */
export interface PartnerRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
/** `lost`: the connection breaks without an answer. `hang`: nothing is ever answered. A function writes the answer itself. */
export type PartnerAnswer =
  | 'lost'
  | 'hang'
  | ((response: ServerResponse) => void)
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string | undefined>>; readonly body?: unknown }

export interface LoopbackPartner {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly requests: readonly PartnerRequest[]
  close(): Promise<void>
}

/** A partner on the loopback interface that answers what the test says: objects as JSON, texts and bytes as they are. */
export async function startPartner(answer: (request: PartnerRequest) => PartnerAnswer | Promise<PartnerAnswer>): Promise<LoopbackPartner> {
  const requests: PartnerRequest[] = []
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming)
    requests.push(request)
    write(response, await answer(request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readRequest(incoming: IncomingMessage): Promise<PartnerRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const url = new URL(incoming.url ?? '/', 'http://partner')
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

function write(response: ServerResponse, answer: PartnerAnswer): void {
  if (answer === 'hang') return
  if (answer === 'lost') {
    response.socket?.destroy()
    return
  }
  if (typeof answer === 'function') {
    answer(response)
    return
  }
  const { status = 200, headers = {}, body } = answer
  const raw = typeof body === 'string' || body instanceof Uint8Array
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  response.end(body === undefined ? '' : raw ? body : JSON.stringify(body))
}
