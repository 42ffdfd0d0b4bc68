import type { Reader } from './in-list.ts'
import type { MovementTable } from './tables-stock.ts'

/** A place of which movements are asked for; what is left out may be anything. */
export interface MovementPlace {
  readonly product: string
  readonly location: string
  readonly owner?: string
  readonly condition?: string
  readonly lot?: string
}

/** Where a movement stands among those of its place. */
export type MovementOrder = Pick<MovementTable, 'moved_at' | 'type' | 'key' | 'line'> & { readonly side: string }

const sideOf = (side: string): MovementTable['side'] => (side === 'to' ? 'to' : 'from')

function at(read: Reader, tenant: string, { product, location, owner, condition, lot }: MovementPlace) {
  let rows = read.selectFrom('movement').where('tenant', '=', tenant).where('product', '=', product).where('location', '=', location)
  if (owner !== undefined) rows = rows.where('owner', '=', owner)
  if (condition !== undefined) rows = rows.where('condition', '=', condition)
  if (lot !== undefined) rows = rows.where('lot', '=', lot)
  return rows
}

/** Movements of a place by time, at most `limit`, since a time and after one of them. */
export async function listMovements(
  read: Reader,
  tenant: string,
  place: MovementPlace,
  since: number,
  after: MovementOrder | undefined,
  limit: number,
): Promise<MovementTable[]> {
  let rows = at(read, tenant, place).where('moved_at', '>=', Math.max(since, after?.moved_at ?? 0))
  if (after !== undefined) {
    const { moved_at, type, key, line, side } = after
    rows = rows.where(({ eb, refTuple, tuple }) =>
      eb.or([eb('moved_at', '>', moved_at), eb(refTuple('type', 'key', 'line', 'side'), '>', tuple(type, key, line, sideOf(side)))]),
    )
  }
  return rows.selectAll().orderBy('moved_at').orderBy('type').orderBy('key').orderBy('line').orderBy('side').limit(limit).execute()
}

/** Movements that are added up for a balance. */
export const mostSummed = 200_000

/** Sum of all movements of a place before one of them; undefined: there are more than are added up. */
export async function sumBefore(
  read: Reader,
  tenant: string,
  place: MovementPlace,
  first: MovementOrder,
  most = mostSummed,
): Promise<bigint | undefined> {
  const { moved_at, type, key, line, side } = first
  const before = at(read, tenant, place)
    .where(({ eb, refTuple, tuple }) =>
      eb.or([
        eb('moved_at', '<', moved_at),
        eb.and([eb('moved_at', '=', moved_at), eb(refTuple('type', 'key', 'line', 'side'), '<', tuple(type, key, line, sideOf(side)))]),
      ]),
    )
    .select('quantity')
    .limit(most + 1)
  const row = await read
    .selectFrom(before.as('before'))
    .select(({ fn }) => [fn.sum('quantity').as('quantity'), fn.countAll<number>().as('count')])
    .executeTakeFirst()
  return Number(row?.count ?? 0) > most ? undefined : BigInt(row?.quantity ?? 0)
}
