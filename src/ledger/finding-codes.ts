/** How much a finding matters: something is stopped or lost, something is wrong, somebody should know. */
export type Severity = 'urgent' | 'wrong' | 'notice'

/**
 * What a person can have done about a finding with one press. close: it was dealt with elsewhere. accept: it is so, and stays closed while it says the same. link: the record or the line is ours under this key.
 * reread: the record is read again at its partner. reapply: the record is processed again with the current workspace. rederive: figures are computed again. resend: the delivery is made again under a new effect key.
 */
export type FindingAction = 'close' | 'accept' | 'link' | 'reread' | 'reapply' | 'rederive' | 'resend'

export interface FindingKind {
  readonly severity: Severity
  readonly action: FindingAction
}

const kind = (severity: Severity, action: FindingAction): FindingKind => ({ severity, action })

/** Every code a finding can have, and the one thing that is proposed for it. The texts are messages `finding.<code>` and `act.<action>`. */
export const findingKinds = {
  'does-not-foot': kind('wrong', 'reread'),
  'too-many-digits': kind('notice', 'reread'),
  'identifier-invalid': kind('notice', 'reread'),
  'identity-conflict': kind('urgent', 'link'),
  'unexpected-transition': kind('notice', 'close'),
  'unknown-unit': kind('wrong', 'reapply'),
  'unmatched-line': kind('wrong', 'link'),
  'quantity-variance': kind('wrong', 'accept'),
  'price-variance': kind('wrong', 'accept'),
  'over-invoiced': kind('urgent', 'accept'),
  'over-credited': kind('wrong', 'accept'),
  'no-receipt': kind('notice', 'accept'),
  'no-order': kind('wrong', 'accept'),
  'currency-differs': kind('wrong', 'accept'),
  'tax-basis-differs': kind('wrong', 'accept'),
  'issuer-differs': kind('urgent', 'accept'),
  'invoice-double': kind('urgent', 'accept'),
  'tax-document-double': kind('urgent', 'accept'),
  'credit-exceeds-invoice': kind('urgent', 'accept'),
  'over-received': kind('wrong', 'accept'),
  'short-received': kind('wrong', 'accept'),
  'deleted-after-shipment': kind('wrong', 'accept'),
  oversold: kind('urgent', 'reread'),
  'several-locations': kind('notice', 'accept'),
  'not-moved': kind('wrong', 'reapply'),
  'transfer-variance': kind('wrong', 'accept'),
  'lots-over': kind('wrong', 'accept'),
  'two-sources': kind('wrong', 'accept'),
  'serial-twice': kind('wrong', 'accept'),
  'link-conflict': kind('urgent', 'close'),
  'cancel-too-late': kind('urgent', 'resend'),
  'cancel-not-sent': kind('wrong', 'close'),
  'edit-not-sent': kind('wrong', 'close'),
  'carrier-unmapped': kind('notice', 'reapply'),
  'several-carriers': kind('notice', 'accept'),
  'figures-differ': kind('urgent', 'rederive'),
  'link-circle': kind('wrong', 'reread'),
  'foreign-link': kind('urgent', 'reread'),
  'over-returned': kind('wrong', 'accept'),
  'over-refunded': kind('urgent', 'accept'),
  'payout-missing-order': kind('wrong', 'accept'),
  'payout-amount-differs': kind('urgent', 'accept'),
  'payout-fee-differs': kind('wrong', 'accept'),
  'payout-paid-twice': kind('urgent', 'accept'),
  'payout-unpaid-order': kind('wrong', 'accept'),
  'payout-currency-differs': kind('wrong', 'accept'),
  'payout-not-captured': kind('urgent', 'reread'),
  'payout-overdue': kind('wrong', 'reread'),
  'payment-silent': kind('wrong', 'reread'),
  'sold-twice-told': kind('notice', 'accept'),
  'unknown-code': kind('wrong', 'reapply'),
  'ship-late': kind('urgent', 'accept'),
  'scan-missing': kind('wrong', 'accept'),
  'parcel-stalled': kind('wrong', 'reread'),
  'payable-held': kind('wrong', 'reread'),
  'parcel-lost-suspected': kind('urgent', 'accept'),
  'no-cost-price': kind('wrong', 'rederive'),
  'awaiting-funds': kind('wrong', 'rederive'),
  'deposit-over-refunded': kind('wrong', 'accept'),
  'deposit-overdrawn': kind('urgent', 'accept'),
  'deposit-unknown': kind('urgent', 'reapply'),
  'deposit-currency': kind('wrong', 'accept'),
  'payment-twice': kind('notice', 'accept'),
} as const satisfies Readonly<Record<string, FindingKind>>

export type FindingCode = keyof typeof findingKinds

/** What is known of a code; of one that an older or newer hub wrote: that a person has to look. */
export const kindOf = (code: string): FindingKind =>
  Object.hasOwn(findingKinds, code) ? findingKinds[code as FindingCode] : { severity: 'notice', action: 'close' }
