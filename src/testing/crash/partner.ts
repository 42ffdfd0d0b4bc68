import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type Answer, type Asked, answer } from './partner-answers.ts'
import type { PartnerLog } from './partner-log.ts'

/** What a hostile partner does with a call by chance; the last three do what was asked before they fail. 422 is a refusal for good, only on demand. */
export const hostilities = ['drop', '503', '429', 'stall', 'slow', 'cut', 'half'] as const
export type Hostility = (typeof hostilities)[number] | '422'
const fails: ReadonlySet<Hostility> = new Set(['drop', '503', '429', '422', 'stall'])

export interface CrashPartner {
  readonly url: string
  readonly port: number
  readonly log: PartnerLog
  /** share of calls, 0..1, that meet a hostility */
  hostile: number
  /** how long every write takes */
  slowMs: number
  /** how often each came true */
  readonly done: Record<Hostility, number>
  /** called when a call came in whole and nothing happened yet, and after its effect: the places to kill its sender. 'lost' at `arrived`: nothing ever happens, the call is lost with whoever made it */
  moment: ((when: 'arrived' | 'done', asked: Asked) => 'lost' | undefined) | undefined
  /** decides for one call, before chance does */
  choose: ((asked: Asked) => Hostility | 'usual' | undefined) | undefined
  /** stops answering altogether, and goes on */
  down(isDown: boolean): void
  close(): Promise<void>
}

export async function startCrashPartner(log: PartnerLog, random: () => number): Promise<CrashPartner> {
  const done = Object.fromEntries([...hostilities, '422'].map((kind) => [kind, 0])) as Record<Hostility, number>
  let down = false
  const draw = (asked: Asked): Hostility | undefined => {
    const chosen = partner.choose?.(asked)
    if (chosen !== undefined) return chosen === 'usual' ? undefined : chosen
    return random() < partner.hostile ? hostilities[Math.floor(random() * hostilities.length)] : undefined
  }
  const server = createServer(async (incoming, response) => {
    response.on('error', () => {})
    const asked = await read(incoming).catch(() => undefined)
    if (asked === undefined) return
    if (down) return void response.socket?.destroy()
    if (partner.moment?.('arrived', asked) === 'lost') return void response.socket?.destroy()
    if (partner.slowMs > 0 && asked.method !== 'GET') await wait(partner.slowMs)
    const hostility = draw(asked)
    if (hostility !== undefined) done[hostility]++
    if (hostility !== undefined && fails.has(hostility)) return fail(response, hostility)
    const reply = answer(log, asked)
    partner.moment?.('done', asked)
    await write(response, reply, hostility)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const partner: CrashPartner = {
    url: `http://127.0.0.1:${port}`,
    port,
    log,
    hostile: 0,
    slowMs: 0,
    done,
    moment: undefined,
    choose: undefined,
    down(isDown) {
      down = isDown
      if (down) server.closeAllConnections()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return partner
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://partner')
  const text = Buffer.concat(chunks).toString('utf8')
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  }
}

function fail(response: ServerResponse, hostility: Hostility): void {
  if (hostility === 'stall') return
  if (hostility === 'drop') return void response.socket?.destroy()
  response.writeHead(Number(hostility), { 'content-type': 'application/json' }).end('{"error":"not now"}')
}

async function write(response: ServerResponse, { status, body }: Answer, hostility: Hostility | undefined): Promise<void> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  if (hostility === 'cut') return void response.socket?.destroy()
  if (hostility === undefined) return void response.writeHead(status, headers).end(text)
  response.writeHead(status, headers)
  response.write(text.slice(0, text.length / 2))
  await wait(hostility === 'slow' ? 250 : 20)
  if (hostility === 'half') return void response.socket?.destroy()
  response.end(text.slice(text.length / 2))
}
