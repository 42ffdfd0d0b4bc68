import type { Reader } from '../../store/in-list.ts'
import { grantsTo, hasBasePrices, pricesIn, usesOf } from '../../store/price.ts'
import type { PriceEntryTable } from '../../store/tables.ts'
import type { PriceGrant } from './decide.ts'
import { grantsIn } from './grant.ts'

/** Contracts and tiers of merchants, by merchant. */
export async function loadGrants(
  read: Reader,
  tenant: string,
  parties: Iterable<string>,
): Promise<ReadonlyMap<string, readonly PriceGrant[]>> {
  const wanted = new Set(parties)
  const rows = await grantsTo(read, tenant, wanted)
  const uses = await usesOf(
    read,
    tenant,
    rows.map(({ holder }) => holder),
  )
  const byParty = Map.groupBy(rows, ({ party }) => party)
  return new Map([...wanted].map((party) => [party, grantsIn(byParty.get(party) ?? [], uses)]))
}

/** Whether the hub decides what goods cost a merchant: it has a contract with lists or a tier, whatever their days, or there is a base list. */
export async function pricedParties(
  read: Reader,
  tenant: string,
  grants: ReadonlyMap<string, readonly PriceGrant[]>,
): Promise<ReadonlySet<string>> {
  const granted = [...grants].filter(([, of]) => of.length > 0).map(([party]) => party)
  if (granted.length === grants.size) return new Set(granted)
  return (await hasBasePrices(read, tenant)) ? new Set(grants.keys()) : new Set(granted)
}

/** Rows of prices that may hold for products, by product: those of the lists in grants, and of base lists. */
export async function loadEntries(
  read: Reader,
  tenant: string,
  products: Iterable<string>,
  grants: Iterable<PriceGrant>,
): Promise<ReadonlyMap<string, readonly PriceEntryTable[]>> {
  const wanted = [...new Set(products)]
  if (wanted.length === 0) return new Map()
  const lists = [...new Set([...grants].flatMap((grant) => grant.lists))]
  return Map.groupBy(await pricesIn(read, tenant, wanted, lists), ({ product }) => product)
}
