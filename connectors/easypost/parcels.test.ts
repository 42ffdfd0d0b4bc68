import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Hub, startHub } from '../../src/main.ts'
import { startEasyPost } from '../../src/simulator/carriers/easypost.ts'
import { startKuaidi100 } from '../../src/simulator/carriers/kuaidi100.ts'
import { startTrack17 } from '../../src/simulator/carriers/track17.ts'
import type { Service } from '../../src/simulator/carriers/tracking.ts'
import { createFaultBoard, type FaultBoard } from '../../src/simulator/faults.ts'
import { testShell } from '../../src/testing/test-shell.ts'

/** Shipments come by Standard Webhooks; a real hub has them watched by the three services, which are simulated, and hears of them. */
const hookKey = Buffer.alloc(24, 7)
const secret = `whsec_${hookKey.toString('base64')}`
let folder = ''
let hub: Hub
let faults: FaultBoard
let easypost: Service
let track17: Service
let kuaidi100: Service
const run = (line: string) => testShell({ folder }).run(line)
const json = async (line: string) => JSON.parse((await run(`${line} --json`)).out || '{}')
const rows = async (line: string) =>
  (await run(`${line} --json`)).out
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => JSON.parse(row))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-parcels-'))
  faults = createFaultBoard(1)
  easypost = await startEasyPost({ faults, apiKey: 'EZ-key-of-the-test', webhookSecret: 'se\u0301cret-of-the-hook' })
  track17 = await startTrack17({ faults, key: 'key-of-17track' })
  kuaidi100 = await startKuaidi100({ faults, customer: 'C1', key: 'key-of-kuaidi100' })
  const own = { books: 'HARBOUR', allowPrivate: ['127.0.0.0/8'], retry: { waitsMs: [50, 50, 50, 50] } }
  const when = (carriers: string) => ({
    document: 'shipment',
    when: `has(parcels[0].tracking) && (${carriers})`,
    mode: 'live',
    onDead: 'skip',
  })
  const workspace = {
    tenant: 'default',
    connections: {
      warehouse: { connector: 'standard-webhooks', books: 'HARBOUR', config: { url: 'https://warehouse.example/', secret } },
      easypost: {
        ...own,
        connector: 'easypost',
        config: { url: easypost.url, apiKey: 'EZ-key-of-the-test', webhookSecret: 's\u00e9cret-of-the-hook' },
      },
      track17: { ...own, connector: 'track17', config: { url: track17.url, key: 'key-of-17track' } },
      kuaidi100: {
        ...own,
        connector: 'kuaidi100',
        config: {
          url: kuaidi100.url,
          customer: 'C1',
          key: 'key-of-kuaidi100',
          salt: 'salt-of-the-test',
          callbackUrl: 'https://hub.example/hooks/moved-by-the-test',
          timeZone: 'Asia/Shanghai',
        },
      },
    },
    routes: [
      { id: 'watch-west', ...when("carrier.code == 'fedex'"), to: 'easypost', action: 'create-tracker' },
      { id: 'watch-world', ...when("carrier.code == 'fedex'"), to: 'track17', action: 'register' },
      { id: 'watch-china', ...when("carrier.code == 'yto' || carrier.code == 'sf-express'"), to: 'kuaidi100', action: 'subscribe' },
    ],
    settings: { sweepMs: 50 },
  }
  await writeFile(join(folder, 'crossdock.json'), JSON.stringify(workspace))
  hub = await startHub(
    { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false },
    { env: {} },
  )
  for (const [name, service] of [
    ['easypost', easypost],
    ['track17', track17],
    ['kuaidi100', kuaidi100],
  ] as const)
    service.hookTo(hub.address + (await json(`connection hook ${name}`)).current)
}, 60_000)
afterAll(async () => {
  await hub?.stop(1000)
  for (const service of [easypost, track17, kuaidi100]) await service?.close()
  await rm(folder, { recursive: true, force: true })
})

let events = 0
/** The warehouse tells of a shipment. */
async function ship(key: string, carrier: string, numbers: readonly string[], more: object = {}): Promise<void> {
  const { current } = await json('connection hook warehouse')
  const data = {
    key,
    number: key,
    direction: 'outbound',
    status: 'shipped',
    from: { code: 'MAIN' },
    carrier: { code: carrier },
    parcels: numbers.map((tracking, index) => ({ key: String(index + 1), tracking })),
    ...more,
  }
  const text = JSON.stringify({ type: 'shipment.updated', timestamp: new Date().toISOString(), data })
  const [id, stamp] = [`msg_${++events}`, String(Math.floor(Date.now() / 1000))]
  const signature = createHmac('sha256', hookKey).update(`${id}.${stamp}.`).update(text).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': stamp,
    'webhook-signature': `v1,${signature}`,
  }
  expect((await fetch(hub.address + current, { method: 'POST', headers, body: text })).status).toBe(202)
}
async function until<T>(look: () => Promise<T> | T, holds: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await look()
    if (holds(found) || tries > 400) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
const parcel = (tracking: string) => json(`ledger parcel ${tracking}`)
const watched = (service: Service, number: string) =>
  until(
    () => service.mail.parcels.has(number),
    (found) => found,
  )
const heard = (tracking: string, count: number) =>
  until(
    () => parcel(tracking),
    (found) => found.events >= count,
  )

test('a shipment is registered with two services; what they tell, late, twice and out of order, is one timeline', async () => {
  await ship('S1', 'fedex', ['P-1'])
  expect(await watched(easypost, 'P-1')).toBe(true)
  expect(await watched(track17, 'P-1')).toBe(true)
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 9, minute))
  for (const service of [easypost, track17]) {
    faults.arm('out-of-order', { times: 2, ms: 120 })
    faults.arm('duplicate', { times: 2 })
    service.scan('P-1', { step: 'announced', at: at(0) })
    service.scan('P-1', { step: 'collected', at: at(10) })
    service.scan('P-1', { step: 'out', at: at(20), ...(service === track17 ? { text: 'On the van' } : {}) })
    service.scan('P-1', { step: 'delivered', at: at(30) })
    await service.pushes.settled()
    // an old report comes once more, long after
    service.tell('P-1', 2)
    await service.pushes.settled()
    expect(new Set(service.pushes.sent.map(({ status }) => status))).toEqual(new Set([200]))
    expect(service.pushes.sent.length).toBeGreaterThan(5)
  }
  const found = await heard('P-1', 8)
  expect(found).toMatchObject({
    tracking: 'P-1',
    status: 'delivered',
    at: '2026-11-23T09:30:00.000Z',
    carrier: 'fedex',
    deliveredAt: '2026-11-23T09:30:00.000Z',
    events: 8,
    shipments: [{ key: 'warehouse/S1' }],
    findings: [],
  })
  expect(
    found.timeline.map(({ status, told }: { status: string; told: { connection: string }[] }) => [
      status,
      told.map(({ connection }) => connection).sort(),
    ]),
  ).toEqual([
    ['pre-transit', ['easypost', 'track17']],
    ['in-transit', ['easypost', 'track17']],
    ['out-for-delivery', ['easypost', 'track17']],
    ['delivered', ['easypost', 'track17']],
  ])
  expect((await run('ledger verify')).code).toBe(0)
})

test('Kuaidi100 is asked with a phone for 顺丰, answers twice for one number, and pushes forms', async () => {
  const contacts = [{ channel: 'phone', value: '13800138000' }]
  await ship('S2', 'sf-express', ['SF-1', 'SF-2'], { to: { address: { city: 'Hangzhou', country: 'CN', contacts } } })
  expect(await watched(kuaidi100, 'SF-2')).toBe(true)
  // the same shipment again, changed: its parcels are subscribed already, and that is as good
  await ship('S2', 'sf-express', ['SF-1', 'SF-2', 'SF-3'], { to: { address: { city: 'Hangzhou', country: 'CN', contacts } } })
  expect(await watched(kuaidi100, 'SF-3')).toBe(true)
  kuaidi100.scan('SF-1', { step: 'collected', at: new Date('2026-11-23T01:00:00Z'), city: '宁波市' })
  kuaidi100.scan('SF-1', { step: 'locker', at: new Date('2026-11-23T16:30:05Z'), city: '杭州市' })
  await kuaidi100.pushes.settled()
  expect(kuaidi100.pushes.sent.map(({ status, answer }) => [status, answer])).toEqual([
    [200, '{"result":true,"returnCode":"200","message":"成功"}'],
    [200, '{"result":true,"returnCode":"200","message":"成功"}'],
  ])
  const found = await heard('SF-1', 2)
  expect(found).toMatchObject({ status: 'available-for-pickup', at: '2026-11-23T16:30:05.000Z', carrier: 'sf-express' })
  const done = await until(
    () => rows('deliveries --connection kuaidi100'),
    (found) => found.every(({ state }) => state === 'delivered'),
  )
  expect(done).toHaveLength(2)
})

test('顺丰 without a phone is not asked for: the delivery is dead, and says what is missing', async () => {
  await ship('S3', 'sf-express', ['SF-9'])
  const [dead] = await until(
    () => rows('deliveries --connection kuaidi100 --state dead'),
    (found) => found.length > 0,
  )
  expect(dead).toMatchObject({ type: 'shipment', key: 'warehouse/S3' })
  expect((await run(`dead show ${dead.id}`)).out).toMatch(/phone/)
  expect(kuaidi100.mail.parcels.has('SF-9')).toBe(false)
})

test('all parcels of a shipment are registered in one call', async () => {
  const before = track17.counts['POST /track/v2.4/register'] ?? 0
  await ship('S4', 'fedex', ['P-4', 'P-5'])
  expect(await watched(track17, 'P-5')).toBe(true)
  expect(track17.mail.parcels.has('P-4')).toBe(true)
  expect(track17.counts['POST /track/v2.4/register']).toBe(before + 1)
})

test('scans that come before their shipment wait for it', async () => {
  easypost.mail.register('P-7', 'FedEx')
  easypost.scan('P-7', { step: 'collected', at: new Date('2026-11-23T08:00:00Z') })
  await easypost.pushes.settled()
  expect(await heard('P-7', 1)).toMatchObject({ status: 'in-transit', shipments: [] })
  await ship('S7', 'fedex', ['P-7'])
  const found = await until(
    () => parcel('P-7'),
    ({ shipments }) => shipments.length > 0,
  )
  expect(found.shipments).toMatchObject([{ key: 'warehouse/S7' }])
})

test('a value of a scan leads back to its place in the report', async () => {
  const found = await parcel('P-1')
  const told = found.timeline[2].told.find(({ connection }: { connection: string }) => connection === 'track17')
  const explained = await json(`explain tracking-event ${told.document} text`)
  expect(explained).toMatchObject({ value: 'On the van', source: { connection: 'track17', stream: 'parcels', key: 'P-1' } })
  expect(explained.raw[0].path).toMatch(/^track_info\.tracking\.providers\.0\.events\.\d+\.description$/)
})
