import { fromScaled, quantityScale } from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { grouped, type Reader } from '../store/in-list.ts'
import { orderStatesOf } from '../store/order.ts'
import { promisedOf } from '../store/promise.ts'
import { stockOf } from '../store/stock.ts'
import type { OrderStateTable, StockTable } from '../store/tables.ts'
import { orderTypes } from './assemble.ts'
import { type Offer, offered } from './offer.ts'
import { offeredPlaces, productsOf } from './offer-goods.ts'
import { lineNamed } from './order-case.ts'
import { referencesIn } from './references.ts'
import {
  documentName,
  externalsOf,
  keyOf,
  loadDocuments,
  loadLineLinks,
  loadLinks,
  namedDocument,
  openShelf,
  type Shelf,
  targetOf,
} from './shelf.ts'
import { shelfKey, stockLevelKey } from './stock-level.ts'
import type { LedgerDocument } from './types.ts'
import { unitsOf } from './units.ts'

/**
 * A document as routes and push mappings see it: with `type`, `key`, `origin`, `version` beside its fields; every reference carries `key` and the `origin` of
 * what it names, and every `orderLine` the `key` of the line, as far as they are known. The `order` of a shipment carries how far that order has come as well, by
 * all that is known now: its derived `status` and `fulfilment` (`none`, `part`, `shipped`, `returned`; `received` for a purchase). A stock level is composed from the derived row: `{location, product, unit,
 * onHand, reserved, inTransit, available, pushable, asOf}`, quantities in the base unit, `pushable` = max(0, available), for a connection with an offer what that lets it sell.
 */
export async function resolved(read: Reader, tenant: string, document: LedgerDocument): Promise<JsonObject> {
  const [one] = await resolvedAll(openShelf(read, tenant), [document])
  return one ?? document.body
}

/** {@link resolved} for many documents, in their order, with a number of statements that does not grow with them. `shelf`: that of a unit of work, or a new one. */
export async function resolvedAll(shelf: Shelf, documents: readonly LedgerDocument[], offer?: Offer): Promise<readonly JsonObject[]> {
  await loadReferred(shelf, documents)
  const rows = await stockRows(shelf, documents)
  const states = await stateRows(shelf, documents)
  const pushable = offer === undefined ? undefined : await pushableOf(shelf, offer, documents)
  return documents.map((document) => {
    const { type, key, origin, version } = document
    const walked = walk(shelf, document, document.body)
    const body = isObject(walked) ? walked : {}
    const row = type === 'stock-level' ? rows.get(key) : undefined
    const state = type === 'shipment' ? states.get(orderNameOf(shelf, document) ?? '') : undefined
    return {
      ...body,
      ...(row && stockFields(shelf, row)),
      ...(row && pushable && row.condition === 'sellable' && { pushable: fromScaled(pushable.get(key) ?? 0n, quantityScale) }),
      ...(state && { order: progressed(body.order, state) }),
      type,
      key,
      origin,
      version,
    }
  })
}

async function loadReferred(shelf: Shelf, documents: readonly LedgerDocument[]): Promise<void> {
  const targets = documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))
  await loadLinks(shelf, externalsOf(targets))
  const names = targets.flatMap((target) => {
    const key = keyOf(shelf, { ...target })
    return key === undefined ? [] : [{ type: target.type, key }]
  })
  await loadDocuments(shelf, names)
  for (const type of orderTypes)
    await loadLineLinks(
      shelf,
      type,
      names.filter((name) => name.type === type).map(({ key }) => key),
    )
}

async function stockRows(shelf: Shelf, documents: readonly LedgerDocument[]): Promise<ReadonlyMap<string, StockTable>> {
  const products = productsOf(shelf, documents)
  const rows = await stockOf(shelf.read, shelf.tenant, products)
  const own = new Map(rows.map((row) => [stockLevelKey(row), row]))
  // a shelf's own stock level stands for all owners and lots there
  for (const [key, group] of grouped(
    rows.filter(({ condition }) => condition === 'sellable'),
    (row) => shelfKey(row.location, row.product),
  ))
    own.set(key, group.reduce(together))
  const promised = await promisedOf(shelf.read, shelf.tenant, products)
  // reservations of no order yet stand where orders do: at the first shelf
  for (const [product, held] of promised) {
    const location = rows
      .filter((row) => row.product === product && row.condition === 'sellable')
      .map((row) => row.location)
      .sort()[0]
    const key = location === undefined ? '' : shelfKey(location, product)
    const row = own.get(key)
    if (row !== undefined) own.set(key, { ...row, reserved: BigInt(row.reserved) + held, available: BigInt(row.available) - held })
  }
  return own
}

const together = (a: StockTable, b: StockTable): StockTable => ({
  ...a,
  on_hand: BigInt(a.on_hand) + BigInt(b.on_hand),
  reserved: BigInt(a.reserved) + BigInt(b.reserved),
  in_transit: BigInt(a.in_transit) + BigInt(b.in_transit),
  available: BigInt(a.available) + BigInt(b.available),
  as_of: Math.min(a.as_of, b.as_of),
})

/** What a connection may sell under each stock level that it brings to its shop, by key. */
async function pushableOf(shelf: Shelf, offer: Offer, documents: readonly LedgerDocument[]): Promise<ReadonlyMap<string, bigint>> {
  const places = await offeredPlaces(shelf, offer, productsOf(shelf, documents))
  return new Map([...places.values()].flat().map(({ carrier, goods }) => [carrier.key, offered(offer, goods).pushable]))
}

/** Derived state of the orders that shipments name, by document name. */
async function stateRows(shelf: Shelf, documents: readonly LedgerDocument[]): Promise<ReadonlyMap<string, OrderStateTable>> {
  const names = documents.filter(({ type }) => type === 'shipment').flatMap((document) => orderNameOf(shelf, document) ?? [])
  const states = new Map<string, OrderStateTable>()
  for (const [type, group] of grouped(names.map(namedDocument), (name) => name.type))
    for (const row of await orderStatesOf(shelf.read, shelf.tenant, type, new Set(group.map(({ key }) => key))))
      states.set(documentName(row), row)
  return states
}

function orderNameOf(shelf: Shelf, { body: { order } }: LedgerDocument): string | undefined {
  const key = keyOf(shelf, order)
  return isObject(order) && typeof order.type === 'string' && key !== undefined ? documentName({ type: order.type, key }) : undefined
}

const progressed = (order: Json | undefined, { status, fulfilment }: OrderStateTable): JsonObject => ({
  ...(isObject(order) ? order : {}),
  status,
  fulfilment,
})

function stockFields(shelf: Shelf, row: StockTable): JsonObject {
  const product = shelf.documents.get(documentName({ type: 'product', key: row.product }))
  const text = (value: StockTable['on_hand']) => fromScaled(BigInt(value), quantityScale)
  const available = BigInt(row.available)
  return {
    ...(product && { unit: unitsOf(product.body).baseUnit }),
    condition: row.condition,
    onHand: text(row.on_hand),
    reserved: text(row.reserved),
    inTransit: text(row.in_transit),
    available: text(row.available),
    pushable: text(available > 0n ? available : 0n),
    asOf: new Date(row.as_of).toISOString(),
  }
}

function walk(shelf: Shelf, document: LedgerDocument, value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => walk(shelf, document, item) ?? null)
  if (!isObject(value)) return value
  if (value !== document.body && targetOf(value) !== undefined) return resolveReference(shelf, value)
  const fields = Object.entries(value).map(([name, field]) => {
    if (name === 'ext' || name === 'findings') return [name, field] as const
    if (name === 'orderLine' && isObject(field)) return [name, resolveLine(shelf, document, value, field)] as const
    return [name, walk(shelf, document, field)] as const
  })
  return Object.fromEntries(fields)
}

function resolveReference(shelf: Shelf, reference: JsonObject): JsonObject {
  const key = keyOf(shelf, reference)
  if (key === undefined || typeof reference.type !== 'string') return reference
  const origin = shelf.documents.get(documentName({ type: reference.type, key }))?.origin
  return { ...reference, key, ...(origin === undefined ? {} : { origin }) }
}

function resolveLine(shelf: Shelf, document: LedgerDocument, row: JsonObject, reference: JsonObject): JsonObject {
  const order = row.order ?? document.body.order
  const key = keyOf(shelf, order)
  const target =
    isObject(order) && typeof order.type === 'string' && key !== undefined
      ? shelf.documents.get(documentName({ type: order.type, key }))
      : undefined
  if (target === undefined) return reference
  const linked = shelf.lineLinks.get(documentName(target))
  const line = lineNamed(target, reference, document.origin, (connection, external) => linked?.get(`${connection}\0${external}`))
  return line === undefined ? reference : { ...reference, key: line }
}
