import { type FindingAction, kindOf, type Severity } from '../ledger/finding-codes.ts'
import type { FindingName } from '../store/finding.ts'
import type { FindingTable } from '../store/tables.ts'
import { readPlace, writePlace } from './page.ts'
import { notFound } from './problem.ts'
import { anything, described, fields, nullable, type Of, oneOf, pattern, text, time, whole } from './shape.ts'
import { iso, isoOrNull, stored } from './values.ts'

export type State = FindingTable['state']
export const severities = ['urgent', 'wrong', 'notice'] as const satisfies readonly Severity[]
export const severity = oneOf<Severity>(...severities)
export const action = oneOf<FindingAction>('close', 'accept', 'link', 'reread', 'reapply', 'rederive', 'resend')

/** Who looks after a finding: a person by any name, or a party of the ledger by its key. */
export const owner = fields({ kind: oneOf<'person' | 'party'>('person', 'party'), name: text(180) })

export const finding = fields({
  id: text(),
  type: text(),
  key: text(),
  code: text(),
  path: text(),
  state: oneOf<State>('open', 'closed'),
  severity,
  action: described(action, 'what is proposed: done by `act`'),
  detail: anything,
  owner: nullable(owner),
  ownedAt: nullable(time),
  openedAt: time,
  ageSeconds: described(whole(0, Number.MAX_SAFE_INTEGER), 'since it was opened, to its end where it has one'),
  closedAt: nullable(time),
  closedBy: described(nullable(text()), 'the key of the person who closed it; null: what it says was over'),
  accepted: described(nullable(oneOf<'same'>('same')), 'same: it stays closed as long as it says the same'),
})

export const shown = (row: FindingTable, now: number): Of<typeof finding> => ({
  id: idOf(row),
  type: row.type,
  key: row.key,
  code: row.code,
  path: row.path,
  state: row.state,
  ...kindOf(row.code),
  detail: stored(row.detail),
  owner: ownerOf(row.owner),
  ownedAt: isoOrNull(row.owned_at),
  openedAt: iso(row.opened_at),
  ageSeconds: Math.max(0, Math.floor(((row.closed_at ?? now) - row.opened_at) / 1000)),
  closedAt: isoOrNull(row.closed_at),
  closedBy: row.closed_by,
  accepted: row.accepted === 1 ? 'same' : null,
})

export function ownerOf(text: string | null): Of<typeof owner> | null {
  if (text === null) return null
  const at = text.indexOf('/')
  return { kind: text.slice(0, at) === 'party' ? 'party' : 'person', name: text.slice(at + 1) }
}

/** A finding is named by its document, code and path; they may hold anything, so the id is their JSON in base64url. */
const idOf = ({ type, key, code, path }: FindingName): string => writePlace([type, key, code, path])

export const params = { id: pattern('^[0-9A-Za-z_-]{4,900}$', 'id of a finding') }

/** @throws ProblemError 404 */
export function nameOf(id: string): FindingName {
  const place = readPlace(id, 4)
  if (!place) throw notFound()
  const [type, key, code, path] = place
  return { type, key, code, path }
}
