import type { Offer, OfferBuffer } from './ledger/offer.ts'
import { compare, fromScaled, quantityScale, sum, toScaled } from './model/decimal.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import type { Surroundings } from './workspace-connections.ts'

/** What the connection says its channel may sell; it fits its schema but for faults that were told. */
export function setUpOffer(connection: string, value: JsonObject, around: Surroundings): Offer | undefined {
  const { offer } = value
  if (!isObject(offer)) return undefined
  const locations = Array.isArray(offer.locations) ? offer.locations.map(String) : []
  const fault = (path: readonly (string | number)[], code: string, message: string, suggestion: string) =>
    around.faults.push({
      code,
      severity: 'error',
      ...around.locate(['connections', connection, 'offer', ...path]),
      message,
      suggestion,
    })
  const seen = new Map<string, number>()
  const buffers = (Array.isArray(offer.buffers) ? offer.buffers : []).flatMap((buffer, index): OfferBuffer[] => {
    if (!isObject(buffer)) return []
    const { product, category, location, quantity, percent } = buffer
    const path = ['buffers', index]
    const same = seen.get(JSON.stringify([product, category, location]))
    if (same !== undefined) fault(path, 'duplicate-buffer', `it speaks of the same goods as buffer ${same}`, 'remove one of them')
    seen.set(JSON.stringify([product, category, location]), index)
    if ((quantity === undefined) === (percent === undefined))
      fault(path, 'buffer-amount', 'a buffer says either `quantity` or `percent`', 'write one of them')
    if (typeof location === 'string' && locations.length > 0 && !locations.includes(location))
      fault(
        [...path, 'location'],
        'buffer-elsewhere',
        `the channel does not sell from '${location}'`,
        `it sells from ${locations.join(', ')}`,
      )
    return [
      {
        ...textField('product', product),
        ...textField('category', category),
        ...textField('location', location),
        kind: percent === undefined ? 'quantity' : 'percent',
        amount: scaled(percent ?? quantity) ?? 0n,
      },
    ]
  })
  const share = scaled(offer.share)
  const cap = scaled(offer.cap)
  const minimum = scaled(offer.minimum)
  if (share !== undefined && share > wholeShare)
    fault(['share'], 'share-over-100', 'a share is at most 100', 'write a percentage of 0 to 100')
  return {
    connection,
    locations,
    share: share ?? wholeShare,
    buffers,
    ...(cap === undefined ? {} : { cap }),
    ...(minimum === undefined ? {} : { minimum }),
    ...textField('pack', offer.pack),
  }
}

const wholeShare = toScaled('100', quantityScale)
const scaled = (value: Json | undefined): bigint | undefined =>
  typeof value === 'string' && /^[0-9]{1,12}(\.[0-9]{1,6})?$/.test(value) ? toScaled(value, quantityScale) : undefined
const textField = <N extends string>(name: N, value: Json | undefined): { [K in N]?: string } =>
  (typeof value === 'string' ? { [name]: value } : {}) as { [K in N]?: string }

/** Channels that sell from one location may together be offered more than there is: that is said at the last of them. Others, that sell everything because they have no offer, are not among them. */
export function checkShares(offers: readonly Offer[], { faults, locate }: Surroundings): void {
  const named = new Set(offers.flatMap(({ locations }) => locations))
  for (const location of [...named, ...(named.size === 0 ? ['every location'] : [])]) {
    const sellers = offers.filter(({ locations }) => locations.length === 0 || locations.includes(location))
    const shares = sellers.map(({ share }) => fromScaled(share, quantityScale))
    const last = sellers.at(-1)
    if (last === undefined || compare(sum(shares), '100') <= 0) continue
    faults.push({
      code: 'shares-over-100',
      severity: 'warning',
      ...locate(['connections', last.connection, 'offer']),
      message: `${sellers.map(({ connection }, place) => `${connection} ${shares[place]}`).join(', ')}: together they are offered ${sum(shares)} percent of ${location}`,
      suggestion: 'the same goods may be sold twice: lower a share, or hold back a buffer',
    })
  }
}
