import { at, canonicalJson, type Json, type JsonObject } from '../../model/json.ts'
import { OperationError, type Resolved, type Resolver } from '../graphql/operation.ts'
import type { Book, Hook } from './book.ts'
import type { Staff } from './staff.ts'
import { idOf, type Views } from './views.ts'

const list = (value: Json | undefined, path: string): readonly Json[] => {
  const found = value === undefined ? undefined : at(value, path)
  return Array.isArray(found) ? found : []
}
const refused = (message: string, field: readonly string[], code?: string): Resolved => [
  { message, field: [...field], ...(code === undefined ? {} : { code }) },
]

/** The root fields of mutations; each either changes something and `wrote` hears of it, or answers `userErrors`. */
export function mutations(
  book: Book,
  staff: Staff,
  { parcelView }: Views,
  wrote: (name: string, input: JsonObject) => void,
): Readonly<Record<string, Resolver>> {
  const answered = new Map<string, { readonly input: string; readonly answer: Resolved }>()

  const setQuantities = (input: JsonObject): Resolved => {
    const fail = (message: string, code: string): Resolved => ({
      inventoryAdjustmentGroup: null,
      userErrors: refused(message, ['input', 'quantities', '0'], code),
    })
    const changes: { readonly item: number; readonly quantity: number; readonly delta: number }[] = []
    for (const entry of list(input, 'quantities')) {
      const item = idOf(at(entry, 'inventoryItemId'))
      const level = book.levels.get(item)
      if (!Object.hasOwn(entry as object, 'changeFromQuantity'))
        throw new OperationError('The changeFromQuantity argument must be given, be it null')
      if (level === undefined || idOf(at(entry, 'locationId')) !== book.location)
        return fail('The specified inventory item is not stocked at the location.', 'ITEM_NOT_STOCKED_AT_LOCATION')
      const from = at(entry, 'changeFromQuantity')
      if (from !== null && from !== level.available)
        return fail('The changeFromQuantity argument no longer matches the persisted quantity.', 'CHANGE_FROM_QUANTITY_STALE')
      const quantity = Number(at(entry, 'quantity'))
      changes.push({ item, quantity, delta: quantity - level.available })
    }
    for (const { item, quantity } of changes) staff.setStock(item, quantity)
    wrote('inventorySetQuantities', input)
    return {
      inventoryAdjustmentGroup: {
        createdAt: book.now(),
        changes: changes.map(({ quantity, delta }) => ({ name: 'available', delta, quantityAfterChange: quantity })),
      },
      userErrors: [],
    }
  }

  const hookAnswer = (hook: Hook | undefined): Resolved =>
    hook === undefined
      ? { webhookSubscription: null, userErrors: refused('Webhook subscription does not exist', ['id']) }
      : { webhookSubscription: { legacyResourceId: String(hook.id) }, userErrors: [] }

  return {
    inventorySetQuantities: ({ input }, { directives }) => {
      const key = directives.idempotent?.key
      if (typeof key !== 'string') throw new OperationError('The @idempotent directive is required for this mutation but was not provided.')
      const text = canonicalJson(input ?? null)
      const known = answered.get(key)
      if (known !== undefined)
        return known.input === text
          ? known.answer
          : {
              inventoryAdjustmentGroup: null,
              userErrors: refused('The same idempotency key came with other parameters.', ['input'], 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH'),
            }
      const answer = setQuantities((input ?? {}) as JsonObject)
      answered.set(key, { input: text, answer })
      return answer
    },
    fulfillmentCreate: ({ fulfillment }) => {
      const groups = list(fulfillment, 'lineItemsByFulfillmentOrder')
      const order = [...book.orders.values()].find((one) => one.fulfilmentOrder === idOf(at(groups[0] ?? null, 'fulfillmentOrderId')))
      const lines = list(groups[0], 'fulfillmentOrderLineItems').map((line) => ({
        line: idOf(at(line, 'id')),
        quantity: Number(at(line, 'quantity')),
      }))
      const isOpen = lines.every(({ line, quantity }) => (order?.lines.find(({ id }) => id === line)?.open ?? 0) >= quantity)
      if (order === undefined || lines.length === 0 || !isOpen)
        return { fulfillment: null, userErrors: refused('Invalid fulfillment order line item quantity requested.', ['fulfillment']) }
      const text = (name: string): string | null => {
        const found = at(fulfillment ?? null, `trackingInfo.${name}`)
        return typeof found === 'string' ? found : null
      }
      const parcel = staff.send(order.id, lines, { number: text('number'), company: text('company'), url: text('url') })
      wrote('fulfillmentCreate', (fulfillment ?? {}) as JsonObject)
      return { fulfillment: parcelView(order, parcel), userErrors: [] }
    },
    fulfillmentTrackingInfoUpdate: ({ fulfillmentId, trackingInfoInput }) => {
      const order = [...book.orders.values()].find(({ parcels }) => parcels.some(({ id }) => id === idOf(fulfillmentId)))
      const parcel = order?.parcels.find(({ id }) => id === idOf(fulfillmentId))
      if (order === undefined || parcel === undefined)
        return { fulfillment: null, userErrors: refused('Fulfillment does not exist.', ['fulfillmentId']) }
      parcel.tracking = { company: null, url: null, number: null, ...(trackingInfoInput as object) }
      staff.touch(order.id)
      wrote('fulfillmentTrackingInfoUpdate', { id: parcel.id })
      return { fulfillment: parcelView(order, parcel), userErrors: [] }
    },
    fulfillmentCancel: ({ id }) => {
      const order = [...book.orders.values()].find(({ parcels }) => parcels.some((one) => one.id === idOf(id)))
      const parcel = order?.parcels.find((one) => one.id === idOf(id))
      if (order === undefined || parcel === undefined)
        return { fulfillment: null, userErrors: refused('Fulfillment does not exist.', ['id']) }
      if (parcel.shown === 'CANCELED') return { fulfillment: null, userErrors: refused('Fulfillment is cancelled already.', ['id']) }
      staff.recall(order.id, parcel.id)
      wrote('fulfillmentCancel', { id: parcel.id })
      return { fulfillment: parcelView(order, parcel), userErrors: [] }
    },
    webhookSubscriptionCreate: ({ topic, webhookSubscription }) => {
      const hook = { id: book.nextId(), topic: String(topic), uri: String(at(webhookSubscription ?? null, 'uri')) }
      if ([...book.hooks.values()].some((one) => one.topic === hook.topic && one.uri === hook.uri))
        return {
          webhookSubscription: null,
          userErrors: refused('Address for this topic has already been taken', ['webhookSubscription', 'uri']),
        }
      book.hooks.set(hook.id, hook)
      return hookAnswer(hook)
    },
    webhookSubscriptionUpdate: ({ id, webhookSubscription }) => {
      const hook = book.hooks.get(idOf(id))
      if (hook !== undefined) hook.uri = String(at(webhookSubscription ?? null, 'uri') ?? hook.uri)
      return hookAnswer(hook)
    },
  }
}
