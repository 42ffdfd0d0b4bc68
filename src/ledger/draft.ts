import { sha256 } from '../model/id.ts'
import type { JsonObject } from '../model/json.ts'
import type { DocumentTable } from '../store/tables.ts'
import { bodyText } from './body.ts'
import { authorColumns, type Cause, type Draft, journal } from './books.ts'
import { wrongIdentifiers } from './check-digit.ts'
import { headOf } from './document-head.ts'
import { judge, note } from './findings.ts'
import { foot, footDigits } from './foot.ts'
import { footPayout, payoutType } from './payout-lines.ts'
import { documentName } from './shelf.ts'
import { isAnchor } from './stock-level.ts'
import { isExpected } from './transition.ts'
import type { Books, LedgerDocument } from './types.ts'

export interface Writing {
  readonly type: string
  readonly key: string
  readonly body: JsonObject
  readonly origin: string
  readonly mapping: string | null
  readonly baseline: boolean
  readonly envelope: string | null
  /** false: only what moves without a change is kept fresh */
  readonly makesVersion: boolean
}

/** Puts a body into the unit of work. The document must have been fetched. */
export function write(books: Books, writing: Writing): void {
  const { shelf, drafts } = books.data
  const name = documentName(writing)
  const current = shelf.documents.get(name)
  const now = documentOf(books, writing, current)
  const { cause } = books.data
  const draft: Draft = drafts.get(name) ?? { before: current, now, cause, versions: [] }
  draft.now = now
  draft.cause = { ...cause, baseline: draft.cause.baseline && cause.baseline }
  drafts.set(name, draft)
  shelf.documents.set(name, now)
  if (!writing.makesVersion) return
  draft.versions.push({
    tenant: books.tenant,
    type: now.type,
    key: now.key,
    version: now.version,
    body: bodyText(now.body),
    deleted: now.deleted ? 1 : 0,
    envelope: writing.envelope,
    mapping: writing.mapping,
    revision: books.revision,
    at: books.now,
    ...authorColumns(cause),
  })
  journal(books, effect(current, now), now, statusMove(current, now, cause))
  judgeTransition(books, current, now)
  judgeFooting(books, now)
  judgeIdentifiers(books, current, now)
}

function documentOf(
  books: Books,
  { type, key, body, origin, baseline, envelope, makesVersion }: Writing,
  current: LedgerDocument | undefined,
): LedgerDocument {
  return {
    type,
    key,
    version: (current?.version ?? 0) + (makesVersion ? 1 : 0),
    origin: current === undefined || isAnchor(current) ? origin : current.origin,
    ...headOf(body),
    baseline: current?.baseline ?? baseline,
    body,
    envelope: makesVersion ? envelope : (current?.envelope ?? envelope),
    changedAt: makesVersion ? books.now : (current?.changedAt ?? books.now),
  }
}

export function documentRow(tenant: string, document: LedgerDocument): DocumentTable {
  const body = bodyText(document.body)
  return {
    tenant,
    type: document.type,
    key: document.key,
    version: document.version,
    origin: document.origin,
    number: document.number,
    status: document.status,
    business_date: document.businessDate,
    placed_at: document.placedAt,
    deleted: document.deleted ? 1 : 0,
    baseline: document.baseline ? 1 : 0,
    body,
    body_hash: sha256(body),
    envelope: document.envelope,
    changed_at: document.changedAt,
  }
}

function effect(before: LedgerDocument | undefined, now: LedgerDocument): string {
  if (before === undefined) return 'created'
  if (now.deleted !== before.deleted) return now.deleted ? 'deleted' : 'revived'
  return 'changed'
}

/** What the journal says of a new version beside its number: the status, where it is another one, and that a baseline load brought it. */
function statusMove(before: LedgerDocument | undefined, { status }: LedgerDocument, { baseline }: Cause): JsonObject | undefined {
  const moved = (before?.status ?? null) !== status
  if (!moved && !baseline) return undefined
  return {
    ...(moved && before !== undefined ? { before: { status: before.status } } : {}),
    ...(moved ? { after: { status } } : {}),
    ...(baseline ? { baseline } : {}),
  }
}

const transitionCodes: ReadonlySet<string> = new Set(['unexpected-transition'])
const footingCodes: ReadonlySet<string> = new Set(['does-not-foot', 'too-many-digits'])
const identifierCodes: ReadonlySet<string> = new Set(['identifier-invalid'])
const footed: ReadonlySet<string> = new Set(['sales-order', 'purchase-order', 'invoice', payoutType])

function judgeTransition(books: Books, before: LedgerDocument | undefined, { type, key, status }: LedgerDocument): void {
  if (before === undefined || before.status === null || status === null || before.status === status) return
  judge(books, { type, key, codes: transitionCodes })
  if (!isExpected(type, before.status, status))
    note(books, { type, key, code: 'unexpected-transition', path: '/status', detail: { from: before.status, to: status } })
}

function judgeFooting(books: Books, { type, key, body }: LedgerDocument): void {
  if (!footed.has(type)) return
  judge(books, { type, key, codes: footingCodes })
  for (const { code, path, expected, found, difference } of type === payoutType ? [...footDigits(body), ...footPayout(body)] : foot(body))
    note(books, { type, key, code, path, detail: { expected, found, difference } })
}

/** Only where there is or was one: the findings of most documents need not be read for it. */
function judgeIdentifiers(books: Books, before: LedgerDocument | undefined, { type, key, body }: LedgerDocument): void {
  const wrong = wrongIdentifiers(body)
  if (wrong.length === 0 && (before === undefined || wrongIdentifiers(before.body).length === 0)) return
  judge(books, { type, key, codes: identifierCodes })
  for (const { path, scheme, found } of wrong) note(books, { type, key, code: 'identifier-invalid', path, detail: { scheme, found } })
}
