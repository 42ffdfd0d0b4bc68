import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { ListUseTable, PriceGrantTable } from '../../store/tables.ts'
import { keyOf, type Shelf, textOf } from '../shelf.ts'
import { keyText } from '../stock-level.ts'
import type { LedgerDocument } from '../types.ts'
import type { PriceGrant } from './decide.ts'

export const tierType = 'tier'
export const assignmentType = 'tier-assignment'
/** Documents that say which lists hold for a merchant. */
export const grantTypes: ReadonlySet<string> = new Set(['contract', assignmentType])
/** Documents that name lists. */
export const holderTypes: ReadonlySet<string> = new Set(['contract', tierType])

const agreed: ReadonlySet<string> = new Set(['signed', 'active', 'suspended', 'ended'])

/** The row of a contract that was signed, or of an assignment that was approved; undefined for all others. Its references must have been loaded. */
export function grantRow(shelf: Shelf, document: LedgerDocument): PriceGrantTable | undefined {
  const { type, key, version, body } = document
  const party = keyOf(shelf, body.party)
  const grant = party === undefined ? undefined : termsOf(document)
  if (party === undefined || grant === undefined) return undefined
  const { holder, from, to, until, suspended, zone } = grant
  return {
    tenant: shelf.tenant,
    party,
    type,
    key,
    version,
    holder,
    valid_from: from,
    valid_to: to,
    ended_at: until,
    suspended: suspended ? 1 : 0,
    zone,
  }
}

export interface GrantTerms extends Pick<PriceGrant, 'from' | 'to' | 'until' | 'suspended' | 'zone'> {
  /** document that names the lists: the contract itself, or the tier */
  readonly holder: string
}

/** From when to when a version of a document grants prices. Days of contracts are those of UTC, as the clock that moves them goes by. */
export function termsOf({ type, key, status, deleted, body, changedAt }: LedgerDocument): GrantTerms | undefined {
  if (deleted) return undefined
  if (type === assignmentType) {
    const holder = keyIn(body.tier)
    if (status !== 'approved' || holder === undefined) return undefined
    return { holder, ...days(body, ''), until: null, suspended: false, zone: textOf(body.zone) ?? 'UTC' }
  }
  if (type !== 'contract' || body.kind !== 'merchant' || !agreed.has(status ?? '') || listsIn(body).length === 0) return undefined
  const { from, to } = days(body, (textOf(body.signedAt) ?? '').slice(0, 10))
  return { holder: key, from, to, until: status === 'ended' ? changedAt : null, suspended: status === 'suspended', zone: 'UTC' }
}

const days = (body: JsonObject, first: string) => ({ from: textOf(body.validFrom) ?? first, to: textOf(body.validTo) ?? null })
const keyIn = (value: Json | undefined): string | undefined => (isObject(value) ? textOf(value.key) : undefined)

/** Lists that a contract or tier names, in their order, each once. */
export const listsIn = (body: JsonObject): readonly string[] => [
  ...new Set((Array.isArray(body.priceLists) ? body.priceLists : []).flatMap((list) => (typeof list === 'string' ? [keyText(list)] : []))),
]

/** Rows of the lists that a contract or tier names: those of a merchant find its prices by them. */
export function useRows(tenant: string, { type, key, version, body, deleted, number }: LedgerDocument): ListUseTable[] {
  const row = { tenant, type, key, version, number: number ?? '' }
  if (deleted || (type === 'contract' && body.kind !== 'merchant')) return []
  const lists = listsIn(body).map((list, place) => ({ ...row, list, place: place + 1 }))
  // a tier without lists has a number all the same
  return type === tierType ? [{ ...row, list: '', place: 0 }, ...lists] : lists
}

/** Grants as the decision reads them, each with the lists of its holder. */
export function grantsIn(rows: readonly PriceGrantTable[], uses: readonly ListUseTable[]): PriceGrant[] {
  const byHolder = Map.groupBy(uses, ({ type, key }) => `${type}\0${key}`)
  return rows.map((row) => {
    const isTier = row.type === assignmentType
    const held = [...(byHolder.get(`${isTier ? tierType : 'contract'}\0${row.holder}`) ?? [])].sort((a, b) => a.place - b.place)
    return {
      level: isTier ? 'tier' : 'contract',
      key: row.key,
      version: row.version,
      from: row.valid_from,
      to: row.valid_to,
      until: row.ended_at,
      suspended: row.suspended === 1,
      zone: row.zone,
      tier: isTier ? { key: row.holder, version: held[0]?.version ?? 0, number: held[0]?.number ?? '' } : null,
      lists: held.flatMap(({ list }) => (list === '' ? [] : [list])),
    }
  })
}
