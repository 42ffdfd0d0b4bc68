import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore } from '../testing/test-store.ts'
import { syncConnections } from './connection.ts'
import type { Database } from './database.ts'
import { savePartyRows } from './party-document.ts'
import { partyReader, partyTables } from './party-reader.ts'

const tenant = 't'
const scope = { tenant, party: 'me', organisation: null, today: '2026-11-23', isLarge: false }
let database: Database
const masked: string[] = []
const open = (more: Partial<typeof scope> & { readonly organisation?: string } = {}) =>
  partyReader(database.read, { ...scope, ...more }, async (table, rows) => {
    masked.push(table)
    return rows.map((row) => ({ ...row, body: 'masked' }))
  })

/** Values of a row of any table: of the column's kind, and of `who` where it says whose it is. */
const values = (who: string) => ({
  document: { type: 'sales-order', key: who, version: 1, origin: who, deleted: 0, baseline: 0, body: '{}', body_hash: '', changed_at: 1 },
  document_version: { type: 'sales-order', key: who, version: 1, body: '{}', deleted: 0, at: 1 },
  journal: { id: who, at: 1, kind: 'created', type: 'sales-order', key: who },
  finding: { type: 'sales-order', key: who, code: 'c', path: '', detail: '{}', state: 'open', opened_at: 1 },
  order_state: {
    ...{
      type: 'sales-order',
      key: who,
      origin: who,
      status: 'open',
      currency: 'EUR',
      business_date: '2026-11-23',
      payment: 'none',
      fulfilment: 'none',
    },
    ...{ grand_total: 1, goods_total: 1, charge_total: 0, tax_total: 0, paid: 0, refunded: 0 },
  },
  order_line: {
    ...{
      type: 'sales-order',
      key: who,
      line: '1',
      number: '1',
      origin: who,
      product: who,
      quantity: 1,
      cancelled: 0,
      confirmed: 0,
      shipped: 0,
    },
    ...{ received: 0, rejected: 0, invoiced: 0, restocked: 0, open: 1 },
  },
  stock: {
    ...{
      product: who,
      location: 'MAIN',
      owner: '',
      lot: '',
      condition: 'sellable',
      on_hand: 1,
      as_of: 1,
      source: who,
      reserved: 0,
      in_transit: 0,
      available: 1,
      changed_at: 1,
    },
  },
  price_grant: {
    ...{ party: who, type: 'contract', key: who, version: 1, holder: who, valid_from: '', valid_to: null, ended_at: null, suspended: 0 },
    zone: 'UTC',
  },
  list_use: { type: 'contract', key: who, list: `list-${who}`, place: 0, version: 1, number: who },
  price_entry: {
    ...{ key: who, version: 1, list: `list-${who}`, kind: 'tier', product: who, currency: 'CNY', tax_basis: 'none', zone: 'UTC' },
    ...{ status: 'active', base_unit: 'EA', factors: '{}', steps: '[]' },
  },
  order_cost: {
    ...{
      key: who,
      line: '1',
      party: who,
      product: who,
      state: 'frozen',
      quantity: 1,
      currency: 'CNY',
      amount: 1,
      level: 'tier',
      tier: who,
    },
    ...{ list: `list-${who}`, entry: who, version: 1, price: '1', per: '1', unit: 'EA', tax_basis: 'none' },
    ...{ placed_at: 1, decided_at: 1, due: 0, body: '{}' },
  },
  payable_item: {
    ...{ type: 'invoice', key: who, owner: 'us', party: who, currency: 'CNY', amount: 1, business_date: '2026-11-23', due_date: null },
  },
  statement: {
    ...{ key: who, kind: 'supplier', book: 'payable', owner: 'us', party: who, currency: 'CNY', place: 1, from_date: '', until_date: '' },
    ...{ revision: 1, status: 'published', opening: 0, closing: 0, line_count: 1, totals: '{}', hash: who, confirmed_hash: null },
    ...{ disputes: null, made_at: 1, made_by: 'hub', changed_at: 1 },
  },
  statement_line: { statement: who, line: 1, revision: 1, account: who, seq: 1 },
  deposit: { party: who, currency: 'CNY', owner: 'us', credit: 0, low: 0, since: 1, changed_at: 1 },
  deposit_order: {
    ...{ key: who, party: who, owner: 'us', currency: 'CNY', placed_at: 1, need: 1, frozen: 1, captured: 0, refunded: 0 },
    ...{ given: 0, why: '', posts: 1 },
  },
  account: {
    ...{ id: who, book: 'deposit', owner: 'us', party: who, kind: 'available', currency: 'CNY', balance: 0, entries: 1, frozen: 0 },
    ...{ opened_at: 1, changed_at: 1 },
  },
  entry: {
    ...{ account: who, seq: 1, transfer: who, amount: 1, balance: 1, kind: 'top-up', business_date: '2026-11-23' },
    ...{ period: '2026-11', at: 1 },
  },
  transfer: {
    ...{ id: who, key: who, book: 'deposit', owner: 'us', debit: 'bank', credit: who, amount: 1, currency: 'CNY', kind: 'top-up' },
    ...{ business_date: '2026-11-23', period: '2026-11', at: 1, forced: 0, actor: 'hub' },
  },
  parcel: { tracking: who, status: 'in-transit', events: 0 },
  reference: {
    from_type: 'sales-order',
    from_key: who,
    path: 'product',
    to_type: 'product',
    connection: '',
    external_key: '',
    to_key: who,
  },
  day_sale: {
    ...{ type: 'sales-order', key: who, product: who, store: `shop-${who}`, day: '2026-11-23', currency: 'EUR' },
    ...{ origin: who, quantity: 1, returned: 0, amount: 1 },
  },
  invoice_match: {
    ...{ key: who, kind: 'invoice', status: 'posted', number: who, issuer: who, year: 2026, issue_date: '2026-11-23', currency: 'EUR' },
    ...{ verdict: 'matched', total: 1, quantity_variance: 0, price_variance: 0, tax_scheme: '', tax_code: '', tax_number: '' },
  },
  invoice_line: {
    ...{
      key: who,
      line: '/lines/0',
      kind: 'invoice',
      order_key: who,
      order_line: '1',
      currency: 'EUR',
      quantity: 1,
      amount: 1,
      credited: 0,
    },
    ...{ credited_amount: 0, covered: 1, waiting: 0, over: 0, quantity_variance: 0, verdict: 'matched' },
  },
  invoice_allocation: {
    ...{ key: who, line: '/lines/0', part: '0', order_key: who, order_line: '1', basis: 'order', receipt: who, receipt_line: '/lines/0' },
    ...{ against: '', against_line: '', quantity: 1, amount: 1 },
  },
  payout: {
    ...{ key: who, origin: `shop-${who}`, number: who, currency: 'EUR', status: 'paid', verdict: 'matched', paid_at: 1, total: 1 },
    ...{ line_total: 1, matched: 1, unmatched: 0, unjudged: 0, lines: 1, differing: 0 },
  },
  payout_line: { key: who, position: 0, order_key: who, kind: 'sale', currency: 'EUR', amount: 1, verdict: 'matched', detail: '{}' },
  settlement: {
    ...{ key: who, origin: `shop-${who}`, number: who, currency: 'EUR', state: 'open', captured: 1, subsidy: 0, refunded: 0, settled: 0 },
    ...{ fees: 0, open: 1, captured_at: 1, due_at: null },
  },
  sale: { key: who, placed_at: 1, origin: who, placed_via: 'api', holds: '', updated_at: 1 },
  delivery: {
    ...{ id: who, route: 'r', connection: `shop-${who}`, action: 'a', op: 'create', type: 'sales-order', key: who, document_version: 1 },
    ...{
      effect_key: who,
      generation: 0,
      lane: who,
      state: 'due',
      attempts: 0,
      due_at: 1,
      ambiguous: 0,
      shadow: 0,
      revision: 'r',
      created_at: 1,
    },
  },
  link: { type: 'sales-order', connection: `shop-${who}`, external_key: who, key: who, linked_by: 'origin', at: 1 },
  line_link: { type: 'sales-order', connection: `shop-${who}`, external_line: who, key: who, line: '1', at: 1 },
})
const people = ['me', 'other'] as const
type Named = keyof ReturnType<typeof values>

beforeAll(async () => {
  database = await openTestStore()
  await database.write(async (tx) => {
    await syncConnections(
      tx,
      tenant,
      people.map((books) => ({ name: `shop-${books}`, connector: 'shop', books })),
      1,
    )
    for (const who of people)
      for (const [table, row] of Object.entries(values(who)))
        await tx
          .insertInto(table as Named)
          .values({ tenant, ...row } as never)
          .execute()
    const row = { tenant, role: 'merchant', organisation: '', valid_from: '', valid_to: null }
    for (const party of people)
      await savePartyRows(tx, [
        { ...row, party, type: 'sales-order', key: party },
        { ...row, party, type: 'product', key: party },
        { ...row, party, type: 'parcel', key: party },
        { ...row, party, type: 'invoice', key: party },
        { ...row, party, type: 'payout', key: party },
        { ...row, party, type: 'statement', key: party },
      ])
    // what points at the other's product, and what the other's connection knows of an order of mine
    const { reference, link, line_link, stock } = values('me')
    // goods of others that lie under a product of mine, and goods of mine under one of theirs
    await tx
      .insertInto('stock')
      .values({ tenant, ...stock, owner: 'other' })
      .execute()
    await tx
      .insertInto('stock')
      .values({ tenant, ...stock, product: 'third', owner: 'me' })
      .execute()
    await tx
      .insertInto('reference')
      .values({ tenant, ...reference, path: 'other', to_key: 'other' })
      .execute()
    await tx
      .insertInto('link')
      .values({ tenant, ...link, connection: 'shop-other', external_key: 'theirs' } as never)
      .execute()
    await tx
      .insertInto('line_link')
      .values({ tenant, ...line_link, connection: 'shop-other', external_line: 'theirs' })
      .execute()
  })
})
afterAll(() => database.close())

/** Says only which stores send reports; what they say is kept apart. */
const forAll = 'report_day'

test.each(partyTables.filter((table) => table !== forAll).flatMap((table) => [[table, false] as const, [table, true] as const]))(
  '%s shows the rows of the party and no others (many documents: %s)',
  async (table, isLarge) => {
    const all = await database.read
      .selectFrom(table as Named)
      .selectAll()
      .where('tenant', '=', tenant)
      .execute()
    const own = await open({ isLarge })
      .selectFrom(table as Named)
      .selectAll()
      .where('tenant', '=', tenant)
      .execute()
    expect(JSON.stringify(all)).toContain('other')
    expect(own.length).toBe(table === 'stock' ? 2 : own.length || 1)
    expect(JSON.stringify(own)).not.toContain('other')
  },
)

test('goods that a party supplies are shown as sold on the days on which it supplied them, and no others', async () => {
  await database.write(async (tx) => {
    const sold = { tenant, ...values('other').day_sale, key: 'far', product: 'supplied' }
    for (const day of ['2026-11-19', '2026-11-20', '2026-11-21'])
      await tx
        .insertInto('day_sale')
        .values({ ...sold, key: day, day })
        .execute()
    const entry = { tenant, party: 'me', type: 'product', key: 'supplied', organisation: '', valid_from: '2026-11-20', valid_to: null }
    await savePartyRows(tx, [{ ...entry, role: 'supplier' }])
    await tx
      .insertInto('day_sale')
      .values({ ...sold, key: 'kept', product: 'kept' })
      .execute()
    await savePartyRows(tx, [{ ...entry, key: 'kept', role: 'books' }])
  })
  const shown = await open().selectFrom('day_sale').select('key').where('tenant', '=', tenant).orderBy('key').execute()
  expect(shown.map(({ key }) => key)).toEqual(['2026-11-20', '2026-11-21', 'me'])
})

test('also inside another query, under another name, in a join and in a count', async () => {
  const read = open()
  const inside = read.selectFrom('order_line').select('key').where('tenant', '=', tenant)
  expect(await read.selectFrom('order_state').select('key').where('key', 'in', inside).execute()).toEqual([{ key: 'me' }])
  const theirs = read.selectFrom('order_state').select('key')
  expect(await theirs.where((is) => is.exists(is.selectFrom('order_line').select('line').where('key', '=', 'other'))).execute()).toEqual([])
  expect(await read.selectFrom('order_state as o').select('o.key').execute()).toEqual([{ key: 'me' }])
  const joined = read.selectFrom('order_state as o').innerJoin('order_line as l', 'l.tenant', 'o.tenant').select(['o.key', 'l.key as line'])
  expect(await joined.execute()).toEqual([{ key: 'me', line: 'me' }])
  const [count] = await read
    .selectFrom('order_state')
    .select((is) => is.fn.countAll().as('n'))
    .execute()
  expect(Number(count?.n)).toBe(1)
})

test('on the days and for the organisation that the rows say', async () => {
  const row = { tenant, party: 'late', role: 'supplier', organisation: 'de', type: 'sales-order', key: 'other' }
  await database.write((tx) => savePartyRows(tx, [{ ...row, valid_from: '2026-11-20', valid_to: '2026-11-22' }]))
  const seen = async (more: object) =>
    (
      await open({ party: 'late', ...more })
        .selectFrom('order_state')
        .select('key')
        .execute()
    ).length
  expect(await seen({ today: '2026-11-19' })).toBe(0)
  expect(await seen({ today: '2026-11-20' })).toBe(1)
  expect(await seen({ today: '2026-11-22', organisation: 'de' })).toBe(1)
  expect(await seen({ today: '2026-11-22', organisation: 'us' })).toBe(0)
  expect(await seen({ today: '2026-11-23' })).toBe(0)
})

test('bodies come masked, and not at all where nobody could tell whose they are', async () => {
  masked.length = 0
  expect(await open().selectFrom('document').selectAll().execute()).toMatchObject([{ key: 'me', body: 'masked' }])
  expect(masked).toEqual(['document'])
  await expect(open().selectFrom('document').select('body').execute()).rejects.toMatchObject({ detail: { code: 'party-reader' } })
})

test.each([
  ['a table without a rule', () => open().selectFrom('envelope').selectAll().execute()],
  [
    'one without a rule inside another',
    () =>
      open()
        .selectFrom('order_state')
        .select('key')
        .where('key', 'in', (q) => q.selectFrom('envelope').select('key'))
        .execute(),
  ],
  [
    'a join that keeps what is not found',
    () => open().selectFrom('order_state as o').leftJoin('order_line as l', 'l.key', 'o.key').select('o.key').execute(),
  ],
  [
    'two tables with bodies',
    () => open().selectFrom('document as d').innerJoin('document_version as v', 'v.key', 'd.key').select('v.body').execute(),
  ],
  ['what is masked, under another name', () => open().selectFrom('document').select(['type', 'key', 'body as text']).execute()],
  [
    'what is masked, out of an inner query',
    () =>
      open()
        .selectFrom('order_state')
        .select((is) => ['key', is.selectFrom('document').select('body').limit(1).as('text')])
        .execute(),
  ],
  [
    'what is masked, behind a query that stands for a table',
    () =>
      open()
        .selectFrom((from) => from.selectFrom('document').selectAll().as('d'))
        .select('d.body')
        .execute(),
  ],
  ['writing', () => open().deleteFrom('document').execute()],
])('refused: %s', async (_, query) => {
  await expect(query()).rejects.toMatchObject({ detail: { code: 'party-reader', recovery: 'bug' } })
})
