import { afterEach, expect, test } from 'vitest'
import { authorDocument } from '../ledger/author.ts'
import { snapshotStock } from '../ledger/move-stock.ts'
import type { Offer } from '../ledger/offer.ts'
import type { Books } from '../ledger/types.ts'
import { knowLamp, later } from '../testing/bed-questions.ts'
import { type Bed, openBed, toShop } from '../testing/pipeline-bed.ts'
import { writeLedger } from './ledger-write.ts'

let bed: Bed
afterEach(() => bed.close())

const offer: Offer = { connection: 'shop', locations: [], share: 40_000_000n, buffers: [{ kind: 'quantity', amount: 5_000_000n }] }
const open = async (rules?: Offer) => {
  bed = await openBed({ routes: [toShop] })
  await knowLamp(bed)
  if (rules !== undefined) bed.change({ setups: [{ name: 'shop', offer: rules }] })
  bed.partner.stock.set(7, 100)
  bed.partner.shown.set('LAMP', 100)
  await bed.drain(bed.context, ['stock', 'orders'])
}
const there = async (quantity: number) => {
  bed.partner.stock.set(7, quantity)
  await later(bed, 60_000, ['stock', 'orders'])
  await later(bed, 2000, ['orders'])
}
const by = { author: { actor: 'test', why: null }, fits: () => undefined }
const write = async (work: (books: Books) => Promise<unknown>) => {
  const { ring } = await bed.database.write((tx) => writeLedger(tx, bed.context, work))
  ring()
  await bed.drain()
  await later(bed, 2000, ['orders'])
}
/** A place of the hub's own beside the one that the ERP counts. */
const annex = async (quantity: string) => {
  await write((books) => authorDocument(books, { type: 'location', key: 'ANNEX', body: { name: 'Annex' }, ...by }, by.fits))
  const asOf = new Date(bed.clock.now).toISOString()
  await write((books) => snapshotStock(books, [{ product: 'LAMP', location: 'ANNEX', quantity }], asOf, by))
}
const sent = () =>
  bed.partner.requests
    .filter(({ method, path }) => method === 'PUT' && path.startsWith('/shop/stock'))
    .map(({ body }) => JSON.parse(body).quantity)
const lanes = async () =>
  new Set((await bed.database.read.selectFrom('delivery').select('key').where('connection', '=', 'shop').execute()).map(({ key }) => key))

test('a push sends what the channel may sell of what is available', async () => {
  await open(offer)
  await there(90)
  expect(sent()).toEqual([34])
  await there(12)
  expect(sent()).toEqual([34, 2])
})

test('without an offer a push sends all that is available', async () => {
  await open()
  await there(90)
  expect(sent()).toEqual([90])
})

test('the sum of several locations is pushed where the offer names them, under the first of them', async () => {
  await open({ ...offer, locations: ['MAIN', 'ANNEX'] })
  await there(90)
  await annex('20')
  expect(sent()).toEqual([34, 42])
  expect(await lanes()).toEqual(new Set(['MAIN/LAMP']))
})

test('a location that the offer does not name is neither counted nor pushed', async () => {
  await open({ ...offer, locations: ['MAIN'] })
  await there(90)
  await annex('20')
  expect(new Set(sent())).toEqual(new Set([34]))
  expect(await lanes()).toEqual(new Set(['MAIN/LAMP']))
})

test('a duty for a stock level that an offer has left out since is not sent', async () => {
  await open()
  await there(90)
  await annex('20')
  bed.partner.intercept = (request, usual) => (request.path.startsWith('/shop/stock') ? { status: 503, body: {} } : usual())
  const asOf = new Date(bed.clock.now).toISOString()
  await write((books) => snapshotStock(books, [{ product: 'LAMP', location: 'ANNEX', quantity: '30' }], asOf, by))
  bed.change({ setups: [{ name: 'shop', offer: { ...offer, locations: ['MAIN'] } }] })
  bed.partner.intercept = (_, usual) => usual()
  await later(bed, 60_000, ['orders'])
  const rows = await bed.database.read.selectFrom('delivery').select(['state', 'reason']).where('key', '=', 'ANNEX/LAMP').execute()
  expect(rows.at(-1)).toEqual({ state: 'cancelled', reason: 'not-offered' })
})
