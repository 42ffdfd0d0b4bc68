import type { Unproven } from './check-types.ts'
import { type Block, type Code, type CodeUnit, code, createUnit, once, quote } from './code.ts'
import type { Value } from './emit-expression.ts'
import type { Faults } from './faults.ts'
import { nearest } from './nearest.ts'
import { formatSegments, type Path, type Segment } from './path.ts'
import type { ObjectItems } from './paths-read.ts'
import type { Formula, Let } from './program.ts'
import type { AbsoluteStep } from './read-place.ts'
import type { Site } from './run.ts'
import { type Cursor, conceals, cursorOf, isSensitive } from './schema-path.ts'
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
  /** the value has been seen to be an object */
  readonly isObject?: boolean
  /** from the root of the document */
  readonly base: readonly AbsoluteStep[]
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
  /** what is written here must not be shown */
  readonly sensitive?: boolean
  /** what the value is compared with: where it would be the same text it need not be made */
  readonly like?: Code
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
  /** what names of `let` gave where they were emitted: by place, and whether their expression reads a value that must not be shown */
  readonly named: Map<string, { readonly value: Value; readonly secret: boolean }>
  /** how many more expressions are emitted: names of `let` that use each other many times multiply */
  budget: number
  /** what the check leaves to the run */
  readonly unproven: Unproven
  readonly objectItems: ObjectItems
  /** functions that find an item by its code */
  readonly pickers: Map<string, Code>
  /** told of what is read of the document */
  readonly reads?: Reads
}
/** What code reads of the document. */
export interface Reads {
  /** names of its fields, or that it may be anything */
  readonly names: Set<string>
  all: boolean
  /** every place, by the rule that reads it; `into`: it is only looked into */
  readonly places: { readonly rule: string; readonly base: readonly AbsoluteStep[]; readonly into: boolean }[]
}
/** Parts of expressions that the code of one mapping may be made of; the largest shipped mapping has about two hundred. */
export const codeLimit = 50_000

export const createCompilation = (
  faults: Faults,
  objectItems: ObjectItems,
  mode: Compilation['mode'],
  tables: Compilation['tables'] = 'forward',
  unproven: Unproven = new Map(),
): Compilation => ({
  unit: createUnit(),
  faults,
  sites: [],
  mode,
  tables,
  unproven,
  objectItems,
  named: new Map(),
  pickers: new Map(),
  budget: codeLimit,
})

/** What `@.` may name. */
export const contextFields: readonly string[] = ['connection', 'books', 'organisation', 'config', 'zone']

/** A path read: its value (undefined when absent, null or blank) and what is known of the place. */
export interface Reading {
  readonly value: Code
  /** with null and blank text as they stand */
  readonly raw: Code
  readonly base: readonly AbsoluteStep[]
  readonly cursor: Cursor | undefined
  readonly sensitive: boolean
  readonly items: readonly Code[]
}

/** Code that reports an error and gives null. */
export const failure = (c: Compilation, target: Target, reading: Partial<Reading>, site: Problem, found: Code): Code =>
  code`fail(run, ${siteOf(c, target, reading, site)}, ${found}, [${list(reading.items ?? [])}], [${list(target.outs)}])`

/** Code that writes down what the last converter noticed. */
export const noteCall = (c: Compilation, target: Target, reading: Partial<Reading>, site: Problem, found: Code): Code =>
  code`note(run, ${siteOf(c, target, reading, site)}, ${found}, [${list(reading.items ?? [])}], [${list(target.outs)}])`

type Problem = Pick<Site, 'code' | 'expected' | 'linkType' | 'list'>

function siteOf(c: Compilation, target: Target, reading: Partial<Reading>, site: Problem): number {
  return (
    c.sites.push({
      ...site,
      rule: target.rule,
      to: target.to,
      sensitive: reading.sensitive === true || target.sensitive === true || conceals(reading.cursor),
      ...(reading.base === undefined ? {} : { from: reading.base }),
    }) - 1
  )
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

/** Emits the reading of a path whose value is used. */
export const readPath: typeof emitReading = (c, scope, block, path, at, inText, rule) => {
  const found = emitReading(c, scope, block, path, at, inText, rule)
  if (found !== undefined) c.reads?.places.push({ rule, base: found.base, into: false })
  return found
}

/** Emits the reading of a path to an object or list that is only looked into. */
export const reachPath: typeof emitReading = (c, scope, block, path, at, inText, rule) => {
  const found = emitReading(c, scope, block, path, at, inText, rule)
  if (found !== undefined) c.reads?.places.push({ rule, base: found.base, into: true })
  return found
}

function emitReading(
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
  if (start.parent === undefined && c.reads !== undefined) noteRead(c.reads, path.segments[0])
  let value = start.value
  let { cursor, sensitive } = start
  for (const [i, segment] of path.segments.entries()) {
    cursor = cursorOf(cursor, [segment])
    sensitive ||= isSensitive(cursor)
    value = stepInto(c, block, value, segment, i === 0 && start.isObject === true)
  }
  return { value: present(c, block, value), raw: value, base: [...start.base, ...path.segments], cursor, sensitive, items: start.items }
}

/** Where a value comes from that is the first of several which is there; `i` is the number of that one. */
export function oneOf<T extends Partial<Reading>>(readings: readonly T[], i: Code): Pick<T, 'base' | 'cursor' | 'sensitive' | 'items'> {
  const [only] = readings
  if (only !== undefined && readings.length === 1) return only
  return {
    base: [{ kind: 'choice', of: readings.map(({ base }) => base) }],
    cursor: undefined,
    sensitive: readings.some(({ sensitive }) => sensitive === true),
    items: [i, ...readings.flatMap(({ items = [] }) => items)],
  }
}

/** Notes the first step of a path from the document. */
export function noteRead(reads: Reads, segment: Segment | undefined): void {
  if (segment?.kind === 'name') reads.names.add(segment.name)
  else reads.all = true
}

function present(c: Compilation, block: Block, value: Code): Code {
  return once(block, `present ${value.source}`, c.unit, 'v', () => code`${value} === null || ${value} === "" ? undefined : ${value}`)
}

/**
 * Names that nothing but an own property can answer to: neither objects nor lists inherit them, and they are no place in a list.
 * Reading them needs no question: a run refuses to start when somebody has added to what objects inherit (build.ts).
 */
export const isPlain = (name: string): boolean => !(name in Object.prototype) && !(name in Array.prototype) && !/^\d/.test(name)

/** Texts, numbers and true/false have no such field either. */
const isPlainOfAll = (name: string): boolean => isPlain(name) && [String, Number, Boolean].every(({ prototype }) => !(name in prototype))

function stepInto(c: Compilation, block: Block, value: Code, segment: Segment, known: boolean): Code {
  const key = `${value.source} ${formatSegments([segment])}`
  return once(block, key, c.unit, 'v', () => {
    if (segment.kind === 'match') return code`${picker(c, segment)}(${value})`
    if (segment.kind === 'index') return code`isList(${value}) ? ${value}[${segment.index}] : undefined`
    return field(value, segment.name, known)
  })
}

function field(value: Code, text: string, known: boolean): Code {
  const name = quote(text)
  if (known && isPlain(text)) return code`${value}[${name}]`
  if (isPlainOfAll(text)) return code`${value}?.[${name}]`
  if (isPlain(text)) return code`typeof ${value} === "object" && ${value} !== null ? ${value}[${name}] : undefined`
  return code`isObject(${value}) && hasOwn(${value}, ${name}) ? ${value}[${name}] : undefined`
}

/** A function that gives the first item of a list which carries a code, as `matches` of read-place.ts has it. */
function picker({ unit, pickers }: Compilation, segment: Segment & { readonly kind: 'match' }): Code {
  const key = formatSegments([segment])
  const known = pickers.get(key)
  if (known !== undefined) return known
  const [name, list, i, item, own] = [unit.name('f'), unit.name('l'), unit.name('i'), unit.name('v'), unit.name('v')]
  const wanted = quote(segment.value)
  unit.functions.push(
    code`function ${name}(${list}) { if (isList(${list})) for (let ${i} = 0; ${i} < ${list}.length; ${i}++) { const ${item} = ${list}[${i}];
const ${own} = ${field(item, segment.name, false)}; if (${own} === ${wanted} || (typeof ${own} === "number" || typeof ${own} === "boolean") && String(${own}) === ${wanted}) return ${item}; } return undefined; }`,
  )
  pickers.set(key, name)
  return name
}

function readContext(c: Compilation, block: Block, path: Path, at: Pointer, inText: number, rule: string): Reading | undefined {
  const [first, ...rest] = path.segments
  if (first?.kind !== 'name' || !contextFields.includes(first.name)) {
    const name = first?.kind === 'name' ? first.name : ''
    const close = nearest(name, contextFields)
    c.faults.add(
      'E_PATH',
      { at, inText },
      rule,
      `'@.' knows ${contextFields.join(', ')}, not '${name}'`,
      close && `did you mean '@.${close}'?`,
    )
    return undefined
  }
  let value = code`run.context`
  for (const segment of [first, ...rest]) value = stepInto(c, block, value, segment, false)
  const base: AbsoluteStep[] = [{ kind: 'context' }, ...path.segments]
  return { value: present(c, block, value), raw: value, base, cursor: undefined, sensitive: false, items: [] }
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
