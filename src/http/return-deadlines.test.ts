import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { masterData, record, ref, sale, saleLine } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import type { JsonObject } from '../model/json.ts'
import { dueReturns } from '../pipeline/due-returns.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

const hourMs = 3_600_000
let hub: TestHub
async function apply(...records: readonly Incoming[]) {
  const { database, newId } = hub.context
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision: 'r1' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}
const aftersale = (key: string, status: string, more: JsonObject = {}) =>
  record('shop-us', 'return', key, {
    order: ref('sales-order', 'shop-us', '1'),
    kind: 'refund-only',
    status,
    requestedAt: '2026-11-23T08:00:00.000Z',
    ...more,
  })
beforeAll(async () => {
  hub = await openTestHub({
    returns: { warnMs: 2 * hourMs, deadlines: { answerMs: 10 * hourMs, finishMs: 72 * hourMs }, autoApprove: () => undefined },
  })
  await apply(...masterData, sale('shop-us', '1', [saleLine('1', 'A', '4')]))
  await apply(
    aftersale('told', 'requested', { deadline: '2026-11-23T12:00:00.000Z' }),
    aftersale('untold', 'requested'),
    aftersale('agreed', 'approved'),
    aftersale('over', 'closed'),
    record('shop-us', 'return', 'timeless', { order: ref('sales-order', 'shop-us', '9'), kind: 'return', status: 'requested' }),
  )
})
afterAll(() => hub.close())

const items = ({ json }: { readonly json: JsonObject }) => json.items as unknown as readonly JsonObject[]

test('what says no deadline is due by the settings: an answer first, then its end; the most urgent comes first, page by page', async () => {
  const list = async (before: string) => {
    const seen: unknown[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page = await hub.ask('GET', `/v1/returns?limit=1&dueBefore=${before}${after === '' ? '' : `&after=${after}`}`)
      seen.push(...items(page).map(({ key, deadline }) => [key, deadline]))
      after = page.json.next as string | null
    }
    return seen
  }
  const [told, untold, agreed] = [
    ['shop-us/told', '2026-11-23T12:00:00.000Z'],
    ['shop-us/untold', '2026-11-23T18:00:00.000Z'],
    ['shop-us/agreed', '2026-11-26T08:00:00.000Z'],
  ]
  expect(await list('2026-11-30T00:00:00Z')).toEqual([told, untold, agreed])
  expect(await list('2026-11-23T18:00:00.001Z')).toEqual([told, untold])
  expect(await list('2026-11-23T18:00:00Z')).toEqual([told])
  expect((await hub.ask('GET', '/v1/returns/one?key=shop-us%2Fover')).json.deadline).toBeNull()
})

test('alarms tell before and after it, and what was answered is due later', async () => {
  const due = async (time: string) => (await dueReturns(hub.context, Date.parse(time))).map(({ subject, detail }) => [subject, detail])
  expect(await due('2026-11-23T17:00:00Z')).toEqual([
    ['returns/due', { count: 1, first: 'shop-us/untold' }],
    ['returns/late', { count: 1, first: 'shop-us/told' }],
  ])
  await apply(aftersale('told', 'rejected'), aftersale('untold', 'travelling'))
  expect(await due('2026-11-23T17:00:00Z')).toEqual([])
  expect(await due('2026-11-26T07:00:00Z')).toEqual([['returns/due', { count: 2, first: 'shop-us/agreed' }]])
})
