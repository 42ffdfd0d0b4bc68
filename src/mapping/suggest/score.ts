import { fitOf } from './fit.ts'
import { groupWords } from './phrases.ts'
import type { SourceLeaf } from './source.ts'
import type { TargetLeaf } from './target.ts'
import type { TargetKind } from './target-kind.ts'
import type { Evidence } from './types.ts'
import type { Phrase } from './vocabulary.ts'

/** How sure it is that a source field holds a target field's value. */
export interface Score {
  /** 0 to 1 */
  readonly value: number
  readonly evidence: readonly Evidence[]
}
const nothing: Score = { value: 0, evidence: [] }

/** Least score of a line that is written. */
export const threshold = 0.45

/** Words that say how a value of this kind is kept, not which value it is. */
const holders: Partial<Record<TargetKind, readonly string[]>> = {
  amount: ['amount', 'price', 'total', 'cost', 'money', 'value', 'set', 'shop'],
  price: ['amount', 'money', 'value', 'shop'],
  quantity: ['value', 'amount', 'order', 'decimal'],
  time: ['utc', 'time', 'iso', 'local', 'last'],
  date: ['utc', 'time', 'iso', 'local'],
  currency: ['code', 'iso', 'id', 'symbol', 'name'],
  country: ['code', 'iso', 'id', 'name', '2', 'alpha'],
  unit: ['code', 'symbol', 'name', 'of'],
  enum: ['code', 'name', 'value'],
  text: ['value', 'text'],
  phone: ['number'],
  email: ['address'],
  link: ['value'],
}

/** Names that end like the money words of amounts but mean something else when they stand before one. */
const harmful: ReadonlySet<string> = new Set(
  'old original previous min max minimum maximum count percent rate refund refunded cancelled untaxed class parent url version hash token index base formatted balance status state kind method source discount weight exchange id wrapping handling gift store ip'.split(
    ' ',
  ),
)

/** Scores one pair. `free` are words of the scope that mean nothing more: of the document, of a line. */
export function scoreOf(target: TargetLeaf, source: SourceLeaf, free: ReadonlySet<string>): Score {
  const { fit, proof } = fitOf(target, source)
  if (fit === 0) return nothing
  let best = 0
  let said: readonly string[] = []
  let around: Phrase | undefined
  const contexts = contextsOf(target, source)
  for (const phrase of target.names) {
    const covered = coverage(phrase, target.kind, source)
    if (covered === 0) continue
    for (const context of contexts) {
      const value = phrase.weight * covered * context.weight * leftOver(target, source, phrase, context.words, free)
      if (value > best) [best, said, around] = [value, phrase.words, context]
    }
  }
  if (best === 0) return nothing
  const share = 0.85 + 0.15 * source.share
  const evidence: Evidence[] = [{ code: 'name', words: said.join(' ') }]
  if (around !== undefined && around.words.length > 0) evidence.push({ code: 'context', words: around.words.join(' ') })
  if (proof !== undefined) evidence.push({ code: 'form', form: proof })
  return { value: best * fit * share * 0.95, evidence }
}

/** All words of the phrase are there, and the field's own name has some of them or only says how the value is kept. */
function coverage(phrase: Phrase, kind: TargetKind, source: SourceLeaf): number {
  let outside = 0
  for (const word of phrase.words) {
    if (source.own.includes(word)) continue
    if (!source.around.includes(word)) return 0
    outside++
  }
  if (outside === phrase.words.length) return source.own.every((word) => holders[kind]?.includes(word) === true) ? 0.92 : 0
  return outside === 0 ? 1 : 0.97
}

/** Ways the group around the target is said around the source; a group that is not said costs most of the score. */
function contextsOf(target: TargetLeaf, source: SourceLeaf): readonly Phrase[] {
  if (target.groups.length === 0) return [{ words: [], weight: 1 }]
  const there = (word: string): boolean => source.around.includes(word) || source.own.includes(word)
  let ways: readonly Phrase[] = [{ words: [], weight: 1 }]
  for (const group of target.groups) {
    const said = group.filter(({ words }) => words.every(there))
    const next = said.length > 0 ? said : [{ words: [], weight: 0.3 }]
    ways = ways.flatMap((way) => next.map((one) => ({ words: [...way.words, ...one.words], weight: way.weight * one.weight })))
  }
  return ways
}

/** The key of a line is not that of its product, nor the other way round. */
const isOther = ({ kind }: TargetLeaf, word: string): boolean =>
  kind === 'key' ? word === 'product' || word === 'item' || word === 'sku' : kind === 'link' && word === 'line'

/** What the source's name says beyond phrase and context takes away, most where it speaks of somebody else. */
function leftOver(target: TargetLeaf, source: SourceLeaf, phrase: Phrase, context: readonly string[], free: ReadonlySet<string>): number {
  const said = (word: string): boolean => phrase.words.includes(word) || context.includes(word)
  const kept = holders[target.kind] ?? []
  const place = target.steps.some(
    (step) => step.name === 'address' || step.name === 'shipTo' || step.name === 'billTo' || step.name === 'to',
  )
  let cost = 0
  for (const word of new Set(source.own)) {
    if (said(word) || kept.includes(word)) continue
    if ((free.has(word) && !isOther(target, word)) || (place && (word === 'address' || word === 'contact'))) cost += 0.03
    else cost += groupWords.has(word) || harmful.has(word) ? 1.2 : 0.5
  }
  for (const word of new Set(source.around)) {
    if (said(word) || source.own.includes(word)) continue
    if ((free.has(word) && !isOther(target, word)) || kept.includes(word) || (place && (word === 'address' || word === 'contact')))
      cost += 0.02
    else cost += groupWords.has(word) || harmful.has(word) ? 0.9 : 0.15
  }
  return 1 / (1 + cost)
}
