import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { invoice, ref } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import type { TestHub } from './test-hub.ts'

/** What partners say, in one unit of work on a hub of a test. */
export async function applyFacts({ context }: TestHub, ...records: readonly Incoming[]): Promise<void> {
  const { database, tenant, newId } = context
  const { matching, revision } = context.catalogue()
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: await database.now(), newId, revision, matching })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
}

/** Every operation on invoices once, on a hub of a test. @throws Error when one of them is refused */
export async function invoiceDay(hub: TestHub): Promise<void> {
  await applyFacts(hub, invoice('bill-1', ref('purchase-order', 'erp', 'unheard-of'), [{ quantity: '1', lineAmount: '5.00' }]))
  const key = 'erp/bill-1'
  for (const [method, path, json] of [
    ['GET', '/v1/invoices?held=true', undefined],
    ['GET', `/v1/invoices/match?key=${key}`, undefined],
    ['POST', '/v1/invoices/rematch', { keys: [key] }],
    ['POST', '/v1/invoices/accept', { key, why: 'for the office' }],
  ] as const) {
    const answer = await hub.ask(method, path, json === undefined ? {} : { json })
    if (answer.status >= 300) throw new Error(`${path} answers ${answer.status}: ${answer.text}`)
  }
}
