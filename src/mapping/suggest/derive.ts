import { amountScale } from '../../model/decimal.ts'
import { cursorOf } from '../schema-path.ts'
import type { Rule } from '../types.ts'
import { basisOf, type Column, columnsOf, productTotal } from './footing.ts'
import { asText } from './leaf-rule.ts'
import type { Plan } from './plan.ts'
import type { Steps } from './steps.ts'
import type { TargetStep } from './target.ts'
import type { Evidence } from './types.ts'

/** A line that no single field of the source fills. */
export interface Derived {
  readonly steps: readonly TargetStep[]
  readonly rule: Rule
  /** 0 to 1 */
  readonly score: number
  readonly evidence: readonly Evidence[]
  readonly from: readonly string[]
}

/** Our own party of a document: whose books the connection keeps. */
const ours: Readonly<Record<string, string>> = { 'sales-order': 'seller', 'purchase-order': 'buyer' }

const at = (...names: readonly string[]): readonly TargetStep[] => names.map((name) => ({ kind: 'field', name }))

/** Lines that follow from others, from what the numbers prove, or from what the connection knows. */
export function derivedLines(plan: Plan, document: string, currency: string | undefined, steps: Steps): readonly Derived[] {
  const amount: Rule = { convert: currency === undefined ? 'decimal' : `amount:${currency}` }
  return [ownParty(plan, document), basis(plan), linesTotal(plan, amount), lineAmount(plan, amount, steps), asWritten(plan)].flat()
}

const pairAt = (plan: Plan, path: string) => plan.pairs.find(({ target }) => target.path === path)
const isField = (plan: Plan, path: string): boolean =>
  cursorOf(
    plan.cursor,
    path.split('.').map((name) => ({ kind: 'name', name })),
  ) !== undefined
/** The target has the field and no pair fills it. */
const isOpen = (plan: Plan, path: string): boolean => pairAt(plan, path) === undefined && isField(plan, path)

function ownParty(plan: Plan, document: string): readonly Derived[] {
  const name = ours[document]
  if (name === undefined || plan.pairs.some(({ target }) => target.path.startsWith(`${name}.`))) return []
  const rule: Rule = { fields: { type: { value: 'party' }, key: '@.books' } }
  return [{ steps: at(name, 'ref'), rule, score: 0.8, evidence: [{ code: 'usual' }], from: ['@.books'] }]
}

/** What prices contain, by whether the tax has to be added to reach the total. What the numbers prove goes before a field that only says so. */
function basis(plan: Plan): readonly Derived[] {
  const columns = columnsOf(plan.records, plan.leaves)
  const column = (name: string) => columns.find(({ path }) => path === pairAt(plan, `totals.${name}`)?.source.path)
  const [lines, tax, grand] = [column('linesTotal') ?? plan.goods, column('taxTotal'), column('grandTotal')]
  if (!isField(plan, 'taxBasis') || lines === undefined || tax === undefined || grand === undefined) return []
  const [charges, discounts] = [column('chargeTotal'), column('discountTotal')]
  const found = basisOf({ lines, charges, discounts, tax, grand })
  if (found === undefined) return []
  const parts = [lines.path, charges && `+ ${charges.path}`, discounts && `- ${discounts.path}`, found === 'exclusive' && `+ ${tax.path}`]
  const sum = `${parts.filter((part) => typeof part === 'string').join(' ')} = ${grand.path}`
  return [{ steps: at('taxBasis'), rule: { value: found }, score: 0.9, evidence: [{ code: 'foots', sum }], from: [] }]
}

/** The sum of the lines, where the source does not say it. */
function linesTotal(plan: Plan, amount: Rule): readonly Derived[] {
  const lines = plan.lists.find(({ list }) => list.name === 'lines')
  const column = lines?.items && pairAt(lines.items, 'lineAmount')?.source.path
  if (lines === undefined || column === undefined || !isOpen(plan, 'totals.linesTotal')) return []
  const expr = `sum(${lines.source.path}, ${column})`
  const evidence: readonly Evidence[] = [{ code: 'same', as: 'lines[].lineAmount' }]
  return [
    { steps: at('totals', 'linesTotal'), rule: { expr, ...amount }, score: 0.75, evidence, from: [`${lines.source.path}[].${column}`] },
  ]
}

/** Quantity times price, where the source has no amount of the line; surer where it adds up to a total of the document. */
function lineAmount(plan: Plan, amount: Rule, steps: Steps): readonly Derived[] {
  const columns = columnsOf(plan.records, plan.leaves)
  const column = (name: string) => columns.find(({ path }) => path === pairAt(plan, name)?.source.path)
  const [quantity, price] = [column('quantity'), column('unitPrice')]
  if (quantity === undefined || price === undefined || !isOpen(plan, 'lineAmount')) return []
  const product = `${quantity.path} * ${price.path}`
  const expr = decimalsIn(quantity) + decimalsIn(price) > amountScale ? `round(${product}, 2)` : product
  const total = plan.parent && productTotal(quantity, price, plan.parent, steps)
  const evidence: Evidence = total === undefined ? { code: 'usual' } : { code: 'foots', sum: `sum(${product}) = ${total}` }
  const score = total === undefined ? 0.6 : 0.9
  return [{ steps: at('lineAmount'), rule: { expr, ...amount }, score, evidence: [evidence], from: [quantity.path, price.path] }]
}
const decimalsIn = ({ values }: Column): number => Math.max(0, ...values.map((value) => value?.split('.')[1]?.length ?? 0))

/** A status that a table turns into ours, also as the source writes it. */
function asWritten(plan: Plan): readonly Derived[] {
  const status = pairAt(plan, 'status')
  if (status === undefined || !isOpen(plan, 'sourceStatus')) return []
  const from = status.source.path
  return [
    {
      steps: at('sourceStatus'),
      rule: { from, ...asText(status.source) },
      score: status.score,
      evidence: [{ code: 'same', as: 'status' }],
      from: [from],
    },
  ]
}
