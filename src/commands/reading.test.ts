import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planRow } from '../http/test-rows.ts'
import { type Hub, startHub } from '../main.ts'
import { settleAlarms } from '../pipeline/alarms.ts'
import { countDown, forgetDowns } from '../store/connection.ts'
import { insertPlan } from '../store/plan.ts'
import { testShell } from '../testing/test-shell.ts'

/** A shop that nobody answers for: what is read is not the point here, how people steer it is. */
const workspace = {
  connections: {
    shop: {
      connector: 'woocommerce',
      books: 'HARBOUR',
      config: { url: 'http://127.0.0.1:9', consumerKey: 'ck_test', consumerSecret: 'cs_test', timeZone: 'America/New_York' },
      allowPrivate: ['127.0.0.0/8'],
      streams: {
        orders: {
          cron: '30 2 * * *',
          jitter: '1ms',
          misfire: 'skip',
          full: { every: '3d' },
          deletes: { cron: '0 4 * * 0', maxPercent: 10 },
        },
        products: { every: '5m', jitter: '1ms' },
      },
    },
  },
  settings: { watchMs: 3_600_000, publicUrl: 'https://hub.example' },
}

let folder: string
let hub: Hub
const run = (line: string, language: 'en' | 'zh' = 'en') => testShell({ folder, language }).run(line)
const json = async (line: string) => JSON.parse((await run(`${line} --json`)).out)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-reading-'))
  await writeFile(join(folder, 'crossdock.json'), JSON.stringify(workspace))
  hub = await startHub({
    workspace: folder,
    data: join(folder, 'data'),
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    watch: false,
    role: 'api',
  })
})
afterAll(async () => {
  await hub.stop(1000)
  await rm(folder, { recursive: true, force: true })
})

test('a connection shows when each stream is read next, what it waits for, and its jobs', async () => {
  const shop = await json('connection show shop')
  const [orders, products] = shop.streams
  expect(products).toMatchObject({ stream: 'products', timing: { everyMs: 300_000, cron: null }, firstRead: 'open', waitsFor: [] })
  expect(orders).toMatchObject({
    stream: 'orders',
    timing: { everyMs: null, cron: '30 2 * * *', timeZone: 'America/New_York', misfire: 'skip' },
    waitsFor: ['products'],
    jobs: [
      { job: 'full', timing: { everyMs: 259_200_000 } },
      { job: 'ids', timing: { cron: '0 4 * * 0', timeZone: 'America/New_York' } },
    ],
  })
  expect(shop.jobs).toMatchObject([{ job: 'subscription' }])
  const { out } = await run('connection show shop')
  expect(out).toMatch(/30 2 \* \* \* America\/New_York/)
  expect(out).toMatch(/every 300 s/)
  expect((await run('connection hook shop')).out).toMatch(/https:\/\/hub\.example\/hooks\//)
})

test('a stream is paused, its cursor set and reset, and who did it is told', async () => {
  expect((await run('connection cursor shop orders --set 2d')).code).not.toBe(0)
  expect((await run('connection pause shop orders')).out).toMatch(/shop orders is paused/)
  expect((await run('connection cursor shop orders --set 2026-11-01T00:00:00Z', 'zh')).out).toMatch(/2026-11-01T00:00:00/)
  expect(await json('connection cursor shop orders')).toMatchObject({
    firstRead: false,
    history: [{ act: 'cursor-set', who: 'local' }, { act: 'stream-paused' }],
  })
  expect(await json('connection cursor shop orders --reset')).toMatchObject({ time: null, firstRead: true })
  expect((await run('connection cursor shop orders --set 1d --reset')).code).toBe(2)
  expect((await run('connection resume shop orders')).out).toMatch(/read again/)
})

test('a range is asked for, listed and steered', async () => {
  const row = await json('pull shop orders --from 2026-11-01 --until 2026-11-02 --quiet --pages-per-minute 5')
  expect(row).toMatchObject({ state: 'open', from: '2026-11-01T00:00:00.000Z', quiet: true, pagesPerMinute: 5, askedBy: 'local' })
  expect((await run('backfills list --connection shop')).out).toMatch(row.id)
  expect((await run(`backfills pause ${row.id}`)).out).toMatch(/paused/)
  expect((await run(`backfills resume ${row.id}`)).out).toMatch(/open/)
  expect((await run(`backfills cancel ${row.id}`)).out).toMatch(/cancelled/)
  for (const wrong of ['pull shop --from 1d', 'pull shop orders --until 1d', 'pull shop orders --from 1d --pages-per-minute 0'])
    expect((await run(wrong)).code, wrong).toBe(2)
})

test('the first load has a table of counts', async () => {
  const { out } = await run('pull shop --baseline')
  expect(out).toMatch(/shop products: asked/)
  expect(out).toMatch(/first load of shop has not ended/)
  expect((await json('connection baseline shop')).streams.map(({ stream }: { stream: string }) => stream)).toEqual(['products', 'orders'])
  expect((await run('connection baseline shop --sign-off')).code).not.toBe(0)
})

test('a connection shows how often nobody answered, and when the next one asks', async () => {
  const { database, tenant } = hub.context
  const at = await database.now()
  expect((await run('connection show shop')).out).not.toContain('circuit')
  await database.write((tx) => countDown(tx, tenant, 'shop', at))
  expect((await run('connection show shop')).out).toContain('closed; tries in a row that found nobody: 1')
  for (let i = 0; i < 4; i++) await database.write((tx) => countDown(tx, tenant, 'shop', at))
  expect((await run('connection show shop', 'zh')).out).toMatch(/连续 5 次尝试无应答/)
  expect((await json('connection show shop')).circuit).toMatchObject({ downs: 5, askAt: new Date(at + 5000).toISOString() })
  await database.write((tx) => forgetDowns(tx, tenant, 'shop'))
})

test('plans are shown and decided, alarms are shown', async () => {
  const { context } = hub
  await context.database.write(async (tx) => {
    await insertPlan(tx, planRow('default', 'P1', { connection: 'shop' }))
    await insertPlan(tx, planRow('default', 'P2', { connection: 'shop' }))
    await settleAlarms(
      context,
      tx,
      [{ subject: 'stale/shop/orders', kind: 'stale', connection: 'shop', message: 'shop orders is stale' }],
      5,
    )
  })
  expect((await run('plans list --state held')).out).toMatch(/5 %/)
  expect((await run('plans show P1')).out).toMatch(/\n7\n8\n/)
  expect((await run('plans release P1')).out).toMatch(/released/)
  expect((await run('plans refuse P2', 'zh')).out).toMatch(/refused/)
  expect((await run('plans refuse P2')).code).not.toBe(0)
  expect((await run('audit --act plan-released')).out).toMatch(/local.*plan-released.*shop.*P1/)
  expect(await json('audit --connection shop --who local --since 1h --limit 1')).toMatchObject({
    act: 'plan-refused',
    detail: { id: 'P2' },
  })
  expect((await run('audit --since never')).code).not.toBe(0)
  expect((await run('alarms')).out).toMatch(/stale\/shop\/orders/)
  expect(await json('alarms --all')).toMatchObject({ kind: 'stale', state: 'open', notices: [] })
})
