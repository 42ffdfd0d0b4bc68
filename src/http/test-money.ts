import { expect } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import type { TestHub } from './test-hub.ts'

const account = 'book=deposit&owner=us&party=M-1&kind=available&currency=CNY'

/** Every operation on the books of money once, and what is refused. */
export async function askMoney(hub: TestHub): Promise<void> {
  const enter = async (key: string, more: JsonObject = {}) => {
    const entry = { key, book: 'deposit', owner: 'us', party: 'M-1', account: 'available', currency: 'CNY', kind: 'opening' }
    return hub.ask('POST', '/v1/transfers', {
      json: { ...entry, direction: 'more', amount: '100.00', businessDate: '2026-10-31', why: 'taken over', ...more },
    })
  }
  const opened = await enter('o1')
  expect([opened.status, opened.json]).toMatchObject([201, { amount: '100.00', debit: 'deposit/opening (CNY)', period: '2026-10' }])
  expect((await enter('o1')).json.id).toBe(opened.json.id)
  const wrong = async (key: string, more: JsonObject) => (await enter(key, more)).json.type
  const other = await enter('o1', { party: 'M-2' })
  expect([other.status, other.json.detail]).toEqual([409, expect.stringContaining('credit deposit/available of M-1 (CNY)')])
  expect(await wrong('o1', { amount: '99.00' })).toBe('urn:crossdock:problem:transfer-differs')
  expect(await wrong('o2', { account: 'cash' })).toBe('urn:crossdock:problem:no-such-account')
  expect(await wrong('o2', { currency: 'XXY' })).toBe('urn:crossdock:problem:unknown-currency')
  expect(await wrong('o2', { kind: 'adjustment' })).toBe('urn:crossdock:problem:needs-approval')
  expect(await wrong('o2', { account: 'frozen' })).toBe('urn:crossdock:problem:follows-document')
  const spent = await enter('o2', { direction: 'less', amount: '100.01' })
  expect([spent.status, spent.json.detail]).toEqual([409, expect.stringContaining('0.01 is missing')])
  // what comes at one moment is answered each for itself, and told once
  const together = await Promise.all([enter('o1'), enter('o1', { amount: '7.00' }), enter('o2', { account: 'frozen' })])
  expect(together.map(({ status }) => status)).toEqual([201, 409, 422])
  const told = await hub.context.database.read.selectFrom('journal').select('key').where('kind', '=', 'transfer-entered').execute()
  expect(told).toEqual([{ key: opened.json.id }])
  const less = await enter('o3', { direction: 'less', amount: '40.00' })
  const get = async (path: string) => (await hub.ask('GET', path)).json
  expect(await get(`/v1/accounts/one?${account}`)).toMatchObject({ balance: '60.00', entries: 2, floor: '0.00', side: 'credit' })
  expect(await get(`/v1/accounts/one?${account}&at=2020-01-01T00:00:00Z`)).toMatchObject({ balance: '0.00', entries: 0 })
  expect(await get(`/v1/accounts/entries?${account}&limit=1`)).toMatchObject({ items: [{ seq: 2, amount: '-40.00', balance: '60.00' }] })
  const back = { businessDate: '2026-11-22', why: 'typed wrong' }
  const reversed = await hub.ask('POST', `/v1/transfers/${String(less.json.id)}/reverse`, { json: back })
  expect(reversed.json).toMatchObject({ reverses: less.json.id, amount: '40.00', why: 'typed wrong' })
  expect(await get(`/v1/transfers/${String(reversed.json.id)}`)).toEqual(reversed.json)
  expect(await get('/v1/accounts?book=deposit&party=M-1')).toMatchObject({
    items: [{ balance: '100.00', name: 'deposit/available of M-1 (CNY)' }],
  })
  const keep = (until: string | null) =>
    hub.ask('PUT', '/v1/books', { json: { book: 'deposit', owner: 'us', zone: 'Asia/Shanghai', until } })
  expect((await keep('2026-10')).json).toMatchObject({ closedUntil: '2026-10', zone: 'Asia/Shanghai' })
  expect((await enter('o4')).json).toMatchObject({ businessDate: '2026-10-31', period: '2026-11' })
  expect((await enter('o5', { currency: 'USD', amount: '7.00' })).status).toBe(201)
  const available = (balance: string) => ({ book: 'deposit', account: 'available', balance })
  expect(await get('/v1/balances?party=M-1')).toEqual({
    items: [
      { party: 'M-1', owner: 'us', currency: 'CNY', accounts: [available('200.00')] },
      { party: 'M-1', owner: 'us', currency: 'USD', accounts: [available('7.00')] },
    ],
    next: null,
  })
  const first = await get('/v1/balances?owner=us&limit=1')
  expect(first).toMatchObject({ items: [{ party: null, currency: 'CNY', accounts: [{ account: 'opening', balance: '200.00' }] }] })
  expect(await get(`/v1/balances?owner=us&limit=1&after=${String(first.next)}`)).toMatchObject({
    items: [{ party: null, currency: 'USD' }],
  })
  expect((await keep('2026-11')).json.type).toBe('urn:crossdock:problem:month-not-over')
  expect(await get('/v1/books')).toMatchObject({ items: [{ book: 'deposit', closedUntil: '2026-10' }] })
  expect(await get('/v1/books/sums')).toEqual({
    books: ['CNY', 'USD'].map((currency) => ({ book: 'deposit', owner: 'us', currency, accounts: 2, sum: '0.00' })),
  })
}
