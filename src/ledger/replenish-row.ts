import { DecimalError, quantityScale, toScaled } from '../model/decimal.ts'
import { saveReplenishments } from '../store/replenishment.ts'
import type { ReplenishmentTable } from '../store/tables.ts'
import { hubKeyOf } from './purchase-commands.ts'
import { refIn, textOf } from './shelf.ts'
import type { Books, LedgerDocument } from './types.ts'

export const suggestionType = 'replenishment'

/** What the list of suggestions, and the next look, find one by: a pure function of the document. */
export function replenishmentRow(tenant: string, { key, status, deleted, body, placedAt }: LedgerDocument): ReplenishmentTable {
  return {
    tenant,
    key,
    product: hubKeyOf(refIn(body.product), 'product') ?? '',
    location: hubKeyOf(refIn(body.location), 'location') ?? '',
    supplier: hubKeyOf(refIn(body.supplier), 'party') ?? '',
    status: deleted ? 'deleted' : (status ?? 'unknown'),
    quantity: unitsOf(textOf(body.quantity)),
    order_key: hubKeyOf(body.order, 'purchase-order') ?? null,
    order_line: textOf(body.orderLine) ?? null,
    decided_at: Date.parse(textOf(body.decidedAt) ?? '') || (placedAt ?? 0),
  }
}

function unitsOf(text: string | undefined): bigint {
  try {
    return toScaled(text ?? '0', quantityScale)
  } catch (error) {
    if (error instanceof DecimalError) return 0n
    throw error
  }
}

/** Writes the rows of changed suggestions. */
export async function deriveReplenishments(books: Books): Promise<void> {
  const drafts = [...books.data.drafts.values()].filter(({ now, versions }) => now.type === suggestionType && versions.length > 0)
  await saveReplenishments(
    books.tx,
    drafts.map(({ now }) => replenishmentRow(books.tenant, now)),
  )
}
