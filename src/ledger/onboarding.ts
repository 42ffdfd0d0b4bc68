import { documentsByKey } from '../store/document.ts'
import type { Reader } from '../store/in-list.ts'
import { bookkeepers, contractRows, partyCounts, tradingParties } from '../store/party-document.ts'
import type { DocumentTable } from '../store/tables.ts'
import { toDocument } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

/** From the first talk to the daily trade, in this order (R132). */
export const stages = [
  'signing',
  'review',
  'promotion',
  'cooperation',
  'listing',
  'orders',
  'settlement',
  'shipping',
  'tracking',
  'after-sale',
] as const
export type Stage = (typeof stages)[number]

/** One supplier or merchant on its way. Nothing of it is stored: it follows from its contracts and documents. */
export interface OnboardingCase {
  readonly party: LedgerDocument
  readonly kinds: readonly string[]
  readonly contracts: readonly LedgerDocument[]
  readonly reached: readonly Stage[]
  /** the first stage that is not reached; null: all are */
  readonly next: Stage | null
}

const kinds = ['supplier', 'merchant'] as const
const signed: ReadonlySet<string | null> = new Set(['signed', 'active', 'suspended', 'ended'])
/** Roles in which a party is paid, or pays, itself: what customers pay is no settlement with the operator. */
const settles: ReadonlySet<string> = new Set(['issuer', 'recipient', 'payer', 'payee', 'supplier'])

/** What a party has, by type of document and role. */
type Has = (type: string, roles?: ReadonlySet<string>) => boolean

const reachedBy: Readonly<Record<Stage, (has: Has, contracts: readonly LedgerDocument[], keepsBooks: boolean) => boolean>> = {
  signing: (_, contracts) => contracts.some(({ status }) => status !== 'rejected'),
  review: (_, contracts) => contracts.some(({ status }) => signed.has(status)),
  promotion: (_, contracts) => contracts.some(({ body }) => typeof body.promotedAt === 'string'),
  cooperation: (_, contracts, keepsBooks) =>
    keepsBooks || contracts.some(({ body }) => Array.isArray(body.channels) && body.channels.length > 0),
  listing: (has) => has('product') || has('price-list'),
  orders: (has) => has('purchase-order') || has('sales-order'),
  settlement: (has) => has('payment', settles) || has('invoice', settles),
  shipping: (has) => has('shipment') || has('goods-receipt'),
  tracking: (has) => has('tracking-event'),
  'after-sale': (has) => has('refund'),
}

/** Cases in the order of their parties, after one. `last`: where the next page begins; undefined: there is none. */
export async function onboardingPage(
  read: Reader,
  tenant: string,
  after: string,
  limit: number,
): Promise<{ readonly cases: readonly OnboardingCase[]; readonly last: string | undefined }> {
  const rows = await tradingParties(read, tenant, kinds, after, limit)
  const parties = rows.map(toDocument).filter(({ body }) => kindsOf(body.roles).length > 0)
  const names = parties.map(({ key }) => key)
  const counts = Map.groupBy(await partyCounts(read, tenant, names), ({ party }) => party)
  const contracts = await contractsOf(read, tenant, names)
  const keepers = new Set((await bookkeepers(read, tenant)).map(({ books }) => books))
  const cases = parties.map((party): OnboardingCase => {
    const own = counts.get(party.key) ?? []
    const has: Has = (type, roles) => own.some((one) => one.type === type && (roles === undefined || roles.has(one.role)))
    const signedBy = contracts.get(party.key) ?? []
    const reached = stages.filter((stage) => reachedBy[stage](has, signedBy, keepers.has(party.key)))
    return {
      party,
      kinds: kindsOf(party.body.roles),
      contracts: signedBy,
      reached,
      next: stages.find((stage) => !reached.includes(stage)) ?? null,
    }
  })
  return { cases, last: rows.length === limit ? rows.at(-1)?.key : undefined }
}

const kindsOf = (roles: unknown): readonly string[] => kinds.filter((kind) => Array.isArray(roles) && roles.includes(kind))

async function contractsOf(read: Reader, tenant: string, parties: readonly string[]): Promise<Map<string, LedgerDocument[]>> {
  const rows = await contractRows(read, tenant, parties)
  const documents = new Map(
    (
      await documentsByKey(
        read,
        tenant,
        'contract',
        rows.map(({ key }) => key),
      )
    ).map((row: DocumentTable) => [row.key, toDocument(row)]),
  )
  const found = new Map<string, LedgerDocument[]>()
  for (const { party, key } of rows) {
    const contract = documents.get(key)
    if (contract !== undefined && !contract.deleted) found.set(party, [...(found.get(party) ?? []), contract])
  }
  return found
}
