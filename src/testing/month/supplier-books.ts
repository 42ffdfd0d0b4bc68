import { type BookedPurchase, worthOf } from './books.ts'
import { type Amount, exact } from './exact.ts'
import type { Month } from './month.ts'

/** What suppliers are owed, and what they invoiced, by the generator's own account. */
export interface SupplierBooks {
  /** by supplier; positive: it is owed more */
  readonly entries: Map<string, SupplierEntry[]>
  readonly receipts: Map<string, BookedReceipt>
  readonly invoices: Map<string, BookedInvoice>
}

export interface SupplierEntry {
  readonly kind: 'goods' | 'price-variance' | 'quantity-variance' | 'payment' | 'prepayment' | 'fee'
  readonly document: string
  readonly amount: Amount
}

export interface BookedReceipt {
  readonly key: string
  readonly order: string
  readonly supplier: string
  readonly lines: readonly {
    readonly line: BookedPurchase['lines'][number]
    /** cases */
    readonly accepted: number
  }[]
}

export interface BookedInvoice {
  readonly key: string
  readonly number: string
  readonly receipt: BookedReceipt
  /** another one with its number was there before */
  readonly isDouble: boolean
  readonly lines: readonly InvoicedLine[]
  /** a person said that it is paid as it is */
  accepted: boolean
}

export interface InvoicedLine {
  /** of the order and of the receipt */
  readonly line: BookedPurchase['lines'][number]
  readonly pieces: number
  readonly amount: Amount
  /** what credit notes take back */
  credited: { readonly pieces: number; readonly amount: Amount }
}

export const caseOf = 12

export const openSupplierBooks = (suppliers: readonly string[]): SupplierBooks => ({
  entries: new Map(suppliers.map((supplier) => [supplier, []])),
  receipts: new Map(),
  invoices: new Map(),
})

/** Goods that were accepted are owed at the price of their order. */
export function receiptCame({ suppliers }: Month, receipt: BookedReceipt): void {
  suppliers.receipts.set(receipt.key, receipt)
  for (const { line, accepted } of receipt.lines)
    book(suppliers, receipt.supplier, {
      kind: 'goods',
      document: `goods-receipt/${receipt.key}`,
      amount: worthOf(line.price, accepted * caseOf),
    })
}

export function book({ entries }: SupplierBooks, supplier: string, entry: SupplierEntry): void {
  if (entry.amount !== exact('0')) entries.set(supplier, [...(entries.get(supplier) ?? []), entry])
}
