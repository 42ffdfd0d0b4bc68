import { offered } from '../ledger/offer.ts'
import { offeredPlaces } from '../ledger/offer-goods.ts'
import { resolvedAll } from '../ledger/resolved.ts'
import { openShelf } from '../ledger/shelf.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { ConnectionSetup } from '../pipeline/context.ts'
import type { Reader } from '../store/in-list.ts'
import { decimal, described, fields, list, nullable, type Of, text } from './shape.ts'

/** What one channel may sell of a product, with each step of the sum. */
export const channelOffers = list(
  fields({
    stockLevel: described(text(), 'key of the document that a push brings to the shop'),
    pushable: described(decimal, 'what a push sends'),
    steps: described(
      list(
        fields({
          step: described(text(), 'available, buffer, share, cap, rounding, minimum'),
          location: nullable(text()),
          taken: decimal,
          left: decimal,
          rule: described(nullable(text()), 'where the rule stands in crossdock.json'),
        }),
      ),
      'none where the connection has no offer: all that is available is pushed',
    ),
  }),
)

const exact = (value: bigint): string => fromScaled(value, quantityScale)

export async function channelOffersOf(
  read: Reader,
  tenant: string,
  { name, offer }: ConnectionSetup,
  product: string,
): Promise<Of<typeof channelOffers>> {
  const shelf = openShelf(read, tenant)
  const everything = { connection: name, locations: [], share: 100_000_000n, buffers: [] }
  const places = (await offeredPlaces(shelf, offer ?? everything, [product])).get(product) ?? []
  const bodies = await resolvedAll(
    shelf,
    places.map(({ carrier }) => carrier),
    offer,
  )
  return places.map(({ carrier, goods }, index) => ({
    stockLevel: carrier.key,
    pushable: String(bodies[index]?.pushable ?? '0'),
    steps: (offer === undefined ? [] : offered(offer, goods).steps).map(({ step, location, taken, left, rule }) => ({
      step,
      location: location ?? null,
      taken: exact(taken),
      left: exact(left),
      rule: rule === undefined ? null : `connections.${name}.offer.${rule}`,
    })),
  }))
}
