import type { EventKind } from './event-kind.ts'

/** Books of money. */
export const moneyEvents: readonly EventKind[] = [
  {
    type: 'book.closed',
    kinds: ['book-closed', 'book-opened'],
    about: 'Months of a book of money were closed or opened again; `detail` has the last closed month before and after.',
  },
  {
    type: 'transfer.entered',
    kinds: ['transfer-entered', 'transfer-reversed'],
    about: 'A person entered an opening balance or an adjustment, or took a transfer back. The subject is the transfer.',
  },
]
