import type { Tables } from './tables.ts'

/** Tables whose rows follow from documents. */
export const derivedTables = [
  'reference',
  'order_line',
  'order_state',
  'sale',
  'aftersale',
  'day_sale',
  'report_day',
  'replenishment',
  'invoice_line',
  'invoice_allocation',
  'invoice_match',
  'reservation',
  'stock',
  'sold',
  'parcel',
  'party_document',
  'movement',
  'serial',
  'promise_sum',
  'payout',
  'payout_line',
  'settlement',
  'price_entry',
  'price_grant',
  'list_use',
  'payable_item',
  'deposit_term',
] as const satisfies readonly (keyof Tables)[]
export type DerivedTable = (typeof derivedTables)[number]
