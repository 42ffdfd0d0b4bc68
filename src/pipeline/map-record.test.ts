import { afterEach, expect, test } from 'vitest'
import type { Connector } from '../connector/types.ts'
import { openBooks } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { addLink } from '../ledger/links.ts'
import { hook, knowLamp } from '../testing/bed-questions.ts'
import { type Bed, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import { release } from './release.ts'

/** The tiny shop, telling of its articles by webhook under their number there. */
function shopWithArticles(foreign: 'park' | 'ignore'): Connector {
  const { items } = tinyShop.streams
  const { webhook } = tinyShop
  if (items === undefined || webhook === undefined) return expect.unreachable()
  const identifiers = [{ scheme: 'sku', path: 'sku' }]
  const articles = {
    ...items,
    schema: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
    key: 'id',
    parts: [
      { document: 'product', mapping: 'tiny/item', mode: 'replace' as const, identity: { kind: 'mirror' as const, identifiers, foreign } },
    ],
  }
  return {
    ...tinyShop,
    streams: { ...tinyShop.streams, articles },
    webhook: { ...webhook, topics: { ...webhook.topics, article: { stream: 'articles', carries: 'whole', records: '' } } },
  }
}

let bed: Bed
afterEach(() => bed.close())

async function article(record: object): Promise<void> {
  await hook(bed, record, 'article')
  await bed.drain()
}
const articles = () =>
  bed.database.read
    .selectFrom('envelope')
    .select(['key', 'state', 'reason', 'waits_for'])
    .where('stream', '=', 'articles')
    .where('connection', '=', 'shop')
    .orderBy('id')
    .execute()
const linksOfShop = () =>
  bed.database.read
    .selectFrom('link')
    .select(['external_key', 'key', 'linked_by'])
    .where('connection', '=', 'shop')
    .where('external_key', '=', '9')
    .execute()

test('an article that names no product of ours waits to be linked, and a person links it', async () => {
  bed = await openBed({ shop: shopWithArticles('park') })
  await knowLamp(bed)
  await article({ id: 9, name: 'Gift wrap' })
  expect(await articles()).toEqual([{ key: '9', state: 'parked', reason: 'unidentified', waits_for: 'external:product/shop/9' }])
  await bed.database.write(async (tx) => {
    const books = await openBooks(tx, { tenant: bedTenant, now: bed.clock.now, newId: bed.context.newId, revision: 'r' })
    await addLink(books, { type: 'product', connection: 'shop', externalKey: '9', key: 'LAMP', linkedBy: 'person' })
    await release(tx, bedTenant, (await finish(books)).links, bed.clock.now)
  })
  await bed.drain()
  expect(await articles()).toMatchObject([{ state: 'unchanged' }])
  expect(await linksOfShop()).toEqual([{ external_key: '9', key: 'LAMP', linked_by: 'person' }])
})

test('an article that is given its number later is linked by it, and what waited is settled', async () => {
  bed = await openBed({ shop: shopWithArticles('park') })
  await knowLamp(bed)
  await article({ id: 9, name: 'Lamp' })
  await article({ id: 9, name: 'Lamp', sku: 'LAMP' })
  expect((await articles()).map(({ state }) => state)).toEqual(['unchanged', 'applied'])
  expect(await linksOfShop()).toEqual([{ external_key: '9', key: 'LAMP', linked_by: 'identifier' }])
  expect(await bed.database.read.selectFrom('document').select('version').where('type', '=', 'product').execute()).toEqual([{ version: 1 }])
})

test('where the workspace does not care for foreign articles, one without a number is set aside', async () => {
  bed = await openBed({ shop: shopWithArticles('ignore') })
  await article({ id: 9, name: 'Gift wrap' })
  expect(await articles()).toEqual([{ key: '9', state: 'ignored', reason: 'filtered', waits_for: null }])
})

test('a number that no column holds is told as such', async () => {
  bed = await openBed({ shop: shopWithArticles('park') })
  await article({ id: 9, sku: 'x'.repeat(191) })
  await article({ id: 10, sku: 'x'.repeat(192) })
  expect((await articles()).map(({ state, reason }) => `${state}/${reason}`)).toEqual(['parked/unidentified', 'dead/invalid'])
  const { detail } = await bed.database.read.selectFrom('envelope').select('detail').where('key', '=', '10').executeTakeFirstOrThrow()
  expect(detail).toContain('its sku at sku is longer than 191 characters')
})
