import type { Expr } from './grammar.ts'
import { formatPath, formatSegments, type Path } from './path.ts'
import type { Formula, Leaf, Place, Step } from './program.ts'
import { chainLets, type LetChain } from './scope.ts'
import type { Pointer } from './source-text.ts'
import { type FoundEach, listText, type StreamRefusal } from './stream-find.ts'

/** Where paths start: in an item, in what a `from`, `each`, `sum` or `count` inside it opens, or outside of it. */
interface Env {
  /** undefined above the item */
  readonly parent: Env | undefined
  readonly lets: LetChain | undefined
  /** outside of the item there is nothing but names of `let` and the context */
  readonly outside: boolean
}

interface Check {
  readonly found: FoundEach
  readonly refusals: StreamRefusal[]
  /** names that were looked into */
  readonly seen: Set<LetChain>
  rule: string
}

/** Everything in an `each` that reads more than its item: none of it is there while the items pass by. */
export function refusalsOf(found: FoundEach): readonly StreamRefusal[] {
  const check: Check = { found, refusals: [], seen: new Set(), rule: found.step.rule }
  const outside: Env = { parent: undefined, lets: chainLets(found.lets, undefined), outside: true }
  const item: Env = { parent: outside, lets: chainLets(found.each.lets, undefined), outside: false }
  for (const step of found.around) {
    check.rule = step.rule
    if (step.when !== undefined) formula(step.when, outside, check)
    if (step.onError === 'omit')
      refuse(
        check,
        { at: [...step.at, 'onError'] },
        '"onError": "omit" leaves out the whole list for one bad item',
        'write "onError": "skipItem"',
      )
  }
  check.rule = found.step.rule
  if (found.each.where !== undefined) formula(found.each.where, item, check)
  visit(found.each.item, item, check)
  return check.refusals
}

function visit(step: Step, env: Env, check: Check): void {
  const { body } = step
  check.rule = step.rule
  if (step.when !== undefined) formula(step.when, env, check)
  if (body.kind === 'leaf') visitLeaf(body, env, check)
  else if (body.kind === 'list') for (const entry of body.entries) visit(entry, env, check)
  else if (body.kind === 'group') {
    for (const from of body.from) place(from, env, check)
    const inner: Env =
      body.from.length === 0
        ? { ...env, lets: chainLets(body.lets, env.lets) }
        : { parent: env, lets: chainLets(body.lets, undefined), outside: false }
    for (const field of body.fields) visit(field.step, inner, check)
  } else {
    place(body.from, env, check)
    const inner: Env = { parent: env, lets: chainLets(body.lets, undefined), outside: false }
    if (body.where !== undefined) formula(body.where, inner, check)
    visit(body.item, inner, check)
  }
}

function visitLeaf(leaf: Leaf, env: Env, check: Check): void {
  if (leaf.source.kind === 'paths') for (const from of leaf.source.paths) place(from, env, check)
  if (leaf.source.kind === 'expr') formula(leaf.source.formula, env, check)
  for (const { currency, zone, name } of leaf.converts) {
    if (typeof zone === 'object') place(zone, env, check)
    if (typeof currency === 'object')
      place(
        currency,
        env,
        check,
        `'${name}' takes the currency's path in the item, or the code itself: "${name}:currency", "${name}:'USD'"`,
      )
  }
}

const place = (from: Place, env: Env, check: Check, mend?: string): void => path(from.path, from.at, 0, env, check, mend)
const formula = (given: Formula, env: Env, check: Check): void => expr(given.expr, given.at, env, check)

function expr(given: Expr, at: Pointer, env: Env, check: Check): void {
  switch (given.op) {
    case 'path':
      path(given.path, at, given.at, env, check)
      return
    case 'minus':
    case 'not':
      expr(given.of, at, env, check)
      return
    case 'choose':
      for (const part of [given.test, given.yes, given.no]) expr(part, at, env, check)
      return
    case 'call':
      call(given.name, given.args, at, env, check)
      return
    case 'number':
    case 'text':
    case 'boolean':
      return
    default:
      expr(given.left, at, env, check)
      expr(given.right, at, env, check)
  }
}

function call(name: string, args: readonly Expr[], at: Pointer, env: Env, check: Check): void {
  const [list, item] = args
  if ((name !== 'sum' && name !== 'count') || list?.op !== 'path') {
    for (const argument of args) expr(argument, at, env, check)
    return
  }
  path(list.path, at, list.at, env, check)
  if (item !== undefined) expr(item, at, { parent: env, lets: undefined, outside: false }, check)
}

function path(given: Path, at: Pointer, inText: number, env: Env, check: Check, mend?: string): void {
  if (given.root.kind === 'context') return
  const [first] = given.segments
  if (given.root.kind === 'here' && given.segments.length === 1 && first?.kind === 'name' && named(first.name, env, check)) return
  let here: Env | undefined = env
  if (given.root.kind === 'up') for (let i = 0; i < given.root.levels; i++) here = here?.parent
  if (given.root.kind !== 'document' && here !== undefined && !here.outside) return
  const { list } = check.found
  const whole = given.root.kind === 'document' && formatSegments(given.segments) === formatSegments(list)
  const text = formatPath(given)
  refuse(
    check,
    { at, inText },
    whole
      ? `'${text}' is the streamed list: its items pass by one after the other, and none is kept`
      : `'${text}' leads out of the item: what stands around ${listText(list)} is not there while its items pass by`,
    mend ?? 'read it from the item or from the connection (@.config), or map the file without streaming',
  )
}

/** Whether a name of `let` is meant; what it stands for is looked into once. */
function named(name: string, env: Env, check: Check): boolean {
  for (let here: Env | undefined = env; here !== undefined; here = here.parent)
    for (let chain = here.lets; chain !== undefined; chain = chain.before) {
      if (chain.name !== name) continue
      if (!check.seen.has(chain)) {
        check.seen.add(chain)
        formula(chain.formula, { ...here, lets: chain.before }, check)
      }
      return true
    }
  return false
}

function refuse(check: Check, at: StreamRefusal['place'], message: string, suggestion: string): void {
  check.refusals.push({ place: at, rule: check.rule, message, suggestion })
}
