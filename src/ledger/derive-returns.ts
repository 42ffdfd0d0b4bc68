import { isObject } from '../model/json.ts'
import { saveAftersales } from '../store/aftersale.ts'
import type { Draft } from './books.ts'
import { journal } from './books.ts'
import { returnRow } from './return-row.ts'
import type { Books } from './types.ts'

/** What the journal calls the steps of an after-sale document. */
const steps: Readonly<Record<string, string>> = {
  requested: 'aftersale-applied',
  approved: 'aftersale-approved',
  rejected: 'aftersale-rejected',
  travelling: 'aftersale-travelling',
  received: 'aftersale-received',
  closed: 'aftersale-closed',
}

/** Writes the rows of changed after-sale documents, and tells the journal how far each has come. */
export async function deriveReturns(books: Books): Promise<void> {
  const drafts = [...books.data.drafts.values()].filter(({ now, versions }) => now.type === 'return' && versions.length > 0)
  if (drafts.length === 0) return
  await saveAftersales(
    books.tx,
    drafts.map(({ now }) => returnRow(books.tenant, now)),
  )
  for (const draft of drafts) tellSteps(books, draft)
}

function tellSteps(books: Books, { before, now, cause }: Draft): void {
  const tell = (kind: string, more: { readonly [name: string]: string }) =>
    journal(
      books,
      kind,
      now,
      {
        before: { status: before?.status ?? null },
        after: { status: now.status, ...more },
        ...(cause.baseline ? { baseline: true } : {}),
      },
      cause.envelope,
    )
  const step = steps[now.status ?? '']
  if (now.status !== before?.status && step !== undefined) tell(step, { kind: String(now.body.kind) })
  for (const [field, kind] of [
    ['refund', 'aftersale-refunded'],
    ['replacement', 'aftersale-replaced'],
  ] as const) {
    const [was, is] = [before?.body[field], now.body[field]]
    if (was === undefined && isObject(is)) tell(kind, { [field]: typeof is.key === 'string' ? is.key : String(is.externalKey) })
  }
}
