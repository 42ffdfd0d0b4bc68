import type { Tx } from '../database.ts'
import { insertMany } from '../insert-many.ts'
import { type Migration, tableShape } from '../table-shape.ts'

/** What the list of sales orders finds an order by. */
export const sales: Migration = {
  number: 15,
  name: 'sales',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'sale',
      tableShape({
        columns: {
          tenant: 'word',
          key: 'key',
          placed_at: 'whole',
          origin: 'word',
          channel: 'text?',
          client_source: 'text?',
          placed_via: 'word',
          customer: 'key?',
          holds: 'word',
          updated_at: 'whole',
        },
        primary: ['tenant', 'key'],
        index: [
          ['tenant', 'placed_at', 'key'],
          ['tenant', 'origin', 'placed_at', 'key'],
          ['tenant', 'customer', 'placed_at', 'key'],
          ['tenant', 'updated_at', 'key'],
        ],
        compact: true,
      }),
    )
    await fill(tx)
  },
}

const page = 200

/** Orders that were there before: the same as the ledger derives. A second run changes nothing. */
async function fill(tx: Tx): Promise<void> {
  for (let after: { readonly tenant: string; readonly key: string } | undefined; ; ) {
    let query = tx
      .selectFrom('document')
      .select(['tenant', 'key', 'origin', 'placed_at', 'body', 'changed_at'])
      .where('type', '=', 'sales-order')
      .orderBy('tenant')
      .orderBy('key')
      .limit(page)
    const last = after
    if (last !== undefined)
      query = query.where((is) =>
        is.or([is('tenant', '>', last.tenant), is.and([is('tenant', '=', last.tenant), is('key', '>', last.key)])]),
      )
    const rows = await query.execute()
    const buyers = await tx
      .selectFrom('reference')
      .select(['tenant', 'from_key', 'to_key'])
      .where('tenant', 'in', [...new Set(['', ...rows.map(({ tenant }) => tenant)])])
      .where('from_type', '=', 'sales-order')
      .where('from_key', 'in', ['', ...rows.map(({ key }) => key)])
      .where('path', '=', 'buyer.ref')
      .execute()
    const customers = new Map(buyers.map((row) => [`${row.tenant}\0${row.from_key}`, row.to_key]))
    await insertMany(
      tx,
      'sale',
      rows.map((row) => {
        const body: Readonly<Record<string, unknown>> = JSON.parse(row.body)
        const text = (value: unknown) => (typeof value === 'string' ? value : null)
        return {
          tenant: row.tenant,
          key: row.key,
          placed_at: row.placed_at ?? 0,
          origin: row.origin,
          channel: text(body.channel),
          client_source: text(body.clientSource),
          placed_via: text(body.placedVia) ?? 'unknown',
          customer: customers.get(`${row.tenant}\0${row.key}`) ?? null,
          holds: Array.isArray(body.holds) ? body.holds.map(String).sort().join(' ') : '',
          updated_at: row.changed_at,
        }
      }),
      { keys: ['tenant', 'key'], then: 'ignore' },
    )
    after = rows.at(-1)
    if (rows.length < page) return
  }
}
