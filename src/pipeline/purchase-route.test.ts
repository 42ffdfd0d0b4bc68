import { afterEach, expect, test } from 'vitest'
import type { Author } from '../ledger/books.ts'
import { amendOrder, createOrder, moveOrder } from '../ledger/purchase-commands.ts'
import type { Books, LedgerDocument } from '../ledger/types.ts'
import { deliveriesOf } from '../store/delivery.ts'
import { dutiesOf, knowLamp } from '../testing/bed-questions.ts'
import { type Bed, bedTenant, openBed, toErp } from '../testing/pipeline-bed.ts'
import { writeLedger } from './ledger-write.ts'

let bed: Bed
afterEach(() => bed.close())

const author: Author = { actor: 'key-1', why: 'by phone' }
const key = 'hub/PO-2026-00001'
const command = async (work: (books: Books) => Promise<LedgerDocument>) => {
  const { ring } = await bed.database.write((tx) => writeLedger(tx, bed.context, work))
  ring()
  await bed.drain()
}

test('an order of the hub goes to its seller once it is issued, with its amendments and its end', async () => {
  bed = await openBed()
  await knowLamp(bed)
  bed.change({ routes: [{ ...toErp, id: 'po-to-seller', document: 'purchase-order', when: ({ status }) => status !== 'draft' }] })
  const { validate } = bed.context.catalogue()
  const document = {
    issueDate: '2026-11-23',
    buyer: { name: 'Harbour' },
    seller: { name: 'Ningbo' },
    currency: 'USD',
    taxBasis: 'none',
    lines: [{ product: { ref: { type: 'product', key: 'LAMP' }, sku: 'LAMP' }, quantity: '2', unit: 'C62', unitPrice: '5.00' }],
  }
  await command((books) => createOrder(books, { document, issue: false, author }, validate))
  expect([await dutiesOf(bed), bed.partner.sales.size]).toEqual([[], 0])

  await command((books) => moveOrder(books, { key, to: 'issued', from: 'draft', author }, validate))
  const [sale] = bed.partner.sales.values()
  expect(sale).toMatchObject({ state: 'open', body: { reference: key, total: '10.00', lines: [{ quantity: '2' }] } })

  await command((books) => amendOrder(books, { key, changes: { lines: [{ key: '1', quantity: '3' }] }, author }, validate))
  expect(bed.partner.sales.get(sale?.id ?? 0)?.body).toMatchObject({ total: '15.00', lines: [{ quantity: '3' }] })

  await command((books) => moveOrder(books, { key, to: 'cancelled', author }, validate))
  expect(bed.partner.sales.get(sale?.id ?? 0)).toMatchObject({ state: 'cancelled' })
  expect(bed.partner.sales.size).toBe(1)
  const sent = await deliveriesOf(bed.database.read, bedTenant, { type: 'purchase-order', key }, 10)
  expect(sent.map(({ op, state, document_version, partner_key }) => [op, state, document_version, partner_key])).toEqual([
    ['cancel', 'delivered', 4, String(sale?.id)],
    ['change', 'delivered', 3, String(sale?.id)],
    ['create', 'delivered', 2, String(sale?.id)],
  ])
})
