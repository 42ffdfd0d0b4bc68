import { fromScaled, quantityScale } from '../model/decimal.ts'
import { stockOf } from '../store/stock.ts'
import { notFound } from './problem.ts'
import { route } from './route.ts'
import { count, decimal, described, fields, list, nullable, optional, text, time } from './shape.ts'
import { channelOffers, channelOffersOf } from './stock-offers.ts'
import { iso, isoOrNull, key } from './values.ts'

/** Rows of each part that are shown; the sums count all. */
const most = 500
const exact = (value: string | number | bigint | null | undefined): string => fromScaled(BigInt(value ?? 0), quantityScale)

export const stockExplainRoutes = [
  route({
    id: 'explainStock',
    method: 'GET',
    path: '/v1/stock/explain',
    tag: 'stock',
    scope: 'read',
    summary: {
      en: 'Why so much of a product is free: every figure of the sum, with the documents behind it',
      zh: '某商品可售数量的完整算式及其依据单据',
    },
    query: { product: key, channel: optional(text(64)) },
    answer: fields({
      product: text(),
      onHand: described(decimal, 'sellable, at all places'),
      promised: described(decimal, 'by orders'),
      available: described(decimal, 'onHand - promised'),
      reserved: described(decimal, 'by reservations that no order has taken over'),
      free: described(decimal, 'available - reserved: what may be reserved now'),
      places: list(
        fields({
          location: text(),
          owner: text(),
          condition: text(),
          lot: text(),
          onHand: decimal,
          promised: decimal,
          available: decimal,
          inTransit: decimal,
          asOf: time,
          source: text(),
        }),
      ),
      orders: described(
        list(
          fields({
            order: text(),
            line: text(),
            quantity: decimal,
            shipment: described(nullable(text()), 'key of the parcel it left with; null: it has not left'),
            leftAt: described(nullable(time), 'counts only where the figure of the place is older'),
          }),
        ),
        'open promises, and those released after the oldest figure; the newest 500',
      ),
      reservations: list(
        fields({ id: text(), channel: text(), reference: nullable(text()), quantity: decimal, state: text(), until: time }),
      ),
      offers: described(
        channelOffers,
        'what the channel asked for may sell: one for each stock level that it is told of; none when no channel was asked for',
      ),
      purchases: list(fields({ order: text(), line: text(), open: decimal })),
      movements: described(count, 'ends of movements of this product; GET /v1/stock/movements lists those of a place'),
    }),
    handle: async ({ hub, query }) => {
      const { database, tenant } = hub
      const { product, channel } = query
      const setup = channel === undefined ? undefined : hub.catalogue().connections.get(channel)
      if (channel !== undefined && setup === undefined) throw notFound()
      const now = await database.now()
      return database.moment(async (read) => {
        const rows = await stockOf(read, tenant, [product])
        const sellable = rows.filter(({ condition }) => condition === 'sellable')
        const sum = (column: 'on_hand' | 'reserved' | 'available') => sellable.reduce((all, row) => all + BigInt(row[column]), 0n)
        const since = sellable.reduce((least, row) => Math.min(least, row.as_of), Number.MAX_SAFE_INTEGER)
        const held = await read
          .selectFrom('reservation')
          .selectAll()
          .where('tenant', '=', tenant)
          .where('product', '=', product)
          .where(({ eb, or }) => or([eb('released_at', 'is', null), eb('released_at', '>', since)]))
          .orderBy('order_key', 'desc')
          .limit(most)
          .execute()
        const counting = read
          .selectFrom('promise')
          .where('tenant', '=', tenant)
          .where('product', '=', product)
          .where('counts_until', '>', now)
        const reserved = BigInt((await counting.select(({ fn }) => fn.sum('quantity').as('quantity')).executeTakeFirst())?.quantity ?? 0)
        const promises = await counting.selectAll().orderBy('id', 'desc').limit(most).execute()
        const purchases = await read
          .selectFrom('order_line')
          .select(['key', 'line', 'open'])
          .where('tenant', '=', tenant)
          .where('product', '=', product)
          .where('type', '=', 'purchase-order')
          .where('open', '>', 0)
          .limit(most)
          .execute()
        const moved = await read
          .selectFrom('movement')
          .select(({ fn }) => fn.countAll().as('ends'))
          .where('tenant', '=', tenant)
          .where('product', '=', product)
          .executeTakeFirst()
        return {
          body: {
            product,
            onHand: exact(sum('on_hand')),
            promised: exact(sum('reserved')),
            available: exact(sum('available')),
            reserved: exact(reserved),
            free: exact(sum('available') - reserved),
            places: rows.map((row) => ({
              location: row.location,
              owner: row.owner,
              condition: row.condition,
              lot: row.lot,
              onHand: exact(row.on_hand),
              promised: exact(row.reserved),
              available: exact(row.available),
              inTransit: exact(row.in_transit),
              asOf: iso(row.as_of),
              source: row.source,
            })),
            orders: held.map((row) => ({
              order: row.order_key,
              line: row.line,
              quantity: exact(row.quantity),
              shipment: row.part === 'open' ? null : row.part,
              leftAt: isoOrNull(row.released_at),
            })),
            reservations: promises.map((row) => ({
              id: row.id,
              channel: row.channel,
              reference: row.reference,
              quantity: exact(row.quantity),
              state: row.state,
              until: iso(row.counts_until),
            })),
            offers: setup === undefined ? [] : await channelOffersOf(read, tenant, setup, product),
            purchases: purchases.map((row) => ({ order: row.key, line: row.line, open: exact(row.open) })),
            movements: Number(moved?.ends ?? 0),
          },
        }
      })
    },
  }),
]
