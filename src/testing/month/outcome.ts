import { isObject, type JsonObject } from '../../model/json.ts'
import { moneyOutcome } from './money.ts'
import type { Month } from './month.ts'
import { allotted, numberDifferences } from './numbers.ts'
import {
  aftersaleDifferences,
  type Difference,
  orderDifferences,
  purchaseDifferences,
  stockDifferences,
  unexplainedOversold,
} from './proof.ts'

export interface MonthOutcome {
  readonly figures: Readonly<Record<string, unknown>> & { readonly verify: string }
  readonly differences: readonly Difference[]
}

/** Everything that the hub says in the end against the generator's books. `kills`: nights and kills at work. */
export async function outcomeOf(month: Month, kills: number): Promise<MonthOutcome> {
  const { hub, books } = month
  const [orders, aftersales, stock, purchases, oversold] = [
    await orderDifferences(month),
    await aftersaleDifferences(month),
    await stockDifferences(month),
    await purchaseDifferences(month),
    await unexplainedOversold(month),
  ]
  const numbers = await numberDifferences(month)
  const money = await moneyOutcome(month)
  const { differences } = await hub.get('/v1/ledger/verify')
  const { waiting } = await hub.get('/v1/rest')
  const findings = await hub.rows('/v1/findings?state=open')
  return {
    figures: {
      orders: books.orders.size,
      purchaseOrders: books.purchases.size,
      ...books.posted,
      aftersales: books.aftersales.size,
      stockDifferences: stock.length,
      orderDifferences: orders.length + aftersales.length + purchases.length,
      oversoldUnexplained: oversold.length,
      verify: Array.isArray(differences) && differences.length === 0 ? 'clean' : JSON.stringify(differences).slice(0, 500),
      open: { ...(isObject(waiting) ? waiting : {}), findings: countedBy(findings) },
      ...money.figures,
      numbers: { allotted: allotted(month.numbers), twice: month.numbers.twice.size, lost: month.numbers.lost.size },
      kills,
    },
    differences: [...orders, ...aftersales, ...stock, ...purchases, ...oversold, ...numbers, ...money.differences],
  }
}

const countedBy = (findings: readonly JsonObject[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { code } of findings) counts[String(code)] = (counts[String(code)] ?? 0) + 1
  return counts
}
