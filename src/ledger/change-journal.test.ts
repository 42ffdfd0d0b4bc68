import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalJson, type JsonObject } from '../model/json.ts'
import { keyedDifferences, pointerOf } from '../model/keyed-difference.ts'
import { authorDocument } from './author.ts'
import { type ChangeEntry, changeJournal, firstPlace } from './change-journal.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, purchase, purchaseLine, receipt, record, ref } from './ledger-kit.ts'
import { history } from './read.ts'

let kit: LedgerKit
beforeAll(async () => {
  kit = await openLedgerKit()
  await kit.apply(...masterData)
})
afterAll(() => kit.database.close())

const fits = () => undefined

/** All pages, of `limit` entries each. */
async function allOf(type: string, key: string, limit: number): Promise<readonly ChangeEntry[]> {
  const entries: ChangeEntry[] = []
  for (let place: Parameters<typeof changeJournal>[3] | undefined = firstPlace; place !== undefined; ) {
    const { items, next } = await changeJournal(kit.database.read, kitTenant, { type, key }, place, limit)
    expect(items.length).toBeLessThanOrEqual(limit)
    entries.push(...items)
    place = next
  }
  return entries
}

const shown = (entries: readonly ChangeEntry[]) =>
  entries.slice(1).map(({ steps, before, after, version }) => [version, pointerOf(steps), before, after])

test('who, when, from what to what, why: for every field, and for what follows from other documents', async () => {
  await kit.apply(purchase('1', [purchaseLine('7', 'A', '5'), purchaseLine('8', 'B', '1')]))
  await kit.apply(receipt('g1', ref('purchase-order', 'erp', '1'), [{ orderLine: { key: '7' }, product: { sku: 'A' }, accepted: '2' }]))
  await kit.apply(purchase('1', [purchaseLine('8', 'B', '1'), purchaseLine('7', 'A', '3', { requirement: 'blue' })]))
  const entries = await allOf('purchase-order', 'erp/1', 100)
  expect(entries[0]).toMatchObject({
    sequence: 1,
    steps: [],
    change: 'added',
    version: 1,
    envelope: 'envelope-erp-1',
    mapping: 'm1',
    revision: 'r1',
    actor: null,
  })
  expect(shown(entries)).toEqual([
    [null, '/fulfilment', 'none', 'part'],
    [null, '/lines/7/received', '0', '24'],
    [2, '/lines/7/quantity', '5', '3'],
    [2, '/lines/7/requirement', null, 'blue'],
    [2, '/lines', ['7', '8'], ['8', '7']],
  ])
  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
  expect(entries.filter(({ derived }) => derived).map(({ envelope }) => envelope)).toEqual(['envelope-erp-g1', 'envelope-erp-g1'])
})

test("a command's author and reason stand at every field that it changed", async () => {
  const put = (quantity: string, why: string) =>
    kit.work((books) =>
      authorDocument(
        books,
        {
          type: 'purchase-order',
          key: 'hub/P-1',
          body: {
            number: 'P-1',
            status: 'issued',
            currency: 'EUR',
            lines: [{ ...purchaseLine('1', 'A', quantity), requirement: quantity }],
          },
          author: { actor: 'key-1', why },
        },
        fits,
      ),
    )
  await put('5', 'fair')
  await put('6', 'one more')
  const entries = await allOf('purchase-order', 'hub/P-1', 2)
  expect(entries.slice(1).map(({ steps, actor, why }) => [pointerOf(steps), actor, why])).toEqual([
    ['/lines/1/quantity', 'key-1', 'one more'],
    ['/lines/1/requirement', 'key-1', 'one more'],
  ])
})

const leaf = fc.constantFrom('1', '2', '3')
const line = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), quantity: leaf, requirement: leaf }, { requiredKeys: ['key'] })
const body = fc.record(
  {
    note: leaf,
    shipTo: fc.record({ city: leaf, code: leaf }, { requiredKeys: [] }),
    lines: fc.uniqueArray(line, { selector: ({ key }) => key }),
  },
  { requiredKeys: [] },
)

test('page by page, the entries are what differs between the versions that follow each other', { timeout: 60_000 }, async () => {
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 4 }), async (bodies, limit) => {
      const name = String(++number)
      for (const each of bodies) await kit.apply(record('crm', 'party', name, each as JsonObject))
      const versions = await history(kit.database.read, kitTenant, 'party', `crm/${name}`)
      const expected = versions.flatMap(({ version, body: after }, place) =>
        [...keyedDifferences(versions[place - 1]?.body, after)].map((change) => ({ ...change, version })),
      )
      const entries = await allOf('party', `crm/${name}`, limit)
      expect(
        canonicalJson(entries.map(({ steps, change, before, after, version }) => ({ steps, change, before, after, version })) as never),
      ).toBe(canonicalJson(expected as never))
      expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, place) => place + 1))
    }),
    { numRuns: 60 },
  )
})

test('of a document with thousands of versions, a page reads little more than it shows', { timeout: 60_000 }, async () => {
  const { database } = kit
  const many = 3000
  for (let from = 0; from < many; from += 500)
    await kit.work(async (books) => {
      for (let n = from; n < from + 500; n++)
        await authorDocument(
          books,
          { type: 'party', key: 'hub/long', body: { name: String(n) }, author: { actor: 'key-1', why: null } },
          fits,
        )
    })
  let rows = 0
  const counted = database.read.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      rows += result.rows.length
      return result
    },
  })
  const { items, next } = await changeJournal(counted, kitTenant, { type: 'party', key: 'hub/long' }, firstPlace, 50)
  expect(rows).toBeLessThan(120)
  expect(items).toHaveLength(50)
  expect(next).toMatchObject({ sequence: 50 })
  const all = await allOf('party', 'hub/long', 500)
  expect(all).toHaveLength(many)
  expect(all.at(-1)).toMatchObject({ before: String(many - 2), after: String(many - 1), sequence: many })
})
