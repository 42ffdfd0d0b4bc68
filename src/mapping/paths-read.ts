import type { Expr } from './grammar.ts'
import type { Path } from './path.ts'
import type { Each, Formula, Leaf, Place, Program, Step } from './program.ts'
import { chainLets, type LetChain } from './scope.ts'
import type { Pointer } from './source-text.ts'

/** Where paths start: the document, or what a `from`, `each`, `sum` or `count` opens. */
export interface Env {
  readonly parent: Env | undefined
  readonly lets: LetChain | undefined
  /** what opened it: the same for a group without `from`, which only adds names */
  readonly of: unknown
}

/** A path of a rule that reads the document. */
export interface PathRead {
  readonly path: Path
  /** where it starts; undefined above the document */
  readonly start: Env | undefined
  readonly at: Pointer
  readonly inText: number
  readonly rule: string
  /** the converter it gives the currency of */
  readonly currencyOf?: string
}

interface Walk {
  readonly tell: (read: PathRead) => void
  /** names that were looked into */
  readonly seen: Set<LetChain>
  readonly rule: string
}

/** Walks that tell of every path which is read; of those in a `let` once. */
export interface Walks {
  readonly step: (step: Step, env: Env) => void
  /** an item of the list that an `each` in `env` takes */
  readonly item: (each: Each, env: Env, rule: string) => void
  readonly formula: (formula: Formula, env: Env, rule: string) => void
}

export function tellReads(tell: (read: PathRead) => void): Walks {
  const seen = new Set<LetChain>()
  return {
    step: (step, env) => visit(step, env, { tell, seen, rule: step.rule }),
    item: (each, env, rule) => visitItem(each, env, { tell, seen, rule }),
    formula: (given, env, rule) => formula(given, env, { tell, seen, rule }),
  }
}

function visit(step: Step, env: Env, outer: Walk): void {
  const { body } = step
  const walk = { ...outer, rule: step.rule }
  if (step.when !== undefined) formula(step.when, env, walk)
  if (body.kind === 'leaf') visitLeaf(body, env, walk)
  else if (body.kind === 'list') for (const entry of body.entries) visit(entry, env, walk)
  else if (body.kind === 'group') {
    for (const from of body.from) place(from, env, walk)
    const inner: Env =
      body.from.length === 0
        ? { ...env, lets: chainLets(body.lets, env.lets) }
        : { parent: env, lets: chainLets(body.lets, undefined), of: body }
    for (const field of body.fields) visit(field.step, inner, walk)
  } else {
    place(body.from, env, walk)
    visitItem(body, env, walk)
  }
}

function visitItem(each: Each, env: Env, walk: Walk): void {
  const inner: Env = { parent: env, lets: chainLets(each.lets, undefined), of: each }
  if (each.where !== undefined) formula(each.where, inner, walk)
  visit(each.item, inner, walk)
}

function visitLeaf(leaf: Leaf, env: Env, walk: Walk): void {
  if (leaf.source.kind === 'paths') for (const { path, at } of leaf.source.paths) readNamed(path, at, 0, env, walk)
  if (leaf.source.kind === 'expr') formula(leaf.source.formula, env, walk)
  for (const { currency, zone, name } of leaf.converts) {
    if (typeof zone === 'object') place(zone, env, walk)
    if (typeof currency === 'object') place(currency, env, walk, name)
  }
}

const place = (from: Place, env: Env, walk: Walk, currencyOf?: string): void => read(from.path, from.at, 0, env, walk, currencyOf)
const formula = (given: Formula, env: Env, walk: Walk): void => expr(given.expr, given.at, env, walk)

function expr(given: Expr, at: Pointer, env: Env, walk: Walk): void {
  switch (given.op) {
    case 'path':
      readNamed(given.path, at, given.at, env, walk)
      return
    case 'minus':
    case 'not':
      expr(given.of, at, env, walk)
      return
    case 'choose':
      for (const part of [given.test, given.yes, given.no]) expr(part, at, env, walk)
      return
    case 'call': {
      const [list, item] = given.args
      const isOver = (given.name === 'sum' || given.name === 'count') && list?.op === 'path'
      if (!isOver) for (const argument of given.args) expr(argument, at, env, walk)
      else {
        read(list.path, at, list.at, env, walk)
        if (item !== undefined) expr(item, at, { parent: env, lets: undefined, of: given }, walk)
      }
      return
    }
    case 'number':
    case 'text':
    case 'boolean':
      return
    default:
      expr(given.left, at, env, walk)
      expr(given.right, at, env, walk)
  }
}

/** A path that may be a name of `let`; what that stands for is looked into once. */
function readNamed(path: Path, at: Pointer, inText: number, env: Env, walk: Walk): void {
  const [first] = path.segments
  if (path.root.kind === 'here' && path.segments.length === 1 && first?.kind === 'name')
    for (let here: Env | undefined = env; here !== undefined; here = here.parent)
      for (let chain = here.lets; chain !== undefined; chain = chain.before) {
        if (chain.name !== first.name) continue
        if (!walk.seen.has(chain)) {
          walk.seen.add(chain)
          formula(chain.formula, { ...here, lets: chain.before }, walk)
        }
        return
      }
  read(path, at, inText, env, walk)
}

function read(path: Path, at: Pointer, inText: number, env: Env, { tell, rule }: Walk, currencyOf?: string): void {
  if (path.root.kind === 'context') return
  let start: Env | undefined = env
  if (path.root.kind === 'document') while (start.parent !== undefined) start = start.parent
  if (path.root.kind === 'up') for (let i = 0; i < path.root.levels; i++) start = start?.parent
  tell({ path, start, at, inText, rule, ...(currencyOf === undefined ? {} : { currencyOf }) })
}

/**
 * The lists whose items have to be objects, by their `each`, `sum` or `count`: fields of an item are read, and never the item as it stands
 * (`.`) or as a list (`[0]`).
 */
export type ObjectItems = ReadonlySet<unknown>

const itemReads = (walk: (tell: Walks) => void): ObjectItems => {
  const named = new Set<unknown>()
  const others = new Set<unknown>()
  walk(tellReads(({ path, start }) => (path.segments[0]?.kind === 'name' ? named : others).add(start?.of)))
  return named.difference(others)
}

const documentEnv = (lets: Program['lets']): Env => ({ parent: undefined, lets: chainLets(lets, undefined), of: 'document' })

export const objectItems = ({ lets, fields, push }: Pick<Program, 'lets' | 'fields' | 'push'>): ObjectItems =>
  itemReads((tell) => {
    const env = documentEnv(lets)
    for (const { step } of [...fields, ...push]) tell.step(step, env)
  })

/** The same of an expression that stands alone. */
export const objectItemsOf = (given: Formula): ObjectItems => itemReads((tell) => tell.formula(given, documentEnv([]), ''))
