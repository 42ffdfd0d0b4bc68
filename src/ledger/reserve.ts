import { fromScaled, isDecimal, quantityScale, toScaled } from '../model/decimal.ts'
import { type HubError, reject } from '../model/errors.ts'
import type { Tx } from '../store/database.ts'
import { doneOf, type Outcome } from '../store/joint-writes.ts'
import {
  anyPromise,
  confirmPromise,
  endPromises,
  expirePromises,
  forEver,
  holdSellable,
  insertPromises,
  promiseLines,
  promisesFor,
  type Sellable,
} from '../store/promise.ts'
import type { OrderStateTable, PromiseTable } from '../store/tables.ts'

/** Goods to be kept for a while, all of them or none. Quantities in base units. */
export interface Reserving {
  readonly lines: readonly { readonly product: string; readonly quantity: string }[]
  readonly channel: string
  /** key of the order that is to come, or its number at the channel: when it arrives it takes the reservation over */
  readonly reference?: string
  readonly holdForMs: number
  readonly actor: string
}

interface Desk {
  readonly tenant: string
  /** epoch ms by the database's clock */
  readonly now: () => Promise<number>
  readonly newId: () => string
}

/** One reservation in a transaction of its own. @throws HubError `not-enough`, `no-quantity` (reject), see {@link reserveAll} */
export const reserve = async (tx: Tx, desk: Desk, asked: Reserving): Promise<readonly PromiseTable[]> =>
  doneOf((await reserveAll(tx, desk, [asked]))[0])

/**
 * Reserves for many callers, one after the other: of each all lines or none. Whoever reserves holds the sellable rows of its products until it has committed, in one order, so that what two callers are promised together is
 * never more than there is. What has run out counts no more, whether a sweep came by or not. Refused are, with the arithmetic of each line that falls short, `not-enough`, and `no-quantity`.
 */
export async function reserveAll(
  tx: Tx,
  { tenant, now, newId }: Desk,
  asks: readonly Reserving[],
): Promise<readonly Outcome<readonly PromiseTable[]>[]> {
  const wanted = asks.map(wantedBy)
  const products = [...new Set(wanted.flatMap((of) => ('refused' in of ? [] : [...of.done.keys()])))].sort()
  let there: ReadonlyMap<string, Sellable> = await holdSellable(tx, tenant, products)
  const at = await now()
  const ended = products.filter((product) => (there.get(product)?.firstEnd ?? forEver) <= at)
  if (ended.length > 0) {
    await expirePromises(tx, tenant, ended, at)
    there = await holdSellable(tx, tenant, products)
  }
  const held = new Map([...there].map(([product, { held }]) => [product, held]))
  const outcomes = asks.map((asked, place): Outcome<readonly PromiseTable[]> => {
    const lines = wanted[place] as Outcome<ReadonlyMap<string, bigint>>
    if ('refused' in lines) return lines
    const short = shortagesOf(lines.done, there, held)
    if (short.length > 0) return { refused: notEnough(short) }
    for (const [product, asking] of lines.done) held.set(product, (held.get(product) ?? 0n) + asking)
    return { done: rowsOf({ tenant, id: newId(), at }, asked, lines.done) }
  })
  await insertPromises(
    tx,
    outcomes.flatMap((outcome) => ('refused' in outcome ? [] : outcome.done)),
    there,
  )
  return outcomes
}

/** Pieces of each product that are asked for, x 10^6. */
function wantedBy({ lines }: Reserving): Outcome<ReadonlyMap<string, bigint>> {
  const wanted = new Map<string, bigint>()
  for (const { product, quantity } of lines) {
    const pieces = isDecimal(quantity) ? toScaled(quantity, quantityScale) : 0n
    if (pieces <= 0n) return { refused: reject('no-quantity', `${quantity} of ${product} is no quantity that can be reserved`) }
    wanted.set(product, (wanted.get(product) ?? 0n) + pieces)
  }
  return { done: wanted }
}

const shortagesOf = (
  wanted: ReadonlyMap<string, bigint>,
  there: ReadonlyMap<string, Sellable>,
  held: ReadonlyMap<string, bigint>,
): readonly string[] =>
  [...wanted].toSorted(byProduct).flatMap(([product, asking]) => {
    const available = there.get(product)?.available ?? 0n
    const kept = held.get(product) ?? 0n
    return available - kept < asking ? [shortage(product, asking, available, kept)] : []
  })

const byProduct = ([a]: readonly [string, bigint], [b]: readonly [string, bigint]): number => (a < b ? -1 : 1)

const rowsOf = (
  { tenant, id, at }: { readonly tenant: string; readonly id: string; readonly at: number },
  { channel, reference, holdForMs, actor }: Reserving,
  wanted: ReadonlyMap<string, bigint>,
): readonly PromiseTable[] =>
  [...wanted].toSorted(byProduct).map(([product, quantity], line): PromiseTable => {
    const until = at + holdForMs
    return {
      ...{ tenant, id, line, product, quantity, channel, reference: reference ?? null, actor },
      ...{ state: 'held', counts_until: until, expires_at: until, created_at: at, ended_at: null, order_key: null, told: 0 },
    }
  })

const text = (value: bigint): string => fromScaled(value, quantityScale)
const shortage = (product: string, asked: bigint, available: bigint, held: bigint): string =>
  `${product}: ${text(asked)} asked, ${text(available - held)} free (available ${text(available)}, reserved ${text(held)})`
const notEnough = (short: readonly string[]): HubError =>
  reject('not-enough', `${short.join('; ')}. Nothing was reserved: ask for less, or again when something is free`)

/** Keeps a reservation until its order comes or it is released. @throws HubError (reject) `unknown-reservation`, `reservation-ended` */
export async function confirmReservation(tx: Tx, { tenant, now }: Desk, id: string): Promise<readonly PromiseTable[]> {
  const lines = await held(tx, tenant, id)
  const at = await now()
  const state = lines[0]?.state
  if (state === 'confirmed') return lines
  if (state !== 'held' || lines.some(({ counts_until }) => counts_until <= at))
    throw reject('reservation-ended', `reservation ${id} has ended (${state === 'held' ? 'expired' : state}): reserve again`)
  await confirmPromise(tx, tenant, id)
  return promiseLines(tx, tenant, id)
}

/** Gives back what a reservation holds; one that has ended stays as it ended. @throws HubError `unknown-reservation` (reject) */
export async function releaseReservation(tx: Tx, { tenant, now }: Desk, id: string): Promise<readonly PromiseTable[]> {
  await held(tx, tenant, id)
  await endPromises(tx, tenant, [id], { state: 'released', ended_at: await now() })
  return promiseLines(tx, tenant, id)
}

/** Lines of a reservation whose products nobody else can count until this transaction ends. */
async function held(tx: Tx, tenant: string, id: string): Promise<readonly PromiseTable[]> {
  const lines = await promiseLines(tx, tenant, id)
  if (lines.length === 0) throw reject('unknown-reservation', `there is no reservation ${id}`)
  await holdSellable(
    tx,
    tenant,
    lines.map(({ product }) => product),
  )
  return promiseLines(tx, tenant, id)
}

/** Orders that are placed take over what was reserved for them, by their key, or by their number at their own shop: it ends with the orders' own promises, in one transaction. */
export async function takeOver(tx: Tx, tenant: string, now: number, orders: readonly OrderStateTable[]): Promise<readonly string[]> {
  const placed = orders.filter(({ type, status }) => type === 'sales-order' && status !== 'draft')
  if (placed.length === 0 || !(await anyPromise(tx, tenant))) return []
  const rows = await promisesFor(
    tx,
    tenant,
    placed.flatMap(({ key, number }) => (number === null ? [key] : [key, number])),
  )
  for (const { key, number, origin } of rows.length === 0 ? [] : placed) {
    const own = rows.filter((row) => row.reference === key || (row.reference === number && row.channel === origin))
    await endPromises(tx, tenant, [...new Set(own.map(({ id }) => id))], { state: 'taken', ended_at: now, order_key: key })
  }
  return rows.map(({ product }) => product)
}
