import { afterAll, beforeAll, expect, test } from 'vitest'
import { findingKinds } from '../ledger/finding-codes.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { saveFindings } from '../store/finding.ts'
import type { FindingTable } from '../store/tables.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'
import { documentRow, insertRows } from './test-rows.ts'

const hour = 3_600_000
const day = 24 * hour
let hub: TestHub
const row = (key: string, code: string, openedAt: number, more: Partial<FindingTable> = {}): FindingTable => ({
  tenant,
  type: 'sales-order',
  key,
  code,
  path: '',
  detail: '{"difference":"1"}',
  state: 'open',
  opened_at: openedAt,
  closed_at: null,
  owner: null,
  owned_at: null,
  closed_by: null,
  accepted: null,
  ...more,
})
beforeAll(async () => {
  hub = await openTestHub()
  const now = hub.clock.now
  await hub.context.database.write(async (tx) => {
    await insertRows(tx, { documents: [documentRow(tenant, 'party', 'ningbo'), documentRow(tenant, 'sales-order', 'a')] })
    await saveFindings(tx, [
      row('a', 'quantity-variance', now - 2 * day),
      row('b', 'oversold', now - 40 * day, { owner: 'person/anna' }),
      row('c', 'does-not-foot', now - 2 * day),
      row('d', 'does-not-foot', now - day),
      row('e', 'quantity-variance', now - 9 * day, { state: 'closed', closed_at: now - 8 * day }),
      row('f', 'of-another-hub', now - hour),
    ])
    await saveFindings(tx, [row('x', 'oversold', now - 99 * day, { tenant: 'other' })])
  })
})
afterAll(() => hub.close())

const get = async (query: string) => (await hub.ask('GET', `/v1/findings${query}`)).json
const items = (answer: JsonObject): readonly JsonObject[] => (Array.isArray(answer.items) ? (answer.items as JsonObject[]) : [])
const keys = async (query: string) => items(await get(query)).map(({ key }) => key)
const idOf = async (key: string) => String(items(await get(`?key=${key}`))[0]?.id)
const post = (id: string, what: string, json: Json) => hub.ask('POST', `/v1/findings/${id}/${what}`, { json })

test('the queue is listed by age, owner, severity and code, page by page', async () => {
  expect(await keys('?state=open&order=age')).toEqual(['b', 'a', 'c', 'd', 'f'])
  const walked: Json[] = []
  for (let after: Json | undefined = ''; typeof after === 'string'; ) {
    const page: JsonObject = await get(`?state=open&order=age&limit=1${after === '' ? '' : `&after=${after}`}`)
    walked.push(...items(page).map(({ key }) => key ?? null))
    after = page.next
  }
  expect(walked).toEqual(['b', 'a', 'c', 'd', 'f'])
  expect(await keys('?state=open&owner=person/anna')).toEqual(['b'])
  expect(await keys('?state=open&owner=none')).toEqual(['a', 'c', 'd', 'f'])
  expect(await keys('?state=open&severity=urgent')).toEqual(['b'])
  expect(await keys('?state=open&olderThan=2d')).toEqual(['a', 'b', 'c'])
  expect(items(await get('?key=b'))).toMatchObject([
    { severity: 'urgent', action: 'reread', owner: { kind: 'person', name: 'anna' }, ageSeconds: (40 * day) / 1000 },
  ])
})

test('counts by band, with the owner, add up to what is open', async () => {
  const { total, counts } = (await hub.ask('GET', '/v1/findings/counts')).json
  expect(total).toBe(5)
  expect(counts).toEqual([
    { band: '1d', code: 'does-not-foot', severity: 'wrong', owner: null, count: 1 },
    { band: '1d', code: 'of-another-hub', severity: 'notice', owner: null, count: 1 },
    { band: '3d', code: 'does-not-foot', severity: 'wrong', owner: null, count: 1 },
    { band: '3d', code: 'quantity-variance', severity: 'wrong', owner: null, count: 1 },
    { band: 'older', code: 'oversold', severity: 'urgent', owner: 'person/anna', count: 1 },
  ])
  const { text } = await hub.ask('GET', '/metrics')
  expect(text).toContain('crossdock_findings_age{band="older",severity="urgent"} 1')
})

test('every code has an action and words in both languages', async () => {
  const { items: kinds } = (await hub.ask('GET', '/v1/finding-kinds')).json
  expect((kinds as JsonObject[]).map(({ code }) => code)).toEqual(Object.keys(findingKinds))
  for (const { code, en, zh } of kinds as { code: string; en: JsonObject; zh: JsonObject }[]) {
    expect(en.what, code).toMatch(/^[A-Z].*\.$/)
    expect(zh.what, code).toMatch(/\p{Script=Han}.*。$/u)
    expect([en.action, zh.action], code).not.toContain(undefined)
  }
})

test('an owner is a person, or a party the ledger knows; nobody again', async () => {
  const id = await idOf('a')
  expect((await post(id, 'assign', { owner: { kind: 'party', name: 'nobody-here' } })).status).toBe(409)
  expect((await post(id, 'assign', { owner: { kind: 'party', name: 'ningbo' } })).json).toMatchObject({
    owner: { kind: 'party', name: 'ningbo' },
  })
  expect(await keys('?owner=party/ningbo')).toEqual(['a'])
  expect((await post(id, 'assign', { owner: null })).json).toMatchObject({ owner: null, ownedAt: null })
})

test('what is proposed is done once: accepted, with who and why in the journal', async () => {
  const id = await idOf('a')
  expect((await post(id, 'act', { note: 'agreed by phone' })).json).toMatchObject({
    state: 'closed',
    accepted: 'same',
    closedBy: expect.any(String),
  })
  expect((await post(id, 'act', { note: 'again' })).status).toBe(409)
  const [line] = await hub.context.database.read.selectFrom('journal').selectAll().where('key', '=', 'a').execute()
  expect(line).toMatchObject({ kind: 'finding-closed', why: 'agreed by phone' })
  expect(JSON.parse(line?.detail ?? '')).toMatchObject({ code: 'quantity-variance', action: 'accept' })
})

test('an action that has nothing to act on says so and leaves the finding', async () => {
  const answer = await post(await idOf('b'), 'act', { note: 'x' })
  expect(answer.status).toBe(422)
  expect(answer.json.detail).toContain('there is no document behind this finding')
  expect(await keys('?state=open&code=oversold')).toEqual(['b'])
})
