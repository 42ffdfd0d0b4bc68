import { assign } from './assign.ts'
import { formOf } from './forms.ts'
import { groupWords } from './phrases.ts'
import { scoreOf } from './score.ts'
import { itemLeaf, itemsOf, type Scope, type SourceList, sourcesOf } from './source.ts'
import { type Steps, spend } from './steps.ts'
import { type TargetLeaf, type TargetList, type Targets, targetsOf } from './target.ts'
import { freeWords } from './vocabulary.ts'

/** A list of the target and the lists of the source that fill it. */
export interface Alignment {
  readonly list: TargetList
  readonly sources: readonly { readonly source: SourceList; readonly score: number; readonly fields: number }[]
}

/** Least score of two lists that are taken for the same. */
const least = 0.42

/** Words that the fields of a line carry without meaning more by it. */
const lineWords = ['line', 'item', 'product', 'detail', 'order', 'entry', 'sku', 'sub', 'cart', 'move']

/** Which source list fills which target list. Charges take every list that fits: freight and fees often stand apart. */
export function alignLists(
  targets: Targets,
  lists: readonly SourceList[],
  scope: Scope,
  document: string,
  steps: Steps,
): readonly Alignment[] {
  const scores = targets.lists.map((list) => {
    const inside = targetsOf(list.item, document, list.definition, false).leaves.filter((leaf) => leaf.list === undefined)
    return lists.map((source) => listScore(list, inside, source, scope, document, steps))
  })
  const chosen = assign(
    scores.map((row) => row.map(({ value }) => value)),
    least,
  )
  const taken = new Set(chosen)
  return targets.lists.flatMap((list, row) => {
    const first = chosen[row] ?? -1
    const more =
      list.name === 'charges'
        ? lists.map((_, column) => column).filter((column) => !taken.has(column) && (scores[row]?.[column]?.value ?? 0) >= least)
        : []
    const sources = [first, ...more]
      .map((column) => ({ source: lists[column], score: scores[row]?.[column]?.value ?? 0, fields: scores[row]?.[column]?.fields ?? 0 }))
      .filter((one): one is Alignment['sources'][number] => one.source !== undefined)
    return sources.length === 0 ? [] : [{ list, sources }]
  })
}

interface ListScore {
  readonly value: number
  readonly fields: number
}

function listScore(
  list: TargetList,
  inside: readonly TargetLeaf[],
  source: SourceList,
  scope: Scope,
  document: string,
  steps: Steps,
): ListScore {
  const name = nameScore(list, source, document)
  const { items } = itemsOf(scope, source.segments)
  spend(steps, items.length + 1)
  if (list.scalar) {
    const isScalar = source.item.objects === 0 && source.item.values.length > 0
    const suits = list.name !== 'gtins' || formOf(source.item.values).gtin
    return isScalar && suits && itemLeaf(items, source.words).form.scalar ? { value: name * 0.9, fields: 1 } : { value: 0, fields: 0 }
  }
  if (source.item.objects === 0) return { value: 0, fields: 0 }
  const { leaves } = sourcesOf({ records: items, place: source.item })
  const free = freeFor(document, list.definition)
  let [needed, found, needs] = [0, 0, 0]
  for (const leaf of inside) {
    spend(steps, leaves.length)
    const best = leaves.reduce((most, one) => Math.max(most, scoreOf(leaf, one, free).value), 0)
    if (best >= 0.55) found++
    if (leaf.required && leaf.kind !== 'unit' && leaf.kind !== 'key') {
      needs++
      needed += best
    }
  }
  const content = (needs === 0 ? Math.min(1, found / 2) : needed / needs) * 0.6 + Math.min(1, found / 4) * 0.4
  if (content < 0.25) return { value: 0, fields: found }
  // a list of lines is one also under a name nobody foresaw, when it has what lines have
  const value = name === 0 ? (list.name === 'lines' ? content * 0.6 : 0) : 0.5 * name + 0.5 * content
  return { value, fields: found }
}

function nameScore(list: TargetList, source: SourceList, document: string): number {
  const free = freeWords(document)
  let best = 0
  for (const { words, weight } of list.said) {
    if (!words.every((word) => source.words.includes(word))) continue
    let cost = 0
    for (const word of new Set(source.words))
      if (!words.includes(word)) cost += free.has(word) || lineWords.includes(word) ? 0.1 : groupWords.has(word) ? 0.8 : 0.3
    best = Math.max(best, weight / (1 + cost))
  }
  return best
}

/** Words that mean nothing more in a scope: of the document, and in a line of lines. */
export const freeFor = (document: string, definition: string): ReadonlySet<string> =>
  new Set([
    ...freeWords(document),
    ...(definition === document ? [] : lineWords),
    ...(definition === 'tax' ? ['tax'] : []),
    ...(definition === 'discount' ? ['discount'] : []),
  ])
