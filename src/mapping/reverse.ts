import { converters } from './converters.ts'
import type { Guarded } from './emit-guards.ts'
import type { Faults } from './faults.ts'
import type { Expr } from './grammar.ts'
import { absoluteText, below, type TextScope } from './lineage.ts'
import { formatPath, type Path } from './path.ts'
import type { Each, Field, Group, Leaf, Place, Program, Step } from './program.ts'
import { hideSecrets } from './reverse-secrets.ts'
import { type Cursor, cursorAt, cursorOf, isSensitive } from './schema-path.ts'
import { chainLets, type LetChain } from './scope.ts'
import type { CompileOptions, ReverseClass, ReverseEntry } from './types.ts'

/** How one rule goes back. */
export interface StepPlan {
  readonly class: ReverseClass
  readonly reason?: string
  /** where a leaf is written: the one that has a value, else the first */
  readonly paths?: readonly Path[]
  /** what the partner's schema says of the place a leaf writes */
  readonly cursor?: Cursor
  /** values here must not be shown */
  readonly sensitive?: boolean
  /** each: the field of an item that holds its key; undefined: items are matched by position */
  readonly keyField?: Field
  /** each: fields and values that a new item needs to pass `where` */
  readonly whereValues?: readonly { readonly path: Path; readonly value: string }[]
}
export interface ReversePlan {
  readonly steps: ReadonlyMap<Step, StepPlan>
  readonly report: readonly ReverseEntry[]
  readonly guarded: readonly Guarded[]
}

interface Planner {
  readonly faults: Faults
  readonly steps: Map<Step, StepPlan>
  readonly report: ReverseEntry[]
  readonly guarded: Guarded[]
  /** partner's path -> the rule that writes it */
  readonly writers: Map<string, string>
  /** date leaves, planned last: a finer rule on the same path writes it */
  readonly later: (() => void)[]
}
interface PlaceScope extends TextScope {
  readonly cursor: Cursor | undefined
  readonly sensitive: boolean
  readonly parent: PlaceScope | undefined
  /** opened by an each */
  readonly isItem: boolean
}

/** Decides for every rule of a mapping with direction `both` how it goes back; empty for the others. */
export function planReverse(
  program: Program,
  faults: Faults,
  options: Pick<CompileOptions, 'sourceSchema' | 'targetSchema' | 'schemas'>,
): ReversePlan {
  const source = cursorAt(options.sourceSchema, options.schemas)
  const planner: Planner = { faults, steps: new Map(), report: [], guarded: [], writers: new Map(), later: [] }
  if (program.direction === 'both') {
    const root: PlaceScope = {
      parent: undefined,
      base: '',
      lets: chainLets(program.lets, undefined),
      cursor: source,
      sensitive: false,
      isItem: false,
    }
    planFields(program.fields, root, planner)
    for (const plan of planner.later) plan()
    finishKeys(planner)
  }
  const report = planner.report.sort((a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0))
  const steps = hideSecrets(planner.steps, program, source, cursorAt(options.targetSchema, options.schemas))
  return { steps, report, guarded: planner.guarded }
}

function planFields(fields: readonly Field[], scope: PlaceScope, planner: Planner): void {
  for (const { step } of fields) planStep(step, scope, planner)
}

function planStep(step: Step, scope: PlaceScope, planner: Planner): void {
  if (step.when !== undefined) {
    if (usesPosition(step.when.expr)) {
      settle(step, { class: 'pull-only', reason: 'its condition asks for the position' }, planner)
      return
    }
    planner.guarded.push({ formula: step.when, rule: step.rule, lets: letsOf(scope) })
  }
  const { body } = step
  if (body.kind === 'group') {
    planGroup(step, body, scope, planner)
    return
  }
  if (body.kind === 'each') {
    planEach(step, body, scope, planner)
    return
  }
  if (body.kind === 'list') {
    settle(step, { class: 'pull-only', reason: 'it is put together from several rules' }, planner)
    return
  }
  const plan = (): void => settle(step, planLeaf(step, body, scope, planner), planner)
  if (body.converts.some((call) => call.name === 'date')) planner.later.push(plan)
  else plan()
}

function letsOf(scope: PlaceScope): readonly (LetChain | undefined)[] {
  const lets: (LetChain | undefined)[] = []
  for (let here: PlaceScope | undefined = scope; here !== undefined; here = here.parent) lets.unshift(here.lets)
  return lets
}

function settle(step: Step, plan: StepPlan, planner: Planner): void {
  planner.steps.set(step, plan)
  planner.report.push({ rule: step.rule, class: plan.class, ...(plan.reason === undefined ? {} : { reason: plan.reason }) })
  if (step.onPush === 'write' && plan.class === 'pull-only')
    planner.faults.add(
      'E_PUSH',
      { at: [...step.at, 'onPush'] },
      step.rule,
      `cannot be written back: ${plan.reason}; use "keep" or "reject"`,
    )
}

function planGroup(step: Step, group: Group, scope: PlaceScope, planner: Planner): void {
  const [first] = group.from
  if (first !== undefined && first.path.root.kind === 'context') {
    settle(step, { class: 'pull-only', reason: 'it is read from the connection' }, planner)
    return
  }
  planner.steps.set(step, { class: step.when === undefined ? 'exact' : 'conditional' })
  if (first === undefined) {
    planFields(group.fields, { ...scope, lets: chainLets(group.lets, scope.lets) }, planner)
    return
  }
  planFields(group.fields, inner(scope, first, '', group.lets, false), planner)
}

function inner(scope: PlaceScope, place: Place, suffix: '' | '[]', lets: Group['lets'], isItem: boolean): PlaceScope {
  const start = startOf(scope, place.path)
  const at = cursorOf(start?.cursor, place.path.segments)
  const cursor = suffix === '[]' ? cursorOf(at, [{ kind: 'index', index: 0 }]) : at
  const sensitive = scope.sensitive || sensitiveOn(start?.cursor, place.path)
  return { ...below(scope, place, suffix, chainLets(lets, undefined)), parent: scope, cursor, sensitive, isItem }
}

const sensitiveOn = (cursor: Cursor | undefined, path: Path): boolean =>
  path.segments.some((_, i) => isSensitive(cursorOf(cursor, path.segments.slice(0, i + 1))))

function startOf(scope: PlaceScope, path: Path): PlaceScope | undefined {
  let here: PlaceScope | undefined = scope
  if (path.root.kind === 'document') while (here.parent !== undefined) here = here.parent
  if (path.root.kind === 'up') for (let i = 0; i < path.root.levels && here !== undefined; i++) here = here.parent
  return here
}

function planEach(step: Step, each: Each, scope: PlaceScope, planner: Planner): void {
  if (each.from.path.root.kind === 'context') {
    settle(step, { class: 'pull-only', reason: 'it is read from the connection' }, planner)
    return
  }
  if (each.item.body.kind !== 'group' || each.item.when !== undefined) {
    settle(step, { class: 'pull-only', reason: 'its items are no objects' }, planner)
    return
  }
  const itemScope = inner(scope, each.from, '[]', each.lets, true)
  planner.steps.set(each.item, { class: 'exact' })
  planFields(each.item.body.fields, { ...itemScope, lets: chainLets(each.item.body.lets, itemScope.lets) }, planner)
  const whereValues = each.where === undefined ? [] : constantsOf(each.where.expr)
  settle(
    step,
    each.key === undefined
      ? { class: 'by-position', reason: 'its items have no "key"', whereValues }
      : { class: 'keyed', reason: `items find each other by '${formatPath(each.key.path)}'`, whereValues },
    planner,
  )
  if (each.key === undefined)
    planner.faults.add(
      'W_NO_KEY',
      { at: step.at, part: 'key' },
      step.rule,
      'items have no "key": going back they are matched by their position, so a removed line shifts the others',
    )
}

/** Finds the field that carries each key, once every leaf is planned. */
function finishKeys(planner: Planner): void {
  for (const [step, plan] of planner.steps) {
    if (step.body.kind !== 'each' || plan.class !== 'keyed' || step.body.key === undefined) continue
    const { item, key } = step.body
    const wanted = formatPath(key.path)
    const fields = item.body.kind === 'group' ? item.body.fields : []
    const found = fields.find(({ step: field }) => {
      const source = field.body.kind === 'leaf' ? field.body.source : undefined
      const [path] = source?.kind === 'paths' ? source.paths : []
      return path !== undefined && formatPath(path.path) === wanted && planner.steps.get(field)?.class !== 'pull-only'
    })
    if (found !== undefined) planner.steps.set(step, { ...plan, keyField: found })
    else
      planner.faults.add(
        'E_KEY_FIELD',
        { at: key.at },
        step.rule,
        `no field of the item holds the key '${wanted}', so items cannot find each other on the way back; map it to a field, or set direction "pull"`,
      )
  }
}

function planLeaf(step: Step, leaf: Leaf, scope: PlaceScope, planner: Planner): StepPlan {
  const { source } = leaf
  if (source.kind === 'value') return { class: 'constant', reason: 'nothing is written; another value is an error' }
  const paths = pathsOf(source)
  const [path] = paths
  if (path === undefined) return { class: 'pull-only', reason: 'it is computed by an expression' }
  if (isLet(scope, path)) return { class: 'pull-only', reason: 'it is computed by "let"' }
  if (path.root.kind === 'context') return { class: 'pull-only', reason: 'it is read from the connection' }
  const start = startOf(scope, path)
  if (leavesItem(scope, start)) return { class: 'pull-only', reason: 'it is read once, outside the item' }
  if (path.segments.length === 0) return { class: 'pull-only', reason: 'it is the whole value' }
  if (step.onPush === 'keep') return { class: 'pull-only', reason: 'onPush is keep' }
  const target = absoluteText(scope, path) ?? ''
  const writer = planner.writers.get(target)
  if (writer !== undefined) return { class: 'pull-only', reason: `'${target}' is written by '${writer}'` }
  if (leaf.lookup?.kind === 'table' && step.onPush !== 'reject')
    for (const { hub, external } of leaf.lookup.ambiguous)
      planner.faults.add(
        'E_LOOKUP_AMBIGUOUS',
        { at: leaf.lookupAt ?? step.at },
        step.rule,
        `lookup '${leaf.lookup.name}' gives '${hub}' for ${external.join(' and ')}: say which in "$back"`,
      )
  planner.writers.set(target, step.rule)
  const sensitive = scope.sensitive || sensitiveOn(start?.cursor, path)
  return { ...wayBack(step, leaf), paths, cursor: cursorOf(start?.cursor, path.segments), sensitive }
}

function pathsOf(source: Leaf['source']): readonly Path[] {
  if (source.kind === 'paths') return source.paths.map(({ path }) => path)
  return source.kind === 'expr' && source.formula.expr.op === 'path' ? [source.formula.expr.path] : []
}

/** Class of a leaf that is written, and why it is not exact. */
function wayBack(step: Step, leaf: Leaf): { readonly class: ReverseClass; readonly reason?: string } {
  if (step.when !== undefined) return { class: 'conditional', reason: 'written where its condition holds' }
  const paths = leaf.source.kind === 'paths' ? leaf.source.paths.length : 1
  const chosen = (reason: string) => ({ class: 'back-choice', reason }) as const
  if (paths > 1) return chosen('the path that has the value now, else the first of several')
  if (leaf.otherwise !== undefined) return chosen('codes of the table only, never what "else" gives')
  if (leaf.default !== undefined) return chosen('the default is written like any value')
  const { lookup } = leaf
  if (lookup?.kind === 'codes' || lookup?.isList === true) return chosen(`the code list '${lookup.name}' turned round`)
  if (lookup !== undefined && lookup.back.size !== lookup.forward.size)
    return chosen(`lookup '${lookup.name}' has several codes for one: "$back" says which`)
  const lossy = leaf.converts.find((call) => converters.get(call.name)?.inverse !== 'exact')
  if (lossy !== undefined) return { class: 'right-inverse', reason: `'${lossy.name}' keeps the partner's writing where nothing changed` }
  return { class: 'exact' }
}

function isLet(scope: PlaceScope, path: Path): boolean {
  const [first] = path.segments
  if (path.root.kind !== 'here' || path.segments.length !== 1 || first?.kind !== 'name') return false
  for (let here: PlaceScope | undefined = scope; here !== undefined; here = here.parent)
    for (let chain = here.lets; chain !== undefined; chain = chain.before) if (chain.name === first.name) return true
  return false
}

/** Whether a path that starts at `start` is the same for every item of a list around `scope`. */
function leavesItem(scope: PlaceScope, start: PlaceScope | undefined): boolean {
  for (let here: PlaceScope | undefined = scope; here !== undefined && here !== start; here = here.parent) if (here.isItem) return true
  return false
}

function usesPosition(expr: Expr): boolean {
  if (expr.op === 'call') return expr.name === 'position' || expr.args.some(usesPosition)
  if (expr.op === 'minus' || expr.op === 'not') return usesPosition(expr.of)
  if (expr.op === 'choose') return [expr.test, expr.yes, expr.no].some(usesPosition)
  return 'left' in expr && (usesPosition(expr.left) || usesPosition(expr.right))
}

/** `type == 'product' && kind == 'x'` as values; other conditions have none. */
function constantsOf(expr: Expr): { readonly path: Path; readonly value: string }[] {
  if (expr.op === 'and') return [...constantsOf(expr.left), ...constantsOf(expr.right)]
  if (expr.op !== 'compare' || expr.sign !== '==') return []
  const [path, value] = expr.left.op === 'path' ? [expr.left, expr.right] : [expr.right, expr.left]
  return path.op === 'path' && value.op === 'text' && path.path.root.kind === 'here' ? [{ path: path.path, value: value.value }] : []
}
