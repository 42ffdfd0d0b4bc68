import { between, type Chance } from '../../simulator/day/chance.ts'
import { today } from './days.ts'
import { owner } from './deposits.ts'
import { partyRef, put } from './desk.ts'
import { type Amount, cent, nearestCent, sumOf, written } from './exact.ts'
import type { Month } from './month.ts'
import { book } from './supplier-books.ts'

export const payCurrency = 'EUR'

/** What a supplier is owed by the generator's books. */
export const owedTo = ({ suppliers }: Month, supplier: string): Amount =>
  sumOf((suppliers.entries.get(supplier) ?? []).map(({ amount }) => amount))

/** Suppliers are paid in parts, some of it before the goods come, and some bear a fee. */
export async function paySuppliers(month: Month, chance: Chance): Promise<void> {
  const { cast, suppliers, books, day, hub } = month
  for (const supplier of cast.suppliers) {
    const [mood, part] = [chance(), BigInt(between(chance, 10, 60))]
    const owed = owedTo(month, supplier)
    if (mood < 0.25 && owed > 0n) {
      const key = `hub/PAY-${supplier}-${day}`
      const amount = nearestCent(owed * part, 100n)
      await put(month, 'payment', key, paymentOf(supplier, 'payment', amount))
      book(suppliers, supplier, { kind: 'payment', document: `payment/${key}`, amount: -amount })
    } else if (mood < 0.35) {
      const number = `FEE-${supplier}-${day}`
      const amount = part * 55n * cent
      await hub.send('POST', '/v1/payables/fees', {
        ...{ number, supplier, owner, bearer: 'supplier', amount: written(amount), currency: payCurrency, date: today(), why: 'freight' },
      })
      book(suppliers, supplier, { kind: 'fee', document: `payment/hub/${number}`, amount: -amount })
    }
  }
  for (const [order, { supplier, due, lines }] of books.purchases) {
    const key = `hub/PRE-${order.slice(4)}`
    if (due !== day + 1 || chance() < 0.5) continue
    const amount = BigInt(lines.reduce((sum, { confirmed }) => sum + confirmed, 0)) * 75n * cent
    if (amount === 0n) continue
    const allocations = [{ ref: { type: 'purchase-order', key: order }, amount: written(amount) }]
    await put(month, 'payment', key, { ...paymentOf(supplier, 'prepayment', amount), allocations })
    book(suppliers, supplier, { kind: 'prepayment', document: `payment/${key}`, amount: -amount })
  }
}

const paymentOf = (supplier: string, kind: string, amount: Amount) => ({
  ...{ kind, status: 'captured', amount: written(amount), currency: payCurrency },
  ...{ payer: partyRef(owner), payee: partyRef(supplier), paidAt: new Date().toISOString() },
})
