import type { Json } from '../../model/json.ts'
import type { Cursor } from '../schema-path.ts'
import { type Alignment, alignLists, freeFor } from './align.ts'
import { assign } from './assign.ts'
import { agree, type Column, columnsOf, type Parent, type Product, productsIn, sumPerRecord } from './footing.ts'
import { profile } from './profile.ts'
import { type Score, scoreOf, threshold } from './score.ts'
import { itemsOf, opened, type Scope, type SourceLeaf, type SourceList, sourcesOf } from './source.ts'
import { type Steps, spend } from './steps.ts'
import { type TargetLeaf, type TargetList, type Targets, targetsOf } from './target.ts'
import type { Evidence } from './types.ts'

/** A target field and the source field that fills it. */
export interface Pair {
  readonly target: TargetLeaf
  readonly source: SourceLeaf
  readonly score: number
  readonly evidence: readonly Evidence[]
}
export interface ListPlan {
  readonly list: TargetList
  readonly source: SourceList
  readonly score: number
  readonly fields: number
  /** of the items; undefined for a list of texts */
  readonly items: Plan | undefined
}
/** What goes where in one scope. */
export interface Plan {
  readonly records: readonly Json[]
  /** of the items of a list: the record they stand in */
  readonly parent: Parent | undefined
  readonly cursor: Cursor
  readonly targets: Targets
  readonly pairs: readonly Pair[]
  readonly lists: readonly ListPlan[]
  readonly leaves: readonly SourceLeaf[]
  /** amounts of the lines added up for each record; its path says how */
  readonly goods: Column | undefined
  /** lists nothing takes, and dictionaries */
  readonly unusedLists: readonly string[]
  readonly dictionaries: readonly string[]
  /** sources that come nearest to a target field, best first */
  readonly nearest: (field: string) => readonly string[]
}
export interface PlanContext {
  readonly document: string
  readonly steps: Steps
}

const deepest = 4

/** Plans one scope and the lists inside it. `definition` is the document type at the top. */
export function planScope(scope: Scope, cursor: Cursor, definition: string, context: PlanContext, depth = 0, parent?: Parent): Plan {
  const { document, steps } = context
  const top = depth === 0
  const direct = sourcesOf(scope)
  const targets = targetsOf(cursor, document, definition, top)
  const first = alignLists(targets, direct.lists, scope, document, steps)
  const taken = new Set(first.flatMap(({ sources }) => sources.map(({ source }) => source.path)))
  const insides = direct.lists.filter(({ path }) => !taken.has(path)).map((list) => ({ list, sources: opened(list, scope, steps) }))
  const remaining: Targets = { ...targets, lists: targets.lists.filter((list) => !first.some((one) => one.list === list)) }
  const second = alignLists(
    remaining,
    insides.flatMap(({ sources }) => sources.lists),
    scope,
    document,
    steps,
  )
  const alignments = [...first, ...second]
  const leaves = [...direct.leaves, ...insides.flatMap(({ sources }) => sources.leaves)].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : 0,
  )
  const columns = columnsOf(scope.records, leaves)
  const lists = depth >= deepest ? [] : alignments.flatMap((one) => planLists(one, scope, columns, context, depth))
  const filled = new Set(lists.map(({ list }) => list.path))
  const open = targets.leaves.filter((leaf) => leaf.list === undefined || !filled.has(leaf.list))
  const goods = goodsOf(lists)
  const known: Judging = {
    free: freeFor(document, definition),
    products: top ? [] : productsIn(columns, steps),
    totals: new Set(goods && columns.filter((column) => agree(column, goods, steps)).map(({ path }) => path)),
    goods: goods?.path ?? '',
  }
  const scores = open.map((leaf) => leaves.map((source) => judge(leaf, source, known, steps)))
  const pairs = whole(choose(open, leaves, scores), open)
  return {
    records: scope.records,
    parent,
    cursor,
    targets,
    pairs,
    lists,
    leaves,
    goods,
    unusedLists: insides.filter(({ sources }) => sources.leaves.length === 0).map(({ list }) => list.path),
    dictionaries: direct.dictionaries,
    nearest: (field) => {
      const rows = open.map((leaf, row) => ({ leaf, row })).filter(({ leaf }) => leaf.path === field || leaf.path.startsWith(`${field}.`))
      const best = rows.flatMap(({ row }) => leaves.map((leaf, column) => ({ path: leaf.path, value: scores[row]?.[column]?.value ?? 0 })))
      const ranked = best.filter(({ value }) => value > 0.15).sort((a, b) => b.value - a.value || (a.path < b.path ? -1 : 1))
      return [...new Set(ranked.map(({ path }) => path))].slice(0, 3)
    },
  }
}

function planLists(one: Alignment, scope: Scope, heads: readonly Column[], context: PlanContext, depth: number): readonly ListPlan[] {
  return one.sources.map(({ source, score, fields }) => {
    const { items, owners } = itemsOf(scope, source.segments)
    const inner: Scope = { records: items, place: profile(items, context.steps) }
    const { item, definition } = one.list
    const plan = one.list.scalar ? undefined : planScope(inner, item, definition, context, depth + 1, { heads, owners })
    return { list: one.list, source, score, fields, items: plan }
  })
}

function goodsOf(lists: readonly ListPlan[]): Column | undefined {
  const lines = lists.find(({ list }) => list.name === 'lines')
  const items = lines?.items
  const path = items?.pairs.find(({ target }) => target.path === 'lineAmount')?.source.path
  const column = items && columnsOf(items.records, items.leaves).find((one) => one.path === path)
  if (lines === undefined || column === undefined || items?.parent === undefined) return undefined
  const { heads, owners } = items.parent
  return { ...sumPerRecord(column, owners, heads[0]?.values.length ?? 0), path: `sum(${lines.source.path}, ${column.path})` }
}

/** What is known of a scope before its fields are compared. */
interface Judging {
  readonly free: ReadonlySet<string>
  readonly products: readonly Product[]
  /** paths that agree with the sum of the lines, and how that sum is written */
  readonly totals: ReadonlySet<string>
  readonly goods: string
}

/** Names and forms, and what the numbers prove: a product or a sum that holds in every sample makes its parts likelier. */
function judge(target: TargetLeaf, source: SourceLeaf, known: Judging, steps: Steps): Score {
  spend(steps, target.names.length)
  const score = scoreOf(target, source, known.free)
  const proof = score.value === 0 ? undefined : proofOf(target, source, known)
  return proof === undefined
    ? score
    : { value: Math.min(0.99, score.value + (1 - score.value) * 0.5), evidence: [...score.evidence, proof] }
}

function proofOf({ path }: TargetLeaf, source: SourceLeaf, { products, totals, goods }: Judging): Evidence | undefined {
  for (const { quantity, price, amount } of products) {
    const role = source.path === quantity ? 'quantity' : source.path === price ? 'unitPrice' : source.path === amount ? 'lineAmount' : ''
    if (role === path) return { code: 'foots', sum: `${quantity} * ${price} = ${amount}` }
  }
  return path === 'totals.linesTotal' && totals.has(source.path) ? { code: 'foots', sum: `${source.path} = ${goods}` } : undefined
}

/** Fields that may read what another reads too: they say the same thing in another form, or say it again. Only within a lane a source counts once. */
function laneOf(leaf: TargetLeaf): string {
  const [first] = leaf.steps
  const name = leaf.steps.at(-1)?.name ?? ''
  if (leaf.kind === 'date' || leaf.kind === 'key') return leaf.kind
  if (first?.name === 'placedVia' || name === 'takenAt') return name
  if (leaf.path === 'product.name' || name === 'legalName') return 'again'
  if (['charges', 'discounts', 'taxes'].includes(first?.name ?? '')) return 'entries'
  if (['buyer', 'seller', 'recipient', 'issuer', 'payer', 'payee', 'supplier', 'owner'].includes(first?.name ?? '')) return 'parties'
  return 'main'
}

function choose(targets: readonly TargetLeaf[], leaves: readonly SourceLeaf[], scores: readonly (readonly Score[])[]): readonly Pair[] {
  const lanes = new Map<string, number[]>()
  for (const [row, leaf] of targets.entries()) lanes.set(laneOf(leaf), [...(lanes.get(laneOf(leaf)) ?? []), row])
  const pairs: { readonly row: number; readonly pair: Pair }[] = []
  for (const rows of lanes.values()) {
    const columns = assign(
      rows.map((row) => (scores[row] ?? []).map(({ value }) => value)),
      threshold,
    )
    for (const [i, row] of rows.entries()) {
      const target = targets[row]
      const source = leaves[columns[i] ?? -1]
      const score = scores[row]?.[columns[i] ?? -1]
      if (target === undefined || source === undefined || score === undefined) continue
      const rival = rivalOf(scores[row] ?? [], columns, columns[i] ?? -1, score.value)
      const path = rival < 0 ? undefined : leaves[rival]?.path
      const evidence: readonly Evidence[] = path === undefined ? score.evidence : [...score.evidence, { code: 'rival', path }]
      pairs.push({ row, pair: { target, source, score: path === undefined ? score.value : score.value * 0.92, evidence } })
    }
  }
  return pairs.sort((a, b) => a.row - b.row).map(({ pair }) => pair)
}

/** Without the fields of an object of which nothing is there that it must have: a date alone is no exchange rate. */
function whole(pairs: readonly Pair[], targets: readonly TargetLeaf[]): readonly Pair[] {
  const placed = new Set(pairs.map(({ target }) => target.path))
  return pairs.filter(({ target }) => {
    const needed = targets.filter((leaf) => leaf.object === target.object && leaf.needed)
    return target.object === '' || needed.length === 0 || needed.some(({ path }) => placed.has(path))
  })
}

/** A source nobody took that fits nearly as well. */
function rivalOf(row: readonly Score[], taken: readonly number[], own: number, value: number): number {
  return row.findIndex((score, column) => column !== own && !taken.includes(column) && score.value >= value * 0.93)
}
