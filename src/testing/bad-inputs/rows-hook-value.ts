import { expect } from 'vitest'
import { tinyOrder } from '../tiny-partner.ts'
import type { KeptRow, Row } from './row.ts'

const line = (more: object) => ({ id: 1, sku: 'LAMP', qty: '1', amount: '10.00', ...more })
const order = (id: number, more: object): string => JSON.stringify({ ...tinyOrder(id), ...more })
let next = 8000
const applied = (b: number, name: string, more: object, shows: object, write: (text: string) => string = (text) => text): KeptRow => {
  const id = next++
  return { kind: 'kept', b, name, body: write(order(id, more)), state: 'applied', order: [String(id), shows] }
}
const refused = (b: number, name: string, more: object, says: RegExp, write: (text: string) => string = (text) => text): KeptRow => {
  const id = next++
  return { kind: 'kept', b, name, body: write(order(id, more)), state: 'dead', reason: 'invalid', says, absent: String(id) }
}
const amount = (total: string) => ({ total, lines: [line({ amount: total })] })

/** Values that mean something else than they seem to, or nothing. */
export const valueRows: readonly Row[] = [
  applied(
    7,
    'numbers that no double holds arrive digit for digit',
    { note: 'NOTE' },
    { note: '12345678901234567890', lines: [{ quantity: '123456789.123456' }] },
    (text) =>
      text
        .replace('"NOTE"', '12345678901234567890,"more":[0.1000000000000000055,1e400,-0,9007199254740993,9223372036854775807]')
        .replace('"qty":"1"', '"qty":123456789.123456'),
  ),
  refused(7, 'a key of nineteen digits is a text of its own digits, where the schema wants a whole number', {}, /id/, (text) =>
    text.replace(/"id":\d+,/, '"id":9223372036854775807,'),
  ),
  refused(8, 'a comma for the decimals', amount('12,50'), /grandTotal|lineAmount/),
  refused(8, 'points for thousands', amount('1.234,56'), /grandTotal|lineAmount/),
  refused(8, 'full-width digits', amount('\uff11\uff12'), /grandTotal|lineAmount/),
  refused(8, 'a plus', amount('+5'), /grandTotal|lineAmount/),
  refused(8, 'an exponent', amount('1e3'), /grandTotal|lineAmount/),
  refused(8, 'blanks around it', amount(' 5 '), /grandTotal|lineAmount/),
  applied(8, 'minus nothing is nothing', amount('-0'), { totals: { grandTotal: '0.00' } }),
  applied(8, 'more zeros than the currency has', amount('1.000'), { totals: { grandTotal: '1.00' } }),
  refused(8, 'a list for an amount', { total: ['10.00'] }, /must be string/),
  {
    ...applied(9, 'a decimal more than the currency has', amount('10.001'), { totals: { grandTotal: '10.001' } }),
    differs:
      'neither rounded nor refused: up to four decimals are kept as they came, and the mapping notes AMOUNT_SCALE, so that sums stay those of the partner',
  },
  applied(9, 'half a yen', { currency: 'JPY', ...amount('10.5') }, { totals: { grandTotal: '10.5' } }),
  refused(9, 'five decimals', amount('1.23456'), /grandTotal|lineAmount/),
  applied(9, 'a dinar of three decimals', { currency: 'KWD', ...amount('1.234') }, { totals: { grandTotal: '1.234' } }),
  refused(9, 'a currency that there is not', { currency: 'XQZ' }, /XQZ|currency/),
  refused(34, 'the year nothing', { placed: '0000-00-00' }, /placedAt|0000-00-00/),
  refused(34, 'a day that there is not', { placed: '2026-02-30T08:00:00.000Z' }, /2026-02-30/),
  refused(34, 'the hour 24', { placed: '2026-11-23T24:00:00Z' }, /placedAt|24:00/),
  refused(34, 'no offset where none is agreed', { placed: '2026-11-23T08:00:00' }, /placedAt|2026-11-23T08/),
  refused(34, 'the year 10000', { placed: '10000-01-01T00:00:00Z' }, /placedAt|10000/),
  refused(34, 'seconds since 1970', { placed: '1795420800' }, /placedAt|1795420800/),
  applied(34, 'the other side of the world', { placed: '2026-11-23T08:00:00+14:00' }, { placedAt: '2026-11-22T18:00:00.000Z' }),
  ...['00123', '1E5', 'TRUE', '2-1', 'null', '=1+1'].map((sku) =>
    applied(35, `the article ${sku} stays what it is`, { lines: [line({ sku })] }, { lines: [{ product: { sku } }] }),
  ),
  applied(49, 'SQL in a text', { note: "'); DROP TABLE document; --" }, { note: "'); DROP TABLE document; --" }),
  applied(49, 'SQL in a name', { "note'; DELETE FROM envelope; --": 1, 'a`b"c': 2 }, {}),
  applied(49, 'SQL in an article', { lines: [line({ sku: '" OR 1=1 --' })] }, { lines: [{ product: { sku: '" OR 1=1 --' } }] }),
  refused(68, 'two lines with one key', { lines: [line({}), line({ sku: 'DESK' })] }, /\/lines\/1\/key.*an earlier line/),
  applied(68, 'a price of nothing', amount('0.00'), { totals: { grandTotal: '0.00' } }),
  {
    kind: 'play',
    b: 68,
    name: 'less than nothing ordered',
    differs: 'tills and exchanges send what comes back as a line below zero: it is kept as it is, and is never open',
    play: async (bed) => {
      const body = order(8100, { lines: [line({ qty: '-1' })] })
      expect((await bed.send('shop', body)).status).toBe(202)
      expect(await bed.settled(body)).toMatchObject({ state: 'applied' })
      const { quantity, cancelled, open } = await bed.hub.context.database.read
        .selectFrom('order_line')
        .selectAll()
        .where('key', '=', 'shop/8100')
        .executeTakeFirstOrThrow()
      expect([Number(quantity) < 0, Number(cancelled), Number(open)]).toEqual([true, 0, 0])
    },
  },
  refused(68, 'a quintillion ordered', { lines: [line({ qty: '1000000000000000000' })] }, /quantity/),
  refused(68, 'more money than sixty-four bits hold', amount('99999999999999999999.00'), /grandTotal|lineAmount/),
]
