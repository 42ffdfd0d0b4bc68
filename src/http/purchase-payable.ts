import { amountText } from '../ledger/money/account.ts'
import { type PostedEntry, postedAbout, sumsByKind } from '../ledger/payables/posted.ts'
import type { PurchaseView } from '../ledger/purchase-view.ts'
import type { Context } from '../pipeline/context.ts'
import { grouped } from '../store/in-list.ts'
import { decimal, described, fields, list, mapOf, nullable, type Of, text, time } from './shape.ts'
import { iso } from './values.ts'

const mostEntries = 1000

export const purchasePayable = described(
  list(
    fields({
      currency: text(),
      owed: described(decimal, 'below zero: the supplier owes us'),
      kinds: described(mapOf(decimal), 'goods, return, tax, price-variance, quantity-variance, charges, payment, prepayment …'),
      entries: list(
        fields({
          type: text(),
          key: text(),
          line: nullable(text()),
          kind: text(),
          amount: described(decimal, 'what it adds to what is owed'),
          businessDate: text(),
          period: text(),
          at: time,
          transfer: text(),
        }),
      ),
    }),
  ),
  'what its receipts, invoices and payments did to the account of the supplier, by currency; whole documents, also where they are about other orders too. The last 1000 entries of each',
)

/** `party`: of a key that belongs to one; it sees entries of its own. */
export async function payableOf(
  { database: { read }, tenant }: Context,
  view: PurchaseView,
  party: string | null,
): Promise<Of<typeof purchasePayable>> {
  const { receipts, returns, invoices, payments } = view
  const behind = [...receipts, ...returns, ...invoices, ...payments.map(({ payment }) => payment)]
  const entries: PostedEntry[] = []
  for (const [type, group] of grouped(behind, (one) => one.type))
    entries.push(
      ...(await postedAbout(
        read,
        tenant,
        type,
        group.map((one) => one.key),
      )),
    )
  const theirs = entries.filter((one) => party === null || one.party === party || one.transfer.owner === party)
  return [...grouped(theirs, ({ transfer }) => transfer.currency)].sort().map(([currency, group]) => ({
    currency,
    owed: amountText(group.reduce((sum, { amount }) => sum + amount, 0n)),
    kinds: Object.fromEntries([...sumsByKind(group)].map(([kind, sum]) => [kind, amountText(sum)])),
    entries: group
      .sort((a, b) => (a.transfer.id < b.transfer.id ? -1 : 1))
      .slice(-mostEntries)
      .map(({ transfer, amount }) => ({
        ...{ type: transfer.ref_type ?? '', key: transfer.ref_key ?? '', line: transfer.ref_line, kind: transfer.kind },
        ...{ amount: amountText(amount), businessDate: transfer.business_date, period: transfer.period },
        ...{ at: iso(transfer.at), transfer: transfer.id },
      })),
  }))
}
