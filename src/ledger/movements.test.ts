import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { JsonObject } from '../model/json.ts'
import { unbalanced } from '../store/movement.ts'
import { authorDocument } from './author.ts'
import {
  kitTenant,
  type LedgerKit,
  location,
  masterData,
  openLedgerKit,
  parcelLine,
  product,
  record,
  ref,
  sale,
  saleLine,
  stock,
} from './ledger-kit.ts'
import { countStock, type Movement, postMovement, reverseMovement, snapshotStock } from './move-stock.ts'
import type { NamedGoods } from './stock-command.ts'
import { receiveTransfer, returnToSupplier, sendTransfer } from './transfer-stock.ts'
import type { Books } from './types.ts'
import { verify } from './verify.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(
    ...masterData,
    location('ANNEX', 'ANNEX'),
    product('L', 'L', { tracking: 'lot' }),
    product('S', 'S', { tracking: 'serial' }),
  )
})
afterEach(async () => {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  expect(await unbalanced(kit.database.read, kitTenant, 10)).toEqual([])
  await kit.database.close()
})

const by = { author: { actor: 'key-1', why: null }, fits: () => undefined }
const command = async <T>(work: (books: Books) => Promise<T>): Promise<T> => (await kit.work(work)).result
const at = (clock: string) => `2026-11-23T${clock}:00.000Z`
const move = (given: Partial<Movement> & Pick<Movement, 'key' | 'from' | 'to' | 'quantity'>) =>
  command((books) => postMovement(books, { kind: 'adjust', product: 'A', movedAt: at('07:00'), ...given }, by))
const text = (value: number | bigint) => fromScaled(BigInt(value), quantityScale)
/** `location owner condition lot: on hand, reserved, in transit, available` */
async function shelves(of = 'A') {
  const rows = await kit.database.read
    .selectFrom('stock')
    .selectAll()
    .where('product', '=', of)
    .orderBy('location')
    .orderBy('owner')
    .orderBy('condition')
    .orderBy('lot')
    .execute()
  return rows.map(
    (row) =>
      `${[row.location, row.owner, row.condition === 'sellable' ? '' : row.condition, row.lot].filter((part) => part !== '').join(' ')}: ${[row.on_hand, row.reserved, row.in_transit, row.available].map(text).join(' ')}`,
  )
}
const findings = async (...codes: readonly string[]) =>
  (await kit.database.read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('code').execute())
    .filter(({ code }) => codes.length === 0 || codes.includes(code))
    .map(({ code, type, key, detail }) => ({ code, at: `${type} ${key}`, detail: JSON.parse(detail) }))
const partnerMove = (
  key: string,
  quantity: string,
  from: JsonObject,
  to: JsonObject,
  movedAt: string,
  more: JsonObject = {},
  connection = 'erp',
) =>
  record(connection, 'stock-movement', key, {
    status: 'posted',
    kind: 'transfer',
    product: { ref: ref('product', 'erp', 'A') },
    quantity,
    unit: 'EA',
    from,
    to,
    movedAt,
    ...more,
  })
const place = (key: string): JsonObject => ({ ref: ref('location', 'erp', key) })
const supplier = { virtual: 'supplier' }
const customer = { virtual: 'customer' }

describe('movements', () => {
  test('fill and empty a place; the same command happens once, another under its key is refused', async () => {
    const receipt = { key: 'hub/1', kind: 'receipt', from: ':supplier', to: 'MAIN', quantity: '2', unit: 'XCS' } as const
    expect([(await move(receipt)).version, (await move(receipt)).version]).toEqual([1, 1])
    await move({ key: 'hub/2', kind: 'scrap', from: 'MAIN', to: ':adjustment', quantity: '4' })
    expect(await shelves()).toEqual(['MAIN: 20 0 0 20'])
    await expect(move({ ...receipt, quantity: '3' })).rejects.toMatchObject({ detail: { code: 'key-taken', recovery: 'reject' } })
  })

  test('refused: more than is there, with the arithmetic', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '5' })
    await expect(move({ key: 'hub/2', from: 'MAIN', to: 'ANNEX', quantity: '6' })).rejects.toThrow(
      /6 asked, 5 there \(on hand 5, promised 0\)/,
    )
  })

  test('reversed: it moves nothing any more, unless what it brought is gone', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '5' })
    await move({ key: 'hub/2', from: ':adjustment', to: 'MAIN', quantity: '3' })
    await command((books) => reverseMovement(books, 'hub/1', 1, by))
    expect(await shelves()).toEqual(['MAIN: 3 0 0 3'])
    await move({ key: 'hub/3', from: 'MAIN', to: ':adjustment', quantity: '1' })
    await expect(command((books) => reverseMovement(books, 'hub/2', undefined, by))).rejects.toMatchObject({
      detail: { code: 'not-enough' },
    })
  })

  test('a snapshot swallows what moved up to it, in whatever order they come', async () => {
    for (const late of [false, true]) {
      const count = stock('A', '10', at('09:00'))
      const moves = [
        partnerMove('1', '4', supplier, place('MAIN'), at('08:30')),
        partnerMove('2', '3', place('MAIN'), customer, at('09:00')),
        partnerMove('3', '2', place('MAIN'), customer, at('09:01')),
      ]
      await kit.apply(...(late ? [...moves, count] : [count, ...moves]))
      expect(await shelves()).toEqual(['MAIN: 8 0 0 8'])
      await kit.database.close()
      kit = await openLedgerKit()
      await kit.apply(...masterData)
    }
  })

  test('a partner that counts takes over a place that movements filled; then its own source alone says what is there', async () => {
    await kit.apply(partnerMove('1', '4', supplier, place('MAIN'), at('08:30')))
    expect(await shelves()).toEqual(['MAIN: 4 0 0 4'])
    await kit.apply(stock('A', '9', at('09:00')))
    await expect(move({ key: 'hub/1', from: 'MAIN', to: ':adjustment', quantity: '1' })).rejects.toMatchObject({
      detail: { code: 'kept-by-partner' },
    })
    await kit.apply(partnerMove('1', '5', place('MAIN'), customer, at('09:30'), {}, 'wms'))
    expect([await shelves(), await findings('two-sources')]).toEqual([
      ['MAIN: 9 0 0 9'],
      [
        {
          code: 'two-sources',
          at: 'product A',
          detail: { places: [{ location: 'MAIN', owner: '', condition: 'sellable', sources: ['erp', 'wms'] }] },
        },
      ],
    ])
    await kit.apply(partnerMove('1', '5', place('MAIN'), customer, at('09:30'), { status: 'reversed' }, 'wms'))
    expect(await findings('two-sources')).toEqual([])
  })

  test('what another connection sees of a place that is counted is no second count', async () => {
    await kit.apply(stock('A', '9', at('09:00')))
    const other = stock('A', '7', at('10:00'))
    await kit.apply({ ...other, connection: 'shop-us' })
    expect([await shelves(), await findings()]).toEqual([['MAIN: 9 0 0 9'], []])
  })

  test('what cannot be counted moves nothing and is a finding until it can', async () => {
    await kit.apply(
      partnerMove('1', '1', supplier, place('MAIN'), at('08:30'), { unit: 'XPA' }),
      partnerMove('2', '1', { code: 'MAIN' }, customer, at('08:30')),
    )
    expect([await shelves(), (await findings()).map(({ detail }) => detail.reason)]).toEqual([[], ['unit', 'place']])
    await kit.apply(product('A', 'A', { packs: [{ unit: 'XPA', factor: '40' }] }))
    expect([await shelves(), (await findings()).map(({ detail }) => detail.reason)]).toEqual([['MAIN: 40 0 0 40'], ['place']])
  })

  test('a condition changes by a movement within the place; only what is sellable may be sold', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '5' })
    await move({ key: 'hub/2', from: 'MAIN', to: 'MAIN', quantity: '2', condition: 'sellable', toCondition: 'damaged' })
    expect(await shelves()).toEqual(['MAIN damaged: 2 0 0 0', 'MAIN: 3 0 0 3'])
  })

  test('goods of another owner stand apart, and are sold from the same shelf', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '5' })
    await move({ key: 'hub/2', from: ':supplier', to: 'MAIN', quantity: '4', owner: 'ningbo' })
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '7')]))
    expect(await shelves()).toEqual(['MAIN: 5 3 0 2', 'MAIN ningbo: 4 4 0 0'])
  })
})

describe('lots and numbers', () => {
  test('a product that is tracked by lot has a row for each', async () => {
    await move({ key: 'hub/1', product: 'L', from: ':supplier', to: 'MAIN', quantity: '5', lot: 'X1' })
    await move({ key: 'hub/2', product: 'L', from: ':supplier', to: 'MAIN', quantity: '3', lot: 'X2' })
    await move({ key: 'hub/3', product: 'L', from: 'MAIN', to: ':customer', quantity: '5', lot: 'X1' })
    expect(await shelves('L')).toEqual(['MAIN X2: 3 0 0 3'])
    await expect(move({ key: 'hub/4', product: 'L', from: 'MAIN', to: ':customer', quantity: '1', lot: 'X1' })).rejects.toMatchObject({
      detail: { code: 'not-enough' },
    })
  })

  const received = (accepted: string, lots: readonly JsonObject[], tracked = 'L') => {
    const lines = [{ key: '1', product: { ref: { type: 'product', key: tracked } }, accepted, unit: 'EA', lots }]
    const body = { number: 'GR-1', kind: 'receipt', status: 'posted', receivedAt: at('07:00'), location: { code: 'MAIN' }, lines }
    return command((books) => authorDocument(books, { type: 'goods-receipt', key: 'hub/GR-1', body, author: by.author }, by.fits))
  }

  test('a line counts what it says whatever its lots say: more in lots than came is a finding, until it is mended', async () => {
    await received('8', [
      { lot: 'X1', quantity: '6' },
      { lot: 'X2', quantity: '4' },
    ])
    expect(await shelves('L')).toEqual(['MAIN: 8 0 0 8'])
    expect(await findings()).toEqual([{ code: 'lots-over', at: 'goods-receipt hub/GR-1', detail: { quantity: '8', over: '2' } }])
    await received('8', [
      { lot: 'X1', quantity: '9' },
      { lot: 'X2', quantity: '-1' },
    ])
    expect(await shelves('L')).toEqual(['MAIN: 8 0 0 8'])
    await received('8', [
      { lot: 'X1', quantity: '6' },
      { lot: 'X2', quantity: '1' },
    ])
    expect(await shelves('L')).toEqual(['MAIN: 1 0 0 1', 'MAIN X1: 6 0 0 6', 'MAIN X2: 1 0 0 1'])
    expect(await findings()).toEqual([])
  })

  test('a single lot without a quantity has what the others leave', async () => {
    await received('8', [{ lot: 'X1', quantity: '6' }, { lot: 'X2' }])
    expect(await shelves('L')).toEqual(['MAIN X1: 6 0 0 6', 'MAIN X2: 2 0 0 2'])
    await received('8', [{ lot: 'X1' }])
    expect(await shelves('L')).toEqual(['MAIN X1: 8 0 0 8'])
    await received('8', [{ lot: 'X1' }, { lot: 'X2' }])
    expect(await shelves('L')).toEqual(['MAIN: 8 0 0 8'])
  })

  test('a number is in stock once: a second time is a finding until one of them has left', async () => {
    const receive = (key: string, to: string) => move({ key, product: 'S', from: ':supplier', to, quantity: '1', serials: ['N-1'] })
    await receive('hub/1', 'MAIN')
    await receive('hub/2', 'ANNEX')
    expect(await findings('serial-twice')).toEqual([
      { code: 'serial-twice', at: 'product S', detail: { serials: [{ serial: 'N-1', pieces: 2 }] } },
    ])
    await move({ key: 'hub/3', product: 'S', from: 'MAIN', to: ':customer', quantity: '1', serials: ['N-1'] })
    expect(await findings('serial-twice')).toEqual([])
  })
})

describe('counts and snapshots', () => {
  test('a count moves the difference to what the books said at its time', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    await move({ key: 'hub/2', from: 'MAIN', to: ':customer', quantity: '3', movedAt: at('07:30') })
    const counted = await command((books) =>
      countStock(books, { key: 'hub/3', product: 'A', location: 'MAIN', quantity: '9', countedAt: at('07:15') }, by),
    )
    expect([counted.body, await shelves()]).toMatchObject([{ kind: 'count', quantity: '1', counted: '9', book: '10' }, ['MAIN: 6 0 0 6']])
  })

  test('a snapshot of the hub swallows movements, and an older one is refused', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    const snapshot = (quantity: string, clock: string) =>
      command((books) => snapshotStock(books, [{ product: 'A', location: 'MAIN', quantity }], at(clock), by))
    await snapshot('4', '07:30')
    await move({ key: 'hub/2', from: ':adjustment', to: 'MAIN', quantity: '1', movedAt: at('07:45') })
    expect(await shelves()).toEqual(['MAIN: 5 0 0 5'])
    await expect(snapshot('9', '07:10')).rejects.toMatchObject({ detail: { code: 'older-snapshot' } })
  })
})

describe('documents that move stock', () => {
  const transfer = (quantity: string) =>
    command((books) =>
      sendTransfer(books, { key: 'hub/T-1', from: 'MAIN', to: 'ANNEX', sentAt: at('07:10'), lines: [{ product: 'A', quantity }] }, by),
    )
  const receive = (received: string, complete: boolean) =>
    command((books) => receiveTransfer(books, { key: 'hub/T-1', lines: [{ key: '1', received }], receivedAt: at('07:20'), complete }, by))

  test('a transfer is in transit until it is received, and what came short is a finding', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    await transfer('6')
    expect(await shelves()).toEqual(['ANNEX: 0 0 6 0', 'MAIN: 4 0 0 4'])
    await receive('2', false)
    expect(await shelves()).toEqual(['ANNEX: 2 0 4 2', 'MAIN: 4 0 0 4'])
    await receive('5', true)
    expect(await shelves()).toEqual(['ANNEX: 5 0 0 5', 'MAIN: 4 0 0 4'])
    expect(await findings('transfer-variance')).toMatchObject([{ detail: { sent: '6', received: '5', difference: '-1' } }])
  })

  test('a transfer may come over; one that is promised away is refused', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '7')]))
    await expect(transfer('4')).rejects.toMatchObject({ detail: { code: 'not-enough' } })
    await transfer('3')
    await receive('4', true)
    expect(await shelves()).toEqual(['ANNEX: 4 7 0 -3', 'MAIN: 7 0 0 7'])
  })

  test('lines that name the same goods in other words take together no more than is there', async () => {
    await move({ key: 'hub/in', quantity: '10', from: ':supplier', to: 'MAIN' })
    await move({ key: 'hub/lot', product: 'L', quantity: '10', from: ':supplier', to: 'MAIN', lot: 'x' })
    const send = (...lines: readonly NamedGoods[]) =>
      command((books) => sendTransfer(books, { key: 'hub/t', from: 'MAIN', to: 'ANNEX', sentAt: at('08:00'), lines }, by))
    await expect(send({ product: 'A', quantity: '6' }, { product: 'A', quantity: '6', condition: 'sellable' })).rejects.toThrow(
      '12 asked, 10 there',
    )
    await expect(send({ product: 'L', quantity: '6', lot: 'x' }, { product: 'L', quantity: '6' })).rejects.toThrow('12 asked, 10 there')
    await expect(send({ product: 'L', quantity: '6' }, { product: 'L', quantity: '6', lot: 'x' })).rejects.toThrow('12 asked, 10 there')
    await send({ product: 'A', quantity: '6' }, { product: 'A', quantity: '4', condition: 'sellable' })
  })

  test('a place that a partner counts is not moved by documents of the hub', async () => {
    await kit.apply(stock('A', '9', at('07:00')))
    await transfer('4')
    expect(await shelves()).toEqual(['ANNEX: 0 0 4 0', 'MAIN: 9 0 0 9'])
    expect(await findings('two-sources')).toEqual([])
  })

  test('a return to the supplier leaves the place and counts for no order', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    const give = () =>
      command((books) =>
        returnToSupplier(books, { key: 'hub/R-1', location: 'MAIN', supplier: 'ningbo', lines: [{ product: 'A', quantity: '4' }] }, by),
      )
    expect([(await give()).body.kind, (await give()).version, await shelves()]).toEqual(['supplier-return', 1, ['MAIN: 6 0 0 6']])
  })

  test('a parcel of the hub leaves the shelf, and its sale is subtracted once', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    await kit.apply(sale('shop-us', '7', [saleLine('1', 'A', '4')]))
    expect(await shelves()).toEqual(['MAIN: 10 4 0 6'])
    const shipment = (status: string): JsonObject => ({
      direction: 'outbound',
      status,
      from: { code: 'MAIN' },
      order: ref('sales-order', 'shop-us', '7'),
      takenAt: at('07:30'),
      lines: [{ ...parcelLine({ key: '1' }, 'A', '3') }],
    })
    for (const status of ['packed', 'shipped', 'delivered'])
      await command((books) =>
        authorDocument(books, { type: 'shipment', key: 'hub/P-1', body: shipment(status), author: by.author }, by.fits),
      )
    expect(await shelves()).toEqual(['MAIN: 7 1 0 6'])
  })

  test('a parcel of a partner from a place that the hub keeps stays promised until the place is counted', async () => {
    await move({ key: 'hub/1', from: ':adjustment', to: 'MAIN', quantity: '10' })
    const order = ref('sales-order', 'shop-us', '7')
    await kit.apply(
      sale('shop-us', '7', [saleLine('1', 'A', '4')]),
      record('erp', 'shipment', 'p1', {
        direction: 'outbound',
        status: 'shipped',
        from: place('MAIN'),
        order,
        takenAt: at('07:30'),
        lines: [parcelLine({ key: '1' }, 'A', '4')],
      }),
    )
    expect(await shelves()).toEqual(['MAIN: 10 4 0 6'])
    await command((books) => snapshotStock(books, [{ product: 'A', location: 'MAIN', quantity: '6' }], at('07:45'), by))
    expect(await shelves()).toEqual(['MAIN: 6 0 0 6'])
  })
})
