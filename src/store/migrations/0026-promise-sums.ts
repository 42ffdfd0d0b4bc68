import { insertMany } from '../insert-many.ts'
import { type Migration, tableShape } from '../table-shape.ts'

/** What the reservations of a product hold together. */
export const promiseSums: Migration = {
  number: 26,
  name: 'promise-sums',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'promise_sum',
      tableShape({
        columns: { tenant: 'word', product: 'key', held: 'exact', first_end: 'whole' },
        primary: ['tenant', 'product'],
        compact: true,
      }),
    )
    const sums = await tx
      .selectFrom('promise')
      .select(({ fn }) => ['tenant', 'product', fn.sum<bigint>('quantity').as('held'), fn.min('counts_until').as('first_end')])
      .where('counts_until', '>', 0)
      .groupBy(['tenant', 'product'])
      .execute()
    await insertMany(
      tx,
      'promise_sum',
      sums.map((row) => ({ ...row, held: BigInt(row.held ?? 0), first_end: Number(row.first_end) })),
      { keys: ['tenant', 'product'], then: 'update', columns: ['held', 'first_end'] },
    )
  },
}
