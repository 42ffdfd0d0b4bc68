import type { Tx } from './database.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { Held } from './order.ts'
import type { MovementTable, SerialTable } from './tables-stock.ts'

/** Ends of movements that documents of one type made. */
export const movementsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<MovementTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('movement').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const serialsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<SerialTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('serial').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

/** Removes what documents of one type made before, and writes what they make now. */
export async function replaceMovements(
  tx: Tx,
  tenant: string,
  type: string,
  gone: Iterable<string>,
  rows: readonly MovementTable[],
  serials: readonly SerialTable[],
): Promise<void> {
  const keys = [...gone]
  for (const table of ['movement', 'serial'] as const)
    await inLists(keys, (list) =>
      tx.deleteFrom(table).where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
    )
  await insertMany(tx, 'movement', rows)
  await insertMany(tx, 'serial', serials)
}

/** What moved at one place by one kind of document of one source, x 10^6: the sum, and when the first and the last of it did. */
export interface Moved {
  readonly product: string
  readonly location: string
  readonly owner: string
  readonly condition: string
  readonly lot: string
  readonly toward: string
  readonly source: string
  readonly type: string
  readonly quantity: bigint
  readonly first: number
  readonly last: number
}

const place = ['product', 'location', 'owner', 'condition', 'lot', 'toward', 'source', 'type'] as const

/** All that moved of products, summed by place and source. */
export const movedOf = async (read: Reader, tenant: string, products: Iterable<string>): Promise<Moved[]> =>
  (
    await inLists(products, (list) =>
      read
        .selectFrom('movement')
        .select(place)
        .select(({ fn }) => [fn.sum('quantity').as('quantity'), fn.min('moved_at').as('first'), fn.max('moved_at').as('last')])
        .where('tenant', '=', tenant)
        .where('product', 'in', list)
        .groupBy(place)
        .execute(),
    )
  ).map(toMoved)

/** What moved of a product at a location after a time, by its time. */
export const movedSince = async (read: Reader, tenant: string, product: string, location: string, since: number): Promise<Moved[]> =>
  (
    await read
      .selectFrom('movement')
      .select(place)
      .select(({ fn, ref }) => [fn.sum('quantity').as('quantity'), ref('moved_at').as('first'), ref('moved_at').as('last')])
      .where('tenant', '=', tenant)
      .where('product', '=', product)
      .where('location', '=', location)
      .where('moved_at', '>', since)
      .groupBy([...place, 'moved_at'])
      .execute()
  ).map(toMoved)

const toMoved = <R extends { readonly quantity: string | number | bigint | null; readonly first: unknown; readonly last: unknown }>(
  row: R,
) => ({
  ...row,
  quantity: BigInt(row.quantity ?? 0),
  first: Number(row.first),
  last: Number(row.last),
})

/** Released reservations whose goods were taken off a shelf by a movement of their own parcel: they are gone from there, not promised. */
export async function takenOf(read: Reader, tenant: string, products: Iterable<string>, since: number): Promise<Held[]> {
  const rows = await inLists(products, (list) =>
    read
      .selectFrom('reservation')
      .select(({ fn }) => ['reservation.product', 'reservation.released_at', fn.sum('reservation.quantity').as('quantity')])
      .where('reservation.tenant', '=', tenant)
      .where('reservation.product', 'in', list)
      .where('reservation.released_at', '>', since)
      .where(({ exists, selectFrom, ref }) =>
        exists(
          selectFrom('movement')
            .select('movement.line')
            .where('movement.tenant', '=', tenant)
            .where('movement.type', '=', 'shipment')
            .where('movement.key', '=', ref('reservation.part'))
            .where('movement.product', '=', ref('reservation.product')),
        ),
      )
      .groupBy(['reservation.product', 'reservation.released_at'])
      .execute(),
  )
  return rows.map(({ product, released_at, quantity }) => ({ product, released_at, quantity: BigInt(quantity ?? 0) }))
}

/** Numbers of a product that are in stock more than once, or at more than one place; at most `limit`. */
export async function serialsTwice(
  read: Reader,
  tenant: string,
  product: string,
  limit: number,
): Promise<readonly { readonly serial: string; readonly pieces: number }[]> {
  const rows = await read
    .selectFrom('serial')
    .select(({ fn }) => ['serial', fn.sum('pieces').as('pieces')])
    .where('tenant', '=', tenant)
    .where('product', '=', product)
    .groupBy('serial')
    .having(({ fn }) => fn.sum('pieces'), '>', 1)
    .orderBy('serial')
    .limit(limit)
    .execute()
  return rows.map(({ serial, pieces }) => ({ serial, pieces: Number(pieces) }))
}

/** Products and lots whose movements do not sum to zero over all places, those outside included; at most `limit`. */
export async function unbalanced(
  read: Reader,
  tenant: string,
  limit: number,
): Promise<readonly { readonly product: string; readonly lot: string; readonly quantity: string }[]> {
  const rows = await read
    .selectFrom('movement')
    .select(({ fn }) => ['product', 'lot', fn.sum('quantity').as('quantity')])
    .where('tenant', '=', tenant)
    .groupBy(['product', 'lot'])
    .having(({ fn }) => fn.sum('quantity'), '!=', 0)
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, quantity: String(row.quantity) }))
}
