import type { PlannedPurchase } from '../simulator/day/plan-purchases.ts'
import type { TrytonClient } from './tryton-client.ts'
import { numberOf, rowsOf, textOf } from './tryton-values.ts'

/** Sales in Ningbo's Tryton that wait for an answer: id and the buyer's number. */
export async function unansweredSales(tryton: TrytonClient): Promise<readonly { readonly id: number; readonly reference: string }[]> {
  const rows = await tryton.rows(
    'sale.sale',
    [
      ['state', 'in', ['draft', 'quotation']],
      ['reference', '!=', null],
    ],
    ['reference'],
  )
  return rows.map((row) => ({ id: Number(row.id), reference: textOf(row, 'reference') }))
}

/** Ningbo's answer to a sale: confirmed, confirmed with less, or cancelled. @throws Error when Tryton ends in another state */
export async function answerSale(tryton: TrytonClient, sale: number, { answer, lines }: PlannedPurchase): Promise<void> {
  if (answer === 'refused') {
    await tryton.press('sale.sale', 'cancel', [sale])
  } else {
    if (answer === 'cut') {
      const [row] = await tryton.rows('sale.sale', [['id', '=', sale]], ['lines.sequence', 'lines.quantity'])
      const cuts = rowsOf(row, 'lines').flatMap((line) => {
        const confirmed = lines[numberOf(line, 'sequence') - 1]?.confirmed
        return confirmed === undefined || confirmed === numberOf(line, 'quantity')
          ? []
          : [['write', [Number(line.id)], { quantity: confirmed }]]
      })
      await tryton.write('sale.sale', [sale], { lines: cuts })
    }
    await tryton.press('sale.sale', 'quote', [sale])
    await tryton.press('sale.sale', 'confirm', [sale])
  }
  const [after] = await tryton.rows('sale.sale', [['id', '=', sale]], ['state'])
  const wanted = answer === 'refused' ? 'cancelled' : 'processing'
  if (textOf(after, 'state') !== wanted) throw new Error(`sale ${sale} at Ningbo is ${textOf(after, 'state')}, not ${wanted}`)
}
