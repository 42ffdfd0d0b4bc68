import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFindings, type ReconcileReport } from '../pipeline/reconcile-report.ts'
import { insertReport } from '../store/report.ts'
import type { ReportTable } from '../store/tables.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub()
})
afterEach(() => hub.close())

const evil = '<script>alert("x")</script>'
const part: ReconcileReport = {
  connection: 'shop-us',
  stream: 'orders',
  from: null,
  until: null,
  heal: 'none',
  dryRun: false,
  beganAt: '2026-11-23T09:00:00.000Z',
  endedAt: '2026-11-23T09:00:01.000Z',
  same: false,
  records: 1,
  counts: { ...openFindings().counts, 'edited-there': 1 },
  days: [],
  differences: [
    {
      kind: 'edited-there',
      type: 'sales-order',
      day: '2026-11-23',
      externalKey: evil,
      key: 'shop-us/1',
      byItself: false,
      detail: evil,
      changes: [{ path: 'note', before: evil, after: { text: evil } }],
      heal: null,
    },
  ],
}
const row = (id: string, more: Partial<ReportTable> = {}): ReportTable => ({
  tenant,
  id,
  connection: 'shop-us',
  from_day: null,
  until_day: null,
  heal: 'none',
  dry_run: 0,
  same: 0,
  differences: 1,
  body: JSON.stringify([part]),
  asked_by: 'test',
  created_at: hub.clock.now,
  ...more,
})
const insert = (...rows: readonly ReportTable[]) =>
  hub.context.database.write(async (tx) => {
    for (const one of rows) await insertReport(tx, one)
  })

test('a page shows what a partner wrote and runs nothing of it', async () => {
  await insert(row('R1'))
  const answer = await hub.ask('GET', '/v1/reports/R1/page?lang=zh')
  expect(answer.text).not.toContain('<script')
  expect(answer.text.split('&lt;script&gt;').length).toBe(5)
  expect(answer.text).toContain('对方已改')
})

test('reports are of one tenant, and only the newest hundred of a connection are kept', async () => {
  await insert(row('X1', { tenant: 'other' }), ...Array.from({ length: 102 }, (_, at) => row(`R${String(at).padStart(3, '0')}`)))
  expect((await hub.ask('GET', '/v1/reports/X1')).status).toBe(404)
  expect((await hub.ask('GET', '/v1/reports/R001')).status).toBe(404)
  expect((await hub.ask('GET', '/v1/reports/R002')).json).toMatchObject({ differences: 1, parts: [{ counts: { 'edited-there': 1 } }] })
  expect((await hub.ask('GET', '/v1/reports?limit=500')).json.items).toHaveLength(100)
})

test('what is not there or cannot be is said', async () => {
  const ask = async (connection: string, json: object) =>
    (await hub.ask('POST', `/v1/connections/${connection}/reconcile`, { json: { ...json } })).status
  expect(await ask('nobody', {})).toBe(404)
  expect(await ask('shop-us', { stream: 'nothing' })).toBe(404)
  expect(await ask('shop-us', { from: '2026-13-40' })).toBe(400)
  expect(await ask('shop-us', { from: '2026-11-23', until: '2026-11-01' })).toBe(400)
  expect(await ask('shop-us', { heal: 'magic' })).toBe(400)
})
