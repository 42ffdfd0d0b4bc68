import { createHmac } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Hub, startHub } from '../../main.ts'
import type { Fault } from '../../model/errors.ts'
import { unpack } from '../../store/packing.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../loopback-partner.ts'
import { tinyOrder } from '../tiny-partner.ts'
import { openTls } from './bed-tls.ts'
import { connectionOf, workspaceFiles } from './bed-workspace.ts'
import type { AddressRow, Body, Door, PartnerRow } from './row.ts'

export const secrets = {
  shop: 'secret-of-the-shop',
  other: 'secret-of-the-other',
  std: `whsec_${btoa('secret-of-the-standard-1')}`,
  next: `whsec_${btoa('secret-of-the-standard-2')}`,
  never: `whsec_${btoa('secret-of-the-standard-3')}`,
}
/** what a partner that is well again has */
export const goodId = 59
export type Bed = Awaited<ReturnType<typeof openBed>>

/** A whole hub on a workspace of its own, before partners that do what the rows say. */
export async function openBed(partners: readonly PartnerRow[], addresses: readonly AddressRow[]) {
  const well = new Set<string>()
  const counts = new Map<string, number>()
  const partner = await startPartner((request) => answerOf(request))
  const answerOf = (request: PartnerRequest): PartnerAnswer => {
    const [, name = '', , key] = request.path.split('/')
    if (name === 'shop' && key !== undefined) return { body: tinyOrder(Number(key), { note: 'as the shop has it now' }) }
    const row = partners.find((one) => connectionOf(one) === name)
    if (row === undefined || well.has(name)) return { body: { orders: [tinyOrder(goodId, { at: '2026-11-23T08:59:00.000Z' })] } }
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    return row.answer(request, n, partner.url)
  }
  const tls = await openTls(partner.url)
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-bad-inputs-'))
  const env: Record<string, string> = { SHOP: secrets.shop, OTHER: secrets.other, STD: `${secrets.next} ${secrets.std}` }
  const files = workspaceFiles(partners, addresses, { plain: partner.url, tls: tls.urls })
  for (const [path, text] of Object.entries(files)) await put(folder, path, text)
  const log: string[] = []
  const writeAsBefore = process.stderr.write
  process.stderr.write = (line: string | Uint8Array) => log.push(String(line)) > 0
  let hub: Hub
  try {
    hub = await startHub(
      { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'debug', watch: false },
      { env },
    )
  } catch (error) {
    process.stderr.write = writeAsBefore
    throw error
  }
  const { read } = hub.context.database
  const addressOf = async (connection: string): Promise<string> => {
    const row = await read.selectFrom('connection').select('hook_token').where('name', '=', connection).executeTakeFirstOrThrow()
    return `${hub.address}/hooks/${row.hook_token}`
  }
  let nextId = 1000
  const owed: number[] = []
  const bed = {
    hub,
    env,
    log,
    well,
    port: Number(new URL(hub.address).port),
    until,
    requestsOf: (name: string): readonly PartnerRequest[] => partner.requests.filter(({ path }) => path.startsWith(`/${name}/`)),
    hookOf: addressOf,
    /** a signed request at a door; `headers` stand before the right ones, those that are given win */
    send: async (door: Door, body: Body, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
      post(await addressOf(door), body, { ...(door === 'shop' ? { 'x-signature': signed(body) } : standard(body)), ...headers }),
    post,
    ask: (method: string, path: string, more: { readonly body?: Body | undefined; readonly headers?: object | undefined } = {}) =>
      fetch(hub.address + path, {
        method,
        headers: {
          authorization: `Bearer ${hub.localKey}`,
          ...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...more.headers,
        },
        ...(more.body === undefined ? {} : { body: new Uint8Array(Buffer.from(more.body as string)) }),
        redirect: 'manual',
      }),
    receipts: async (): Promise<number> => (await read.selectFrom('receipt').select('id').where('kind', '=', 'webhook').execute()).length,
    /** the envelope of the last receipt that holds exactly these bytes, once it is settled */
    settled: async (body: Body) => {
      const { id } = await until('the receipt', async () => {
        const kept = await read.selectFrom('receipt').select(['id', 'body', 'coding']).where('kind', '=', 'webhook').execute()
        return kept.findLast((row) => Buffer.from(body as string).equals(unpack(row.body, row.coding)))
      })
      return until('its envelope', () =>
        read.selectFrom('envelope').selectAll().where('receipt', '=', id).where('state', '!=', 'received').executeTakeFirst(),
      )
    },
    orderOf: async (key: string): Promise<Record<string, unknown> | undefined> => {
      const row = await read
        .selectFrom('document')
        .select('body')
        .where('type', '=', 'sales-order')
        .where('key', '=', key)
        .executeTakeFirst()
      return row && JSON.parse(row.body)
    },
    scheduleOf: (connection: string) =>
      read.selectFrom('schedule').selectAll().where('connection', '=', connection).where('kind', '=', 'pull').executeTakeFirstOrThrow(),
    /** all bytes that were kept of a connection */
    bytesOf: async (connection: string): Promise<string> =>
      (await read.selectFrom('receipt').select(['body', 'coding']).where('connection', '=', connection).execute())
        .map(({ body, coding }) => Buffer.from(unpack(body, coding)).toString())
        .join('\n'),
    /** An order after the bad thing: taken now; that it is applied is looked at by `allGoodOnes`. */
    goodOneIsApplied: async (): Promise<void> => {
      const id = nextId++
      const answer = await bed.send('shop', JSON.stringify(tinyOrder(id)))
      if (answer.status !== 202) throw new Error(`a good order was answered ${answer.status}: ${await answer.text()}`)
      owed.push(id)
    },
    /** ids of the good orders that never came to the ledger */
    allGoodOnes: async (): Promise<readonly number[]> => {
      await until('the last good order', () => bed.orderOf(`shop/${owed.at(-1)}`))
      const found = await Promise.all(owed.map(async (id) => ((await bed.orderOf(`shop/${id}`)) === undefined ? [id] : [])))
      return found.flat()
    },
    /** Changes files, has the hub check them, does what there is to do meanwhile, puts them back. */
    tryFiles: async (changed: Readonly<Record<string, string>>, during?: () => Promise<void>): Promise<readonly Fault[]> => {
      try {
        for (const [path, text] of Object.entries(changed)) await put(folder, path, text)
        const faults = await bed.reload()
        await during?.()
        return faults
      } finally {
        for (const path of Object.keys(changed)) {
          const former = files[path]
          if (former === undefined) await rm(join(folder, path))
          else await put(folder, path, former)
        }
      }
    },
    file: (path: string): string => files[path] ?? '',
    reload: async (): Promise<readonly Fault[]> => {
      const answer = await bed.ask('POST', '/v1/reload', { body: '{}' })
      if (answer.status !== 200) throw new Error(`the reload was answered ${answer.status}: ${await answer.text()}`)
      return ((await answer.json()) as { faults: Fault[] }).faults
    },
    close: async (): Promise<void> => {
      process.stderr.write = writeAsBefore
      await hub.stop(1000)
      await tls.close()
      await partner.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return bed
}

async function put(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

const post = (address: string, body: Body | ReadableStream, headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(address, {
    method: 'POST',
    headers: { 'x-topic': 'order', ...headers },
    body: body instanceof Uint8Array ? new Uint8Array(body) : body,
    duplex: 'half',
  })

/** Signature of the shop for a body. */
export const signed = (body: Body, secret: string = secrets.shop): string => createHmac('sha256', secret).update(body).digest('hex')

let events = 0
/** Headers of Standard Webhooks for a body. */
export function standard(
  body: Body,
  { id = `msg_${++events}`, at = String(Math.floor(Date.now() / 1000)), secret = secrets.std } = {},
): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const digest = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${digest}` }
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`this never came: ${what}`)
}
