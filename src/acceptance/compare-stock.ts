import { shopNames } from '../simulator/day/plan-sizes.ts'
import type { Fields, Pairing } from './compare.ts'
import { list, part, text } from './document-values.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'
import type { Truth } from './truth.ts'

/** Stock of each article: the ledger's on hand beside Tryton's storage, and what is left of it after the open orders beside what each shop shows. */
export function stockPairing(house: House, ledger: Ledger, truth: Truth): Pairing {
  const { articles } = house.plan
  const reserved = reservedOf(ledger)
  const onHand = new Map(ledger.of('stock-level').map(({ body }) => [ledger.keyOf(part(body.product, 'ref')), Number(text(body.onHand))]))
  const shown = (code: string): Fields =>
    Object.fromEntries(
      shopNames.map((shop) => {
        const sku = articles.find((one) => one.code === code)?.skus[shop] ?? code
        return [`shown in ${shop}`, String(house.shops.of[shop].shop.stockOf(sku))]
      }),
    )
  const left = (code: string): string => String(Math.max(0, (onHand.get(code) ?? 0) - (reserved.get(code) ?? 0)))
  return {
    name: 'stock of articles',
    ledger: new Map(
      [...onHand].map(([code, pieces]) => [
        code,
        [{ 'on hand': String(pieces), ...Object.fromEntries(shopNames.map((shop) => [`shown in ${shop}`, left(code)])) }],
      ]),
    ),
    systems: new Map([...truth.onHand].map(([code, pieces]) => [code, [{ 'on hand': String(pieces), ...shown(code) }]])),
  }
}

/** Pieces in orders that were neither shipped nor cancelled, by article. */
function reservedOf(ledger: Ledger): ReadonlyMap<string, number> {
  const shipped = new Set(ledger.of('shipment').flatMap(({ body }) => (body.direction === 'outbound' ? [ledger.keyOf(body.order)] : [])))
  const reserved = new Map<string, number>()
  for (const { key, body } of ledger.of('sales-order')) {
    if (shipped.has(key) || body.status === 'cancelled') continue
    for (const line of list(body.lines)) {
      const code = ledger.keyOf(part(line.product, 'ref'))
      reserved.set(code, (reserved.get(code) ?? 0) + Number(text(line.quantity)))
    }
  }
  return reserved
}
