import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import { at, type JsonObject } from '../model/json.ts'
import { movedSince } from '../store/movement.ts'
import type { StockTable } from '../store/tables.ts'
import { authorDocument } from './author.ts'
import { isOutside } from './movement-rows.ts'
import { fetchDocument, textOf } from './shelf.ts'
import {
  authorOnce,
  type Commander,
  enough,
  goodsFields,
  heldStock,
  knownLocation,
  knownProduct,
  type NamedGoods,
  ownPlace,
  quantity,
  quantityOf,
  rowsAt,
  timeOfCommand,
} from './stock-command.ts'
import { shelfKey, stockLevelKey } from './stock-level.ts'
import type { Books, LedgerDocument } from './types.ts'

/** Goods to move. Ends are keys of locations, or `:supplier`, `:customer`, `:adjustment`, `:transit`. */
export interface Movement extends NamedGoods {
  /** ours; given once */
  readonly key: string
  readonly kind: 'receipt' | 'issue' | 'transfer' | 'adjust' | 'scrap'
  readonly from: string
  readonly to: string
  readonly toCondition?: string
  readonly movedAt?: string
  readonly cause?: JsonObject
  readonly note?: string
}

const outside: ReadonlySet<string> = new Set([':supplier', ':customer', ':adjustment', ':transit'])
const endOf = (end: string): JsonObject => (isOutside(end) ? { virtual: end.slice(1) } : { ref: { type: 'location', key: end } })

/**
 * Posts a movement of the hub. The same command under the same key happens once.
 * @throws HubError (reject) `not-enough` when more is taken than is there, `kept-by-partner` for a place whose stock a partner tells, `key-taken`, `unknown-product`, `unknown-location`, `unknown-unit`
 */
export async function postMovement(books: Books, movement: Movement, by: Commander): Promise<LedgerDocument> {
  const { key, kind, from, to, toCondition, cause, note } = movement
  if (from === to && (toCondition ?? movement.condition) === movement.condition)
    throw reject('no-movement', `from and to are both ${from}: nothing moves`)
  if (isOutside(from) && isOutside(to)) throw reject('no-movement', `${from} and ${to} both lie outside: name a location`)
  const stored = await heldStock(books, [movement.product])
  const current = await fetchDocument(books.data.shelf, 'stock-movement', key)
  const counting = await knownProduct(books, movement.product)
  const asked = quantityOf(movement, counting)
  for (const end of [from, to])
    if (!isOutside(end)) await knownLocation(books, end)
    else if (!outside.has(end)) throw reject('unknown-location', `${end} is no place outside: those are ${[...outside].join(', ')}`)
  if (current === undefined) {
    for (const end of [from, to]) if (!isOutside(end)) ownPlace(stored, end, movement)
    if (!isOutside(from)) enough(stored, from, movement, asked, 'on_hand')
  }
  const body: JsonObject = {
    status: textOf(current?.body.status) ?? 'posted',
    kind,
    ...goodsFields(movement, counting),
    from: endOf(from),
    to: endOf(to),
    movedAt: movedAt(books, movement.movedAt, current),
    ...(toCondition === undefined ? {} : { toCondition }),
    ...(cause === undefined ? {} : { cause }),
    ...(note === undefined ? {} : { note }),
  }
  return authorOnce(books, { type: 'stock-movement', key, body }, by)
}

/** A repeated command that left its time out means the time it was given. */
const movedAt = (books: Books, given: string | undefined, current: LedgerDocument | undefined): string =>
  given === undefined ? (textOf(current?.body.movedAt) ?? timeOfCommand(books, undefined)) : timeOfCommand(books, given)

/** Reverses a movement of the hub: it moves nothing any more. @throws HubError (reject) `unknown-movement`, `not-enough` when what it brought is gone */
export async function reverseMovement(books: Books, key: string, seen: number | undefined, by: Commander): Promise<LedgerDocument> {
  const current = await fetchDocument(books.data.shelf, 'stock-movement', key)
  if (current === undefined)
    throw reject('unknown-movement', `there is no movement ${key}: \`crossdock ledger list stock-movement\` has those there are`)
  const goods = goodsOf(current.body)
  if (goods !== undefined && current.status !== 'reversed') {
    const stored = await heldStock(books, [goods.product])
    ownPlace(stored, goods.to, goods)
    enough(stored, goods.to, goods, quantityOf(goods, await knownProduct(books, goods.product), 'any'), 'on_hand')
  }
  return authorDocument(
    books,
    {
      type: 'stock-movement',
      key,
      body: { ...current.body, status: 'reversed' },
      author: by.author,
      ...(seen === undefined ? {} : { seen }),
    },
    by.fits,
  )
}

/** What a movement brought to a location; undefined when it brought nothing there. */
function goodsOf(body: JsonObject): (NamedGoods & { readonly to: string }) | undefined {
  const product = at(body, 'product.ref.key')
  const to = at(body, 'to.ref.key')
  const owner = at(body, 'owner.ref.key')
  const quantity = textOf(body.quantity)
  if (typeof product !== 'string' || typeof to !== 'string' || quantity === undefined || quantity === '0') return undefined
  const [condition, lot, unit] = [textOf(body.toCondition) ?? textOf(body.condition), textOf(body.lot), textOf(body.unit)]
  return {
    product,
    to,
    quantity,
    ...(unit === undefined ? {} : { unit }),
    ...(typeof owner === 'string' ? { owner } : {}),
    ...(condition === undefined ? {} : { condition }),
    ...(lot === undefined ? {} : { lot }),
  }
}

export interface Count extends NamedGoods {
  readonly key: string
  readonly location: string
  readonly countedAt?: string
  readonly note?: string
}

/**
 * A count of one place: what is missing goes to, what is too much comes from `:adjustment`, by what the books said at that time. The movement keeps both figures, also where they agree.
 * @throws HubError (reject) `older-count` when the place was counted later, and those of {@link postMovement}
 */
export async function countStock(books: Books, count: Count, by: Commander): Promise<LedgerDocument> {
  const { key, location, product, note } = count
  const stored = await heldStock(books, [product])
  const current = await fetchDocument(books.data.shelf, 'stock-movement', key)
  const counting = await knownProduct(books, product)
  await knownLocation(books, location)
  const time = movedAt(books, count.countedAt, current)
  const counted = count.quantity === '0' ? 0n : quantityOf(count, counting)
  if (current === undefined) ownPlace(stored, location, count)
  const book = current === undefined ? await bookAt(books, stored, count, Date.parse(time)) : undefined
  const difference = counted - (book ?? 0n)
  const { quantity: _, ...goods } = goodsFields({ ...count, unit: counting.units.baseUnit }, counting)
  const body: JsonObject =
    current !== undefined && current.body.counted === quantity(counted)
      ? current.body
      : {
          status: 'posted',
          kind: 'count',
          ...goods,
          quantity: quantity(difference < 0n ? -difference : difference),
          from: endOf(difference < 0n ? location : ':adjustment'),
          to: endOf(difference < 0n ? ':adjustment' : location),
          movedAt: time,
          counted: quantity(counted),
          book: quantity(book ?? 0n),
          ...(note === undefined ? {} : { note }),
        }
  return authorOnce(books, { type: 'stock-movement', key, body }, by)
}

/** What the books say was at a place at a time. */
async function bookAt({ tx, tenant }: Books, stored: readonly StockTable[], count: Count, at: number): Promise<bigint> {
  const here = rowsAt(stored, count.location, { ...count, lot: count.lot ?? '' })
  const later = (await movedSince(tx, tenant, count.product, count.location, at)).filter(
    ({ source, owner, condition, lot }) =>
      source === hubOrigin && owner === (count.owner ?? '') && condition === (count.condition ?? 'sellable') && lot === (count.lot ?? ''),
  )
  return here.reduce((total, row) => total + BigInt(row.on_hand), 0n) - later.reduce((total, each) => total + each.quantity, 0n)
}

export interface Snapshot extends NamedGoods {
  readonly location: string
}

/**
 * Says what is at places at a time, whatever moved before: opening stock, or a stock-taking. An older snapshot never overwrites a newer one.
 * @throws HubError (reject) `older-snapshot`, `not-ours` for a place that a partner counts, and those of {@link postMovement}
 */
export async function snapshotStock(
  books: Books,
  snapshots: readonly Snapshot[],
  given: string | undefined,
  by: Commander,
): Promise<readonly LedgerDocument[]> {
  const asOf = timeOfCommand(books, given)
  const stored = await heldStock(
    books,
    snapshots.map(({ product }) => product),
  )
  const made: LedgerDocument[] = []
  for (const snapshot of snapshots) {
    const { location, product, owner = '', condition = 'sellable', lot = '' } = snapshot
    const counting = await knownProduct(books, product)
    await knownLocation(books, location)
    ownPlace(stored, location, snapshot)
    if (snapshot.quantity !== '0') quantityOf(snapshot, counting)
    const key = stockLevelKey({ product, location, owner, condition, lot })
    const current = await fetchDocument(books.data.shelf, 'stock-level', key)
    const before = textOf(current?.body.asOf)
    if (before !== undefined && Date.parse(before) > Date.parse(asOf))
      throw reject(
        'older-snapshot',
        `${shelfKey(location, product)} was counted at ${before}, later than ${asOf}: an older count never overwrites a newer one`,
      )
    const { quantity: onHand, serials: _, ...goods } = goodsFields(snapshot, counting)
    const body: JsonObject = {
      location: { ref: { type: 'location', key: location } },
      ...goods,
      onHand,
      measure: 'onHand',
      method: 'snapshot',
      asOf,
    }
    made.push(await authorDocument(books, { type: 'stock-level', key, body, author: by.author }, by.fits))
  }
  return made
}
