import { fromScaled, quantityScale } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { isObject } from '../../model/json.ts'
import type { Reader } from '../../store/in-list.ts'
import { namingParty, pricesOfProduct } from '../../store/price.ts'
import type { PriceEntryTable } from '../../store/tables.ts'
import { productUnits } from '../assemble.ts'
import { isMerchant } from '../party-roles.ts'
import { documentName, loadDocuments, loadFactors, openShelf, type Shelf, textOf } from '../shelf.ts'
import type { LedgerDocument } from '../types.ts'
import { factorOf, normalUnit, scaled } from '../units.ts'
import { costOf, decidePrice, type PriceDecision, type PriceEntry, type PriceGrant, tierAt } from './decide.ts'
import { entryIn, entryOf, type Factors, priceType } from './entry.ts'
import { assignmentType, listsIn, termsOf, tierType } from './grant.ts'
import { loadEntries, loadGrants } from './load.ts'

export interface QuoteAsk {
  readonly merchant: string
  readonly product: string
  /** decimal, in `unit` */
  readonly quantity: string
  /** the base unit when left out */
  readonly unit?: string
  /** that in which the merchant is billed when left out */
  readonly currency?: string
  /** epoch ms */
  readonly at: number
  /** what the hub knew then, epoch ms; what it knows now when left out */
  readonly knownAt?: number
  /** a party asks: how goods are counted is told by its prices, not by the product, which is not its document */
  readonly ofParty: boolean
}

export interface Quote extends PriceDecision {
  readonly currency: string
  readonly unit: string
  /** in base units */
  readonly base: string
  /** what the quantity costs; undefined: there is no price */
  readonly amount: string | undefined
  readonly tier: string | undefined
}

/**
 * What a quantity of a product would cost a merchant, and why: the decision that freezes the prices of orders, asked without an order. A reader of a party finds its own lists only.
 * @throws HubError (reject) `no-such-merchant`, `no-currency`, `no-such-product`, `unknown-unit`
 */
export async function quote(read: Reader, tenant: string, asked: QuoteAsk): Promise<Quote> {
  const { merchant, product, quantity, at, knownAt } = asked
  const shelf = openShelf(read, tenant, knownAt)
  const party = await merchantNamed(shelf, merchant)
  const currency = asked.currency ?? textOf(party.body.currency)
  if (currency === undefined)
    throw reject('no-currency', `merchant ${merchant} has no currency in which it is billed: say which one is asked for`)
  const { grants, rows, entries } =
    knownAt === undefined ? await known(read, tenant, merchant, product) : await knownThen(shelf, merchant, product)
  if (!asked.ofParty) {
    await loadDocuments(shelf, [{ type: 'product', key: product }])
    await loadFactors(shelf, [product])
  }
  const counted = unitsFor(shelf, product, rows, asked.unit)
  const base = scaled(quantity, counted.factor)
  if (base === undefined) throw reject('unknown-unit', `${quantity} ${counted.unit} of product ${product} is more than can be counted`)
  const ask = { base: fromScaled(base, quantityScale), unit: counted.unit, baseUnit: counted.baseUnit, currency, at }
  const decision = decidePrice(ask, grants, entries)
  return {
    ...decision,
    currency,
    unit: counted.unit,
    base: ask.base,
    amount: decision.price && costOf(ask.base, decision.price.step, currency),
    tier: tierAt(grants, at)?.tier?.number,
  }
}

/** @throws HubError (reject) `no-such-merchant` */
export async function merchantNamed(shelf: Shelf, key: string): Promise<LedgerDocument> {
  await loadDocuments(shelf, [{ type: 'party', key }])
  const party = shelf.documents.get(documentName({ type: 'party', key }))
  if (party === undefined || !isMerchant(party)) throw reject('no-such-merchant', `there is no merchant '${key}'`)
  return party
}

interface Known {
  readonly grants: readonly PriceGrant[]
  readonly rows: readonly PriceEntryTable[]
  readonly entries: readonly PriceEntry[]
}

async function known(read: Reader, tenant: string, merchant: string, product: string): Promise<Known> {
  const grants = (await loadGrants(read, tenant, [merchant])).get(merchant) ?? []
  const rows = (await loadEntries(read, tenant, [product], grants)).get(product) ?? []
  return { grants, rows, entries: rows.map(entryIn) }
}

/** The same from the versions that the hub had at the time of the shelf. */
async function knownThen(shelf: Shelf, merchant: string, product: string): Promise<Known> {
  const { read, tenant } = shelf
  const grants = await grantsThen(shelf, merchant)
  const lists = new Set(grants.flatMap((grant) => grant.lists))
  const rows = await pricesOfProduct(read, tenant, product)
  await loadDocuments(
    shelf,
    rows.map(({ key }) => ({ type: priceType, key })),
  )
  const entries = rows.flatMap((row): PriceEntry | readonly [] => {
    const document = shelf.documents.get(documentName({ type: priceType, key: row.key }))
    const entry = document && entryOf(document, row.base_unit, JSON.parse(row.factors) as Factors)
    return entry !== undefined && (entry.kind === 'base' || lists.has(entry.list)) ? entry : []
  })
  return { grants, rows, entries }
}

/** Contracts and assignments of a merchant as they were at the time of the shelf. */
export async function grantsThen(shelf: Shelf, merchant: string): Promise<readonly PriceGrant[]> {
  const documents = await documentsNaming(shelf, merchant, ['contract', assignmentType])
  const terms = documents.flatMap((document) => {
    const found = termsOf(document)
    return found === undefined ? [] : [{ document, terms: found }]
  })
  await loadDocuments(
    shelf,
    terms.flatMap(({ document, terms: { holder } }) => (document.type === assignmentType ? [{ type: tierType, key: holder }] : [])),
  )
  return terms.flatMap(({ document: { type, key, version, body }, terms: { holder, ...rest } }): PriceGrant | readonly [] => {
    if (type !== assignmentType) return { level: 'contract', key, version, ...rest, tier: null, lists: listsIn(body) }
    const tier = shelf.documents.get(documentName({ type: tierType, key: holder }))
    if (tier === undefined) return []
    return {
      level: 'tier',
      key,
      version,
      ...rest,
      tier: { key: holder, version: tier.version, number: tier.number ?? '' },
      lists: listsIn(tier.body),
    }
  })
}

/** Documents of some types that are a merchant's own, as the shelf has them. */
export async function documentsNaming(shelf: Shelf, merchant: string, types: readonly string[]): Promise<readonly LedgerDocument[]> {
  const names = await namingParty(shelf.read, shelf.tenant, merchant, types)
  await loadDocuments(shelf, names)
  const found = names.flatMap((name): LedgerDocument | readonly [] => shelf.documents.get(documentName(name)) ?? [])
  // at an earlier time it may have been another merchant's
  return shelf.at === undefined
    ? found
    : found.filter(({ body }) => !isObject(body.party) || body.party.key === undefined || body.party.key === merchant)
}

/** How a unit of a product counts: by the product, or, for who does not see it, by the prices of it. */
function unitsFor(
  shelf: Shelf,
  product: string,
  rows: readonly PriceEntryTable[],
  asked: string | undefined,
): { readonly unit: string; readonly baseUnit: string; readonly factor: string } {
  const units = productUnits(shelf, product)
  const baseUnit = units?.baseUnit ?? rows[0]?.base_unit
  if (baseUnit === undefined) throw reject('no-such-product', `no price of product '${product}' is known`)
  const unit = normalUnit(asked ?? baseUnit)
  const date = new Date(shelf.at ?? 0).toISOString().slice(0, 10)
  const told = rows.map((row) => (JSON.parse(row.factors) as Factors)[unit]).find((factor) => factor !== undefined)
  const factor = unit === baseUnit ? '1' : ((units && factorOf(unit, units, { connection: 'hub', date })) ?? told)
  if (factor === undefined)
    throw reject('unknown-unit', `product ${product} is counted in ${baseUnit}; it has no pack '${unit}' that is known`)
  return { unit, baseUnit, factor }
}
