import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { filled, grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { PromiseSumTable, PromiseTable } from './tables-stock.ts'

/** Confirmed reservations count until an order takes them over or they are released. */
export const forEver = 8_640_000_000_000_000

/** What may be promised of a product. x 10^6 */
export interface Sellable {
  readonly available: bigint
  /** by reservations, also those that have ended and are not marked yet */
  readonly held: bigint
  /** none of those ends earlier */
  readonly firstEnd: number
}

/** Adds lines of reservations to what their products hold. The products' rows must be held ({@link holdSellable}), `there` be what they said. */
export async function insertPromises(tx: Tx, rows: readonly PromiseTable[], there: ReadonlyMap<string, Sellable>): Promise<void> {
  await insertMany(tx, 'promise', rows)
  const sums = [...grouped(rows, ({ product }) => product)].map(([product, lines]): PromiseSumTable => {
    const { held, firstEnd } = there.get(product) ?? { held: 0n, firstEnd: forEver }
    return {
      tenant: lines[0]?.tenant ?? '',
      product,
      held: lines.reduce((sum, { quantity }) => sum + BigInt(quantity), held),
      first_end: lines.reduce((first, { counts_until }) => Math.min(first, counts_until), firstEnd),
    }
  })
  await savePromiseSums(
    tx,
    sums.sort((a, b) => (a.product < b.product ? -1 : 1)),
  )
}

const savePromiseSums = (tx: Tx, rows: readonly PromiseSumTable[]): Promise<number> =>
  insertMany(tx, 'promise_sum', rows, { keys: ['tenant', 'product'], then: 'update', columns: ['held', 'first_end'] })

/**
 * Holds the sellable rows of products and what is promised of them until the transaction ends, and answers what they say then. Whoever promises anything of them comes one after the other, and a unit of work that moves
 * them is seen wholly or not at all. A product without a row has nothing to promise.
 */
export async function holdSellable(tx: Tx, tenant: string, products: readonly string[]): Promise<Map<string, Sellable>> {
  const rows = await inLists(products.toSorted(), (list) => {
    const read = tx
      .selectFrom('stock')
      .leftJoin('promise_sum', (join) =>
        join.onRef('promise_sum.tenant', '=', 'stock.tenant').onRef('promise_sum.product', '=', 'stock.product'),
      )
      .select(['stock.product', 'available', 'held', 'first_end'])
      .where('stock.tenant', '=', tenant)
      .where('stock.product', 'in', list)
      .where('condition', '=', 'sellable')
      .orderBy('stock.product')
    return (hasRivals(tx) ? read.forUpdate() : read).execute()
  })
  const found = new Map<string, Sellable>()
  for (const { product, available, held, first_end } of rows)
    found.set(product, {
      available: (found.get(product)?.available ?? 0n) + BigInt(available),
      held: BigInt(held ?? 0),
      firstEnd: first_end ?? forEver,
    })
  return found
}

/** Marks reservations of products that have ended by now. Who holds the products' rows decides it, so that none is counted as gone and confirmed later. */
export async function expirePromises(tx: Tx, tenant: string, products: readonly string[], now: number): Promise<void> {
  const rows = await inLists(products, (list) =>
    tx
      .selectFrom('promise')
      .select('id')
      .distinct()
      .where('tenant', '=', tenant)
      .where('product', 'in', list)
      .where('counts_until', '>', 0)
      .where('counts_until', '<=', now)
      .execute(),
  )
  await endPromises(
    tx,
    tenant,
    rows.map(({ id }) => id),
    { state: 'expired', ended_at: now },
  )
  for (const product of products) {
    const next = await tx
      .selectFrom('promise')
      .select(({ fn }) => fn.min('counts_until').as('first'))
      .where('tenant', '=', tenant)
      .where('product', '=', product)
      .where('counts_until', '>', 0)
      .executeTakeFirst()
    const first_end = next?.first ?? forEver
    await tx.updateTable('promise_sum').set({ first_end }).where('tenant', '=', tenant).where('product', '=', product).execute()
  }
}

/** Ends reservations whole. A line is held while it is looked at, so that of two who end it one takes it off the sum. */
export async function endPromises(
  tx: Tx,
  tenant: string,
  ids: readonly string[],
  how: Pick<PromiseTable, 'state' | 'ended_at'> & Partial<Pick<PromiseTable, 'order_key'>>,
): Promise<void> {
  const counting = await inLists(ids.toSorted(), (list) => {
    const lines = tx
      .selectFrom('promise')
      .select(['product', 'quantity'])
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('counts_until', '>', 0)
      .orderBy('id')
      .orderBy('line')
    return (hasRivals(tx) ? lines.forUpdate() : lines).execute()
  })
  if (counting.length === 0) return
  await inLists(ids, (list) =>
    tx
      .updateTable('promise')
      .set({ ...how, counts_until: 0 })
      .where('tenant', '=', tenant)
      .where('id', 'in', list)
      .where('counts_until', '>', 0)
      .execute(),
  )
  for (const [product, lines] of [...grouped(counting, (line) => line.product)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ended = lines.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)
    await tx
      .updateTable('promise_sum')
      .set(({ eb }) => ({ held: eb('held', '-', ended) }))
      .where('tenant', '=', tenant)
      .where('product', '=', product)
      .execute()
  }
}

export const confirmPromise = (tx: Tx, tenant: string, id: string): Promise<unknown> =>
  tx.updateTable('promise').set({ state: 'confirmed', counts_until: forEver }).where('tenant', '=', tenant).where('id', '=', id).execute()

export const promiseLines = (read: Reader, tenant: string, id: string): Promise<PromiseTable[]> =>
  read.selectFrom('promise').selectAll().where('tenant', '=', tenant).where('id', '=', id).orderBy('line').execute()

/** What routes know of a line: nothing, its beginning, its end. */
const everyTold = [0, 1, 2] as const

/** Whether any line counts: a look into an index, for those that would ask for many. */
export const anyPromise = async (read: Reader, tenant: string): Promise<boolean> =>
  (await read
    .selectFrom('promise')
    .select('id')
    .where('tenant', '=', tenant)
    .where('told', 'in', everyTold)
    .where('counts_until', '>', 0)
    .limit(1)
    .executeTakeFirst()) !== undefined

/** Lines that count and were made for one of these references. */
export const promisesFor = (read: Reader, tenant: string, references: Iterable<string>): Promise<PromiseTable[]> =>
  inLists(references, (list) =>
    read
      .selectFrom('promise')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('reference', 'in', list)
      .where('counts_until', '>', 0)
      .execute(),
  )

/** What reservations hold of products: those that have ended and are not marked yet count, until a sweep marks them. x 10^6 */
export async function promisedOf(read: Reader, tenant: string, products: Iterable<string>): Promise<Map<string, bigint>> {
  const rows = await promiseSumsOf(read, tenant, products)
  return new Map(rows.flatMap(({ product, held }) => (BigInt(held) === 0n ? [] : [[product, BigInt(held)]])))
}

export const promiseSumsOf = (read: Reader, tenant: string, products: Iterable<string>): Promise<PromiseSumTable[]> =>
  inLists(products, (list) =>
    read.selectFrom('promise_sum').selectAll().where('tenant', '=', tenant).where('product', 'in', list).execute(),
  )

/** The same as the lines say it; products of which nothing is held are left out. */
export async function promiseSumsNow(read: Reader, tenant: string, products: Iterable<string>): Promise<PromiseSumTable[]> {
  const rows = await inLists(products, (list) =>
    read
      .selectFrom('promise')
      .select(({ fn }) => ['tenant', 'product', fn.sum('quantity').as('held'), fn.min('counts_until').as('first')])
      .where('tenant', '=', tenant)
      .where('product', 'in', list)
      .where('counts_until', '>', 0)
      .groupBy(['tenant', 'product'])
      .execute(),
  )
  return rows.map(({ tenant, product, held, first }) => ({ tenant, product, held: BigInt(held ?? 0), first_end: Number(first) }))
}

/** Writes the sums of products anew from their lines. */
export async function mendPromiseSums(tx: Tx, tenant: string, products: readonly string[]): Promise<void> {
  if (products.length === 0) return
  await holdSellable(tx, tenant, products)
  await tx
    .deleteFrom('promise_sum')
    .where('tenant', '=', tenant)
    .where('product', 'in', filled([...products]))
    .execute()
  await savePromiseSums(tx, await promiseSumsNow(tx, tenant, products))
}

/** Lines of whose beginning or end routes were not told, at most `limit`. */
export async function untoldPromises(read: Reader, tenant: string, now: number, limit: number): Promise<PromiseTable[]> {
  const rows: PromiseTable[] = []
  for (const [told, until] of [
    [0, forEver],
    [1, now],
  ] as const)
    rows.push(
      ...(await read
        .selectFrom('promise')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('told', '=', told)
        .where('counts_until', '<=', until)
        .limit(limit)
        .execute()),
    )
  return rows
}

export const markTold = (tx: Tx, tenant: string, { id, line }: PromiseTable, told: (typeof everyTold)[number]): Promise<unknown> =>
  tx.updateTable('promise').set({ told }).where('tenant', '=', tenant).where('id', '=', id).where('line', '=', line).execute()
