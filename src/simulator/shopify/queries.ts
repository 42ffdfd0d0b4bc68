import type { JsonObject } from '../../model/json.ts'
import type { Resolver } from '../graphql/operation.ts'
import type { Book } from './book.ts'
import { connection } from './connection.ts'
import { returnStatusOf } from './returns.ts'
import { gid, idOf, type Views } from './views.ts'

/** The root fields of queries. */
export function queries(
  book: Book,
  { location, levelView, variantView, orderView, parcelView }: Views,
): Readonly<Record<string, Resolver>> {
  const levels = (args: JsonObject) =>
    connection(
      [...book.levels.values()].map((level) => ({ id: level.item, terms: { updated_at: level.updatedAt }, node: levelView(level) })),
      args,
    )
  return {
    shop: () => ({ name: 'Simulated shop', currencyCode: book.currency, ianaTimezone: 'UTC' }),
    orders: (args) =>
      connection(
        [...book.orders.values()].map((order) => ({
          id: order.id,
          ...(args.sortKey === 'UPDATED_AT' ? { sort: order.updatedAt } : {}),
          terms: { updated_at: order.updatedAt, return_status: returnStatusOf(order) },
          node: orderView(order),
        })),
        args,
      ),
    order: ({ id }) => {
      const order = book.orders.get(idOf(id))
      return order === undefined ? null : orderView(order)
    },
    fulfillment: ({ id }) => {
      for (const order of book.orders.values())
        for (const parcel of order.parcels) if (parcel.id === idOf(id)) return parcelView(order, parcel)
      return null
    },
    productVariants: (args) =>
      connection(
        [...book.items.values()].map((item) => ({ id: item.id, terms: { updated_at: item.updatedAt }, node: variantView(item) })),
        args,
      ),
    inventoryItem: ({ id }) => {
      const item = book.items.get(idOf(id))
      if (item === undefined) return null
      return {
        variants: () => ({ nodes: [variantView(item)] }),
        inventoryLevel: ({ locationId }) => {
          const level = book.levels.get(item.id)
          return level === undefined || idOf(locationId) !== book.location ? null : levelView(level)
        },
      }
    },
    location: ({ id }) => (idOf(id) === book.location ? { ...location, inventoryLevels: levels } : null),
    locations: (args) => connection([{ id: book.location, node: location }], args),
    inventoryTransfers: (args) => connection([], args),
    webhookSubscriptions: (args) =>
      connection(
        [...book.hooks.values()].map(({ id, topic, uri }) => ({
          id,
          node: { id: gid('WebhookSubscription', id), legacyResourceId: String(id), topic, uri, format: 'JSON' },
        })),
        args,
      ),
  }
}
