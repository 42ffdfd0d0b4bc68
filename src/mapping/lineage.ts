import type { Json } from '../model/json.ts'
import type { Expr } from './grammar.ts'
import { formatPath, formatSegments, type Path } from './path.ts'
import type { Leaf, Lookup, Place, Program, Step } from './program.ts'
import { chainLets, type LetChain } from './scope.ts'
import type { Lineage } from './types.ts'

/** Where paths start, as text from the root of the document: `line_items[]`. */
export interface TextScope {
  readonly parent: TextScope | undefined
  readonly base: string
  readonly lets: LetChain | undefined
}

interface Draft {
  readonly paths: Set<string>
  readonly context: Set<string>
  readonly lookups: Set<string>
  readonly converters: Set<string>
  readonly constants: Json[]
  /** names of `let` whose expressions are counted in */
  readonly seen: Set<LetChain>
}

/** Path text from the root of the document; undefined for a path from `@` or above the document. */
export function absoluteText(scope: TextScope, path: Path): string | undefined {
  let here: TextScope | undefined = scope
  if (path.root.kind === 'context') return undefined
  if (path.root.kind === 'document') while (here.parent !== undefined) here = here.parent
  if (path.root.kind === 'up') for (let i = 0; i < path.root.levels && here !== undefined; i++) here = here.parent
  if (here === undefined) return undefined
  const rest = formatSegments(path.segments)
  if (here.base === '' || rest === '') return here.base + rest
  return rest.startsWith('[') ? here.base + rest : `${here.base}.${rest}`
}

/** What every target field is made of, by the path of its rule. Groups and lists hold what their conditions and `from` read. */
export function lineageOf(program: Program): ReadonlyMap<string, Lineage> {
  const table = new Map<string, Lineage>()
  const root: TextScope = { parent: undefined, base: '', lets: chainLets(program.lets, undefined) }
  for (const { step } of program.fields) visit(step, root, table)
  for (const { step } of program.push) visit(step, root, table)
  return table
}

const lookupName = (lookup: Lookup): string => (lookup.kind === 'table' ? lookup.shared : undefined) ?? lookup.name

/** Tables that rules go through, by the names lineage gives them. */
export function tablesOf(program: Program): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const tables = new Map<string, ReadonlyMap<string, string>>()
  const add = ({ body }: Step): void => {
    if (body.kind === 'leaf' && body.lookup?.kind === 'table') tables.set(lookupName(body.lookup), body.lookup.forward)
    else if (body.kind === 'group') for (const { step } of body.fields) add(step)
    else if (body.kind === 'each') add(body.item)
    else if (body.kind === 'list') for (const entry of body.entries) add(entry)
  }
  for (const { step } of [...program.fields, ...program.push]) add(step)
  return tables
}

function visit(step: Step, scope: TextScope, table: Map<string, Lineage>): void {
  const draft: Draft = { paths: new Set(), context: new Set(), lookups: new Set(), converters: new Set(), constants: [], seen: new Set() }
  const { body } = step
  if (step.when !== undefined) addExpr(step.when.expr, scope, draft)
  if (body.kind === 'leaf') addLeaf(body, scope, draft)
  else if (body.kind === 'group') {
    for (const place of body.from) addPath(place.path, scope, draft)
    const [first] = body.from
    const inner =
      first === undefined ? { ...scope, lets: chainLets(body.lets, scope.lets) } : below(scope, first, '', chainLets(body.lets, undefined))
    for (const field of body.fields) visit(field.step, inner, table)
  } else if (body.kind === 'each') {
    addPath(body.from.path, scope, draft)
    const inner = below(scope, body.from, '[]', chainLets(body.lets, undefined))
    if (body.where !== undefined) addExpr(body.where.expr, inner, draft)
    visit(body.item, inner, table)
  } else for (const entry of body.entries) visit(entry, scope, table)
  table.set(step.rule, {
    paths: [...draft.paths],
    context: [...draft.context],
    lookups: [...draft.lookups],
    converters: [...draft.converters],
    constants: draft.constants,
  })
}

/** The scope that a `from` or `each` opens. */
export const below = (scope: TextScope, place: Place, suffix: '' | '[]', lets: LetChain | undefined): TextScope => ({
  parent: scope,
  base: `${absoluteText(scope, place.path) ?? ''}${suffix}`,
  lets,
})

function addLeaf(leaf: Leaf, scope: TextScope, draft: Draft): void {
  if (leaf.source.kind === 'value') draft.constants.push(leaf.source.value)
  else if (leaf.source.kind === 'expr') addExpr(leaf.source.formula.expr, scope, draft)
  else for (const place of leaf.source.paths) addPath(place.path, scope, draft)
  if (leaf.default !== undefined) draft.constants.push(leaf.default)
  if (leaf.otherwise !== undefined) draft.constants.push(leaf.otherwise)
  if (leaf.lookup !== undefined) draft.lookups.add(lookupName(leaf.lookup))
  for (const call of leaf.converts) {
    draft.converters.add(call.digits === undefined ? call.name : `${call.name}:${call.digits}`)
    for (const argument of [call.currency, call.zone]) if (typeof argument === 'object') addPath(argument.path, scope, draft)
  }
}

function addPath(path: Path, scope: TextScope, draft: Draft): void {
  const [first] = path.segments
  if (path.root.kind === 'here' && path.segments.length === 1 && first?.kind === 'name')
    for (let here: TextScope | undefined = scope; here !== undefined; here = here.parent)
      for (let chain = here.lets; chain !== undefined; chain = chain.before)
        if (chain.name === first.name) {
          if (draft.seen.has(chain)) return
          draft.seen.add(chain)
          addExpr(chain.formula.expr, { ...here, lets: chain.before }, draft)
          return
        }
  const text = absoluteText(scope, path)
  if (text === undefined) draft.context.add(formatPath(path))
  else draft.paths.add(text)
}

function addExpr(expr: Expr, scope: TextScope, draft: Draft): void {
  switch (expr.op) {
    case 'path':
      addPath(expr.path, scope, draft)
      return
    case 'minus':
    case 'not':
      addExpr(expr.of, scope, draft)
      return
    case 'choose':
      for (const part of [expr.test, expr.yes, expr.no]) addExpr(part, scope, draft)
      return
    case 'call': {
      const [list, item] = expr.args
      const isOver = (expr.name === 'sum' || expr.name === 'count') && list?.op === 'path'
      if (!isOver) for (const argument of expr.args) addExpr(argument, scope, draft)
      else if (item === undefined) addPath(list.path, scope, draft)
      else addExpr(item, { parent: scope, base: `${absoluteText(scope, list.path) ?? ''}[]`, lets: undefined }, draft)
      return
    }
    case 'number':
    case 'text':
    case 'boolean':
      return
    default:
      addExpr(expr.left, scope, draft)
      addExpr(expr.right, scope, draft)
  }
}
