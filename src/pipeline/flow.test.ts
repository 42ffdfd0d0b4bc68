import { afterEach, expect, test } from 'vitest'
import { type Bed, type BedOptions, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { restState } from './at-rest.ts'
import { openReceiver } from './receive.ts'

let bed: Bed
afterEach(() => bed.close())
const open = async (options?: BedOptions) => {
  bed = await openBed(options)
  return bed
}

const states = async (table: 'envelope' | 'delivery') =>
  (await bed.database.read.selectFrom(table).select(['state', 'reason']).orderBy('id').execute()).map(({ state, reason }) => (reason === null ? state : `${state}/${reason}`))

/** The article is known in the ERP, so that orders of it can go there. */
async function knowLamp() {
  bed.partner.articles.push({ id: 7, code: 'LAMP' })
  bed.partner.items.push('LAMP')
  await bed.drain(bed.context, ['articles'])
  await bed.drain(bed.context, ['items'])
}

test('an order that came by webhook becomes one sale in the ERP, with its line translated', async () => {
  await open()
  await knowLamp()
  const receiver = openReceiver(bed.context)
  const body = JSON.stringify(tinyOrder(1))
  expect(await receiver.receive('shop', bed.signed(body, 'order', 'e1'), Buffer.from(body), bed.clock.now)).toEqual({ status: 202, contentType: 'text/plain', body: 'ok' })
  await bed.drain()
  expect([...bed.partner.sales.values()].map(({ body }) => body)).toEqual([{ reference: 'shop/1', total: '10.00', lines: [{ number: '1', article: '7', quantity: '1' }] }])
  expect(await states('delivery')).toEqual(['delivered'])
  const links = await bed.database.read.selectFrom('link').select(['external_key', 'key', 'linked_by', 'version']).where('connection', '=', 'erp').where('type', '=', 'sales-order').execute()
  expect(links).toEqual([{ external_key: '1', key: 'shop/1', linked_by: 'delivery', version: '00000000000000000001' }])
  expect(await restState(bed.context)).toMatchObject({ atRest: true, waiting: { blockedDeliveries: 0, parkedDeliveries: 0 } })
  expect(bed.said).toEqual([])
})
