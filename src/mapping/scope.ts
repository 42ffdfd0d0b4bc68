import { type Block, type Code, type CodeUnit, code, once, quote } from './code.ts'
import type { Faults } from './faults.ts'
import { nearest } from './nearest.ts'
import { formatSegments, type Path, type Segment } from './path.ts'
import type { Formula, Let } from './program.ts'
import type { AbsoluteStep, Site } from './runtime.ts'
import { type Cursor, fieldAt, isSensitive, itemsAt } from './schema-path.ts'
import type { Pointer } from './source-text.ts'

/** Names of `let`, newest first; the expression of one sees only those before it. */
export interface LetChain {
  readonly name: string
  readonly formula: Formula
  readonly before: LetChain | undefined
}
export const chainLets = (lets: readonly Let[], before: LetChain | undefined): LetChain | undefined =>
  lets.reduce<LetChain | undefined>((chain, { name, formula }) => ({ name, formula, before: chain }), before)

/** Where paths start: the document, or what the nearest `from` or `each` gave. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly value: Code
  /** from the root of the document; undefined when several paths were tried */
  readonly base: readonly AbsoluteStep[] | undefined
  readonly cursor: Cursor | undefined
  readonly sensitive: boolean
  readonly lets: LetChain | undefined
  /** numbers of the list items around, for pointers */
  readonly items: readonly Code[]
  /** number of the nearest item from 1, for position() */
  readonly position: Code | undefined
}

/** The rule that is being compiled: what errors are reported for. */
export interface Target {
  readonly rule: string
  readonly to: readonly (string | null)[]
  /** numbers of the list items around in what is written */
  readonly outs: readonly Code[]
}

/** State of one compilation. */
export interface Compilation {
  readonly unit: CodeUnit
  readonly faults: Faults
  readonly sites: Site[]
  /** which way converters, lookups and links run */
  readonly mode: 'pull' | 'push'
  /** inline tables are read as they are written, or turned round (the push rules of a mapping with direction both) */
  readonly tables: 'forward' | 'back'
  readonly contextFields: ContextFields
}
/** What `@.` may name. */
export type ContextFields = readonly string[]
export const contextFields: ContextFields = ['connection', 'books', 'organisation', 'config', 'zone']

/** A path read: its value (undefined when absent, null or blank) and what is known of the place. */
export interface Reading {
  readonly value: Code
  readonly base: readonly AbsoluteStep[] | undefined
  readonly cursor: Cursor | undefined
  readonly sensitive: boolean
  readonly items: readonly Code[]
}

/** Code that reports an error and gives null. */
export function failure(
  c: Compilation,
  target: Target,
  reading: Partial<Reading>,
  site: Pick<Site, 'code' | 'expected' | 'linkType'>,
  found: Code,
): Code {
  const index =
    c.sites.push({
      ...site,
      rule: target.rule,
      to: target.to,
      sensitive: reading.sensitive ?? false,
      ...(reading.base === undefined ? {} : { from: reading.base }),
    }) - 1
  return code`fail(run, ${index}, ${found}, [${list(reading.items ?? [])}], [${list(target.outs)}])`
}
const list = (parts: readonly Code[]): Code => parts.reduce((all, part, i) => (i === 0 ? part : code`${all}, ${part}`), code``)

/** The scope a path starts from; undefined (with a fault) when `^` leads above the document. */
export function scopeOf(c: Compilation, scope: Scope, path: Path, at: Pointer, inText: number, rule: string): Scope | undefined {
  if (path.root.kind === 'document') {
    let top = scope
    while (top.parent !== undefined) top = top.parent
    return top
  }
  let here: Scope | undefined = scope
  const levels = path.root.kind === 'up' ? path.root.levels : 0
  for (let i = 0; i < levels && here !== undefined; i++) here = here.parent
  if (here === undefined)
    c.faults.add('E_PATH', { at, inText }, rule, `'^' leads above the document: there are fewer than ${levels} groups around`)
  return here
}

/** Emits the reading of a path. With `whole` null and blank text are left as they are. */
export function readPath(
  c: Compilation,
  scope: Scope,
  block: Block,
  path: Path,
  at: Pointer,
  inText: number,
  rule: string,
): Reading | undefined {
  if (path.root.kind === 'context') return readContext(c, block, path, at, inText, rule)
  const start = scopeOf(c, scope, path, at, inText, rule)
  if (start === undefined) return undefined
  let value = start.value
  let { cursor, sensitive } = start
  for (const [i, segment] of path.segments.entries()) {
    cursor = checkedStep(c, cursor, segment, path, i, at, inText, rule)
    sensitive ||= isSensitive(cursor)
    value = stepInto(c, block, value, segment)
  }
  const base = start.base === undefined ? undefined : [...start.base, ...path.segments]
  return { value: present(c, block, value), base, cursor, sensitive, items: start.items }
}

function present(c: Compilation, block: Block, value: Code): Code {
  return once(block, `present ${value.source}`, c.unit, 'v', () => code`${value} === null || ${value} === "" ? undefined : ${value}`)
}

function stepInto(c: Compilation, block: Block, value: Code, segment: Segment): Code {
  const key = `${value.source} ${formatSegments([segment])}`
  return once(block, key, c.unit, 'v', () => {
    if (segment.kind === 'match') return code`pick(${value}, ${quote(segment.name)}, ${quote(segment.value)})`
    if (segment.kind === 'index') return code`isList(${value}) ? ${value}[${segment.index}] : undefined`
    const name = quote(segment.name)
    return code`isObject(${value}) && hasOwn(${value}, ${name}) ? ${value}[${name}] : undefined`
  })
}

function readContext(c: Compilation, block: Block, path: Path, at: Pointer, inText: number, rule: string): Reading | undefined {
  const [first, ...rest] = path.segments
  if (first?.kind !== 'name' || !c.contextFields.includes(first.name)) {
    const name = first?.kind === 'name' ? first.name : ''
    const close = nearest(name, c.contextFields)
    c.faults.add(
      'E_PATH',
      { at, inText },
      rule,
      `'@.' knows ${c.contextFields.join(', ')}, not '${name}'`,
      close && `did you mean '@.${close}'?`,
    )
    return undefined
  }
  let value = code`run.context`
  for (const segment of [first, ...rest]) value = stepInto(c, block, value, segment)
  return { value: present(c, block, value), base: undefined, cursor: undefined, sensitive: false, items: [] }
}

function checkedStep(
  c: Compilation,
  cursor: Cursor | undefined,
  segment: Segment,
  path: Path,
  i: number,
  at: Pointer,
  inText: number,
  rule: string,
): Cursor | undefined {
  if (segment.kind === 'index') return itemsAt(cursor)
  if (segment.kind === 'match') {
    const item = itemsAt(cursor)
    const found = fieldAt(item, segment.name)
    if (found.kind === 'absent') reportAbsent(c, found, segment.name, path.segments.slice(0, i), at, inText, rule)
    return item
  }
  const found = fieldAt(cursor, segment.name)
  if (found.kind === 'found') return found.cursor
  if (found.kind === 'absent') reportAbsent(c, found, segment.name, path.segments.slice(0, i), at, inText, rule)
  return undefined
}

function reportAbsent(
  c: Compilation,
  found: { readonly names: readonly string[]; readonly closed: boolean },
  name: string,
  before: readonly Segment[],
  at: Pointer,
  inText: number,
  rule: string,
): void {
  const close = nearest(name, found.names)
  const where = before.length === 0 ? 'the source' : `'${formatSegments(before)}'`
  const suggestion = close === undefined ? undefined : `did you mean '${close}'?`
  if (found.closed || close !== undefined) c.faults.add('E_PATH', { at, inText }, rule, `${where} has no '${name}'`, suggestion)
  else c.faults.add('W_UNCHECKED', { at, inText }, rule, `the schema of ${where} does not name '${name}'`)
}

/** The `let` that a path names; only a bare name can. */
export function letOf(scope: Scope, path: Path): { readonly found: LetChain; readonly scope: Scope } | undefined {
  const [first] = path.segments
  if (path.root.kind !== 'here' || path.segments.length !== 1 || first?.kind !== 'name') return undefined
  for (let here: Scope | undefined = scope; here !== undefined; here = here.parent)
    for (let chain = here.lets; chain !== undefined; chain = chain.before)
      if (chain.name === first.name) return { found: chain, scope: here }
  return undefined
}
