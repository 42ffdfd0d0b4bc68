import type { EventKind } from './event-kind.ts'

/** Money that merchants paid in advance. */
export const depositEvents: readonly EventKind[] = [
  {
    type: 'deposit.changed',
    kinds: ['deposit-changed'],
    about: 'Money of a deposit moved; `detail` says what was there before and after, and why. The subject is the merchant.',
  },
  {
    type: 'deposit.low',
    kinds: ['deposit-low'],
    about: 'A deposit fell below its mark. It is told again after it was a tenth above it.',
  },
]
