import { worthOf } from './books.ts'
import { type Amount, dealt, sumOf } from './exact.ts'
import { coverage, isHeld } from './match-proof.ts'
import type { Month } from './month.ts'
import { type BookedInvoice, book, caseOf, type SupplierEntry } from './supplier-books.ts'

/** What accepted invoices and their credit notes say beyond the goods that came, by the generator's own arithmetic: booked where it is another figure than before. */
export function bookVariances({ suppliers }: Month): void {
  const all = [...suppliers.invoices.values()]
  for (const invoice of all) {
    const { supplier } = invoice.receipt
    for (const entry of meantBy(invoice, all)) {
      const booked = (suppliers.entries.get(supplier) ?? []).filter(
        ({ kind, document }) => kind === entry.kind && document === entry.document,
      )
      book(suppliers, supplier, { ...entry, amount: entry.amount - sumOf(booked.map(({ amount }) => amount)) })
    }
  }
}

function meantBy(invoice: BookedInvoice, all: readonly BookedInvoice[]): readonly SupplierEntry[] {
  const sums: Record<'price' | 'quantity' | 'creditedSums' | 'creditedGoods', Amount> = {
    ...{ price: 0n, quantity: 0n, creditedSums: 0n, creditedGoods: 0n },
  }
  if (!isHeld(invoice, all))
    for (const line of invoice.lines) {
      const { credited, amount } = line
      const rivals = coverage(invoice.receipt, line.line, all)
      const own = rivals.find((one) => one.line === line)
      if (own === undefined) throw new Error(`${invoice.key} has no line ${line.line.line}`)
      const accepted = (invoice.receipt.lines.find((one) => one.line === line.line)?.accepted ?? 0) * caseOf
      const covered = rivals.map((one) => one.covered)
      // what the goods made us owe, over all invoices that are for them and what nobody has invoiced
      const shares = dealt(worthOf(line.line.price, accepted), [...covered, accepted - covered.reduce((sum, one) => sum + one, 0)])
      const [taken = 0n, goods = 0n, ...missing] = dealt(amount, [credited.pieces, own.covered, own.waiting, own.over])
      sums.price += goods - (shares[rivals.indexOf(own)] ?? 0n)
      sums.quantity += taken + sumOf(missing)
      sums[credited.pieces === 0 ? 'creditedSums' : 'creditedGoods'] -= credited.amount
    }
  const [document, credit] = [`invoice/${invoice.key}`, `invoice/${invoice.key}-credit`]
  return [
    { kind: 'price-variance', document, amount: sums.price },
    { kind: 'quantity-variance', document, amount: sums.quantity },
    { kind: 'price-variance', document: credit, amount: sums.creditedSums },
    { kind: 'quantity-variance', document: credit, amount: sums.creditedGoods },
  ]
}
