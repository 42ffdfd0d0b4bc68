import { isObject, type Json } from '../model/json.ts'
import { describeKinds, type Kind } from './check-types.ts'
import { type Block, type Code, code, joinCode, once, quote } from './code.ts'
import { type Converter, converters, telling } from './converters.ts'
import { emitExpr, isSure, jsonOf, rawDecimal } from './emit-expression.ts'
import type { ConvertCall, Leaf, Lookup, Place } from './program.ts'
import { shownValue } from './run.ts'
import { type Compilation, failure, letOf, noteCall, oneOf, type Reading, readPath, type Scope, type Target } from './scope.ts'

/** A value of the result: JSON, undefined for none, null for one that failed. `always`: it is never undefined. */
export interface Output {
  readonly code: Code
  readonly always: boolean
}

/** Emits `from -> default -> convert -> lookup -> link` (pull) or `from -> default -> link -> lookup -> convert` (push). */
export function emitLeaf(c: Compilation, leaf: Leaf, scope: Scope, block: Block, target: Target, onNull?: 'clear'): Output {
  if (leaf.source.kind === 'value') return { code: literal(leaf.source.value), always: true }
  let { value, reading, always = false } = emitSource(c, leaf, scope, block, target, onNull === 'clear' && c.mode === 'pull')
  if (leaf.default !== undefined)
    value = assign(c, block, code`${value} === undefined ? ${chosen(target, quote('default'), literal(leaf.default))} : ${value}`)
  const convert = (): void => {
    for (const call of leaf.converts) value = emitConvert(c, call, value, reading, scope, block, target)
  }
  const look = (): void => {
    if (leaf.lookup !== undefined) value = emitLookup(c, leaf.lookup, leaf.otherwise, value, reading, block, target)
  }
  const guard = (): void => {
    const kinds = c.unproven.get(target.rule)
    if (kinds !== undefined) value = emitGuard(c, kinds, value, reading, block, target)
  }
  if (c.mode === 'pull') {
    convert()
    look()
    if (leaf.link !== undefined) value = emitRef(c, leaf.link, value, reading, block, target)
    guard()
  } else {
    if (leaf.link !== undefined) value = emitLink(c, leaf.link, value, reading, block, target)
    look()
    convert()
    guard()
    if (onNull === 'clear') return { code: assign(c, block, code`${value} === undefined ? null : ${value}`), always: true }
  }
  return { code: value, always: always || leaf.default !== undefined }
}

const kindTests: Readonly<Record<Kind, (value: Code) => Code>> = {
  text: (value) => code`typeof ${value} === "string"`,
  decimal: (value) => code`typeof ${value} === "string"`,
  integer: (value) => code`typeof ${value} === "number" && ${value} % 1 === 0`,
  number: (value) => code`typeof ${value} === "number"`,
  boolean: (value) => code`typeof ${value} === "boolean"`,
  list: (value) => code`isList(${value})`,
  object: (value) => code`isObject(${value})`,
}

/** The value where it is of one of these kinds: nobody said what stands there. */
function emitGuard(c: Compilation, kinds: readonly Kind[], value: Code, reading: Partial<Reading>, block: Block, target: Target): Code {
  const bad = failure(c, target, reading, { code: 'TYPE', expected: describeKinds(kinds) }, value)
  const fits = kinds.reduce((all, kind) => code`${all} || ${kindTests[kind](value)}`, code`${value} === undefined || ${value} === null`)
  return assign(c, block, code`${fits} ? ${value} : ${bad}`)
}

/** An exceptional choice: written down where the run asks for it. */
export const chosen = (target: Target, branch: Code, value: Code): Code =>
  code`(run.choices === undefined ? ${value} : chose(run, ${quote(target.rule)}, ${branch}, [${joinCode(target.outs, ',')}], ${value}))`

function assign(c: Compilation, block: Block, value: Code): Code {
  const name = c.unit.name('v')
  block.lines.push(code`const ${name} = ${value};`)
  return name
}

/** A JSON value as JavaScript, a new one each time it runs. */
function literal(value: Json): Code {
  if (value === null) return code`null`
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'boolean') return value ? code`true` : code`false`
  if (typeof value === 'number') return Number.isSafeInteger(value) ? code`${value}` : code`Number(${quote(String(value))})`
  if (!isObject(value)) return code`[${joinCode(value.map(literal), ',')}]`
  const fields = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  return code`({${joinCode(
    fields.map(([key, field]) => code`[${quote(key)}]: ${literal(field)}`),
    ',',
  )}})`
}

function emitSource(
  c: Compilation,
  leaf: Leaf,
  scope: Scope,
  block: Block,
  target: Target,
  keepNull: boolean,
): { readonly value: Code; readonly reading: Partial<Reading>; readonly always?: boolean } {
  const { source } = leaf
  if (source.kind === 'expr') {
    const secrets = { found: false }
    const value = emitExpr(source.formula.expr, { c, scope, block, target, at: source.formula.at, secrets })
    return {
      value: jsonOf(value, { c, block }),
      reading: { ...value.choice, ...value.reading, sensitive: secrets.found },
      always: isSure(value),
    }
  }
  if (source.kind === 'value') return { value: literal(source.value), reading: {} }
  const values: Code[] = []
  const origins: Partial<Reading>[] = []
  for (const { path, at } of source.paths) {
    if (letOf(scope, path) !== undefined) {
      const secrets = { found: false }
      const value = emitExpr({ op: 'path', path, at: 0 }, { c, scope, block, target, at, secrets })
      values.push(jsonOf(value, { c, block }))
      origins.push({ ...value.choice, ...value.reading, sensitive: secrets.found })
      continue
    }
    const found = readPath(c, scope, block, path, at, 0, target.rule)
    if (found === undefined) continue
    values.push(keepNull && values.length === 0 ? code`(${found.raw} === null ? null : ${found.value})` : found.value)
    origins.push(found)
  }
  const [first, ...others] = values
  if (first === undefined) return { value: code`undefined`, reading: {} }
  const i = c.unit.name('i')
  const reading = oneOf(origins, i)
  if (others.length === 0) return { value: keepNull ? assign(c, block, first) : first, reading }
  const v = c.unit.name('v')
  block.lines.push(code`let ${v} = ${first}, ${i} = 0;`)
  for (const [at, other] of others.entries()) block.lines.push(code`if (${v} === undefined) ${take(target, v, i, at + 1, other)}`)
  return { value: v, reading }
}

/** Takes the value of a path after the first, and its number, where it has one. */
export const take = (target: Target, v: Code, i: Code, number: number, value: Code): Code =>
  code`if ((${v} = ${value}) !== undefined) { ${i} = ${number}; ${chosen(target, code`${number}`, v)}; }`

function emitConvert(
  c: Compilation,
  call: ConvertCall,
  value: Code,
  reading: Partial<Reading>,
  scope: Scope,
  block: Block,
  target: Target,
): Code {
  const converter = converters.get(call.name)
  if (converter === undefined) return value
  const argument = call.digits !== undefined ? quote(String(call.digits)) : textOr(c, call.currency, scope, block, target)
  const zone = textOr(c, call.zone, scope, block, target)
  const expected = call.digits === undefined ? converter.expected : `${converter.expected}(${call.digits})`
  if (call.name === 'decimal' && call.digits === undefined && isRead(reading, value)) {
    const bad = () => failure(c, target, reading, { code: 'DECIMAL', expected }, value)
    const d = rawDecimal({ code: value, kind: 'raw', reading }, { c, block }, bad)
    return assign(c, block, code`${d} ? exactText(${value}, ${d}) : ${d}`)
  }
  const bad = failure(c, target, reading, { code: converter.code, expected }, value)
  const tells = telling.has(call.name) && (call.name === 'amount' || call.zone !== undefined)
  const called = emitCall(c, block, call, converter, value, argument, zone, tells, target.like)
  const as = call.name === 'text' ? code`typeof ${value} === "string" || ` : code``
  const made = assign(c, block, code`${as}${value} === undefined || ${value} === null ? ${value} : ${called} ?? ${bad}`)
  if (tells)
    block.lines.push(code`if (run.heard !== undefined) ${noteCall(c, target, reading, { code: converter.code, expected }, value)};`)
  return made
}

/** The value stands as it was read from its path, so it is no null. */
const isRead = (reading: Partial<Reading>, value: Code): reading is Reading => reading.value?.source === value.source

/** The call of a converter: of its kernel where that does the whole work. */
function emitCall(
  c: Compilation,
  block: Block,
  call: ConvertCall,
  converter: Converter,
  value: Code,
  argument: Code,
  zone: Code,
  tells: boolean,
  like: Code | undefined,
): Code {
  const listener = tells ? code`run` : code`undefined`
  if (call.name === 'text') return like === undefined ? code`textOf(${value})` : code`textLike(${value}, ${like})`
  if (call.name === 'decimal' && call.digits === undefined) return code`decimalText(${value})`
  if (call.name === 'amount') return code`amountText(${value}, ${argument}, ${listener})`
  if (call.name === 'date' || (call.name === 'utc' && c.mode === 'pull')) {
    const time = once(block, `time ${value.source}`, c.unit, 't', () => code`readTime(${value})`)
    return code`(${time} === null ? null : ${call.name === 'date' ? code`dateOf(${time}, ${zone})` : code`utcOf(${time}, ${zone}, ${listener})`})`
  }
  return code`${c.unit.constant(c.mode === 'pull' ? converter.pull : converter.push)}(${value}, ${argument}, ${zone}, ${listener})`
}

function textOr(c: Compilation, given: Place | string | undefined, scope: Scope, block: Block, target: Target): Code {
  if (given === undefined) return code`undefined`
  if (typeof given === 'string') return quote(given)
  const found = readPath(c, scope, block, given.path, given.at, 0, target.rule)
  return found === undefined
    ? code`undefined`
    : once(block, `textual ${found.value.source}`, c.unit, 't', () => code`textOrNothing(${found.value})`)
}

function emitLookup(
  c: Compilation,
  lookup: Lookup,
  otherwise: string | undefined,
  value: Code,
  reading: Partial<Reading>,
  block: Block,
  target: Target,
): Code {
  const table = lookupTable(c, lookup)
  const keys = lookup.kind === 'table' ? [...lookup[c.tables].keys()] : []
  const known = keys.length > 0 && keys.length <= 12 ? `: ${keys.join(', ')}` : ''
  const expected = shownValue(`a code of ${lookup.kind === 'table' ? 'lookup' : 'code list'} '${lookup.name}'${known}`, false)
  const miss =
    otherwise !== undefined
      ? chosen(target, quote('else'), quote(otherwise))
      : failure(c, target, reading, { code: 'LOOKUP_MISS', expected, ...(lookup.kind === 'codes' ? { list: lookup.name } : {}) }, value)
  const found =
    lookup.kind === 'table'
      ? code`(typeof ${value} === "string" ? ${table}.get(${value}) : lookUp(${table}, ${value}))`
      : code`lookUp(${table}, ${value})`
  return assign(c, block, code`${value} === undefined || ${value} === null ? ${value} : ${found} ?? ${miss}`)
}

function lookupTable(c: Compilation, lookup: Lookup): Code {
  if (lookup.kind === 'table') return c.unit.constant(lookup[c.tables])
  const name = quote(lookup.name)
  return c.mode === 'pull' ? code`run.context.codes(${name})` : code`invertList(run, ${name})`
}

function emitRef(c: Compilation, type: string, value: Code, reading: Partial<Reading>, block: Block, target: Target): Code {
  const bad = failure(c, target, reading, { code: 'TYPE', expected: 'a key: text or an integer' }, value)
  return assign(c, block, code`${value} === undefined || ${value} === null ? ${value} : ref(run, ${quote(type)}, ${value}) ?? ${bad}`)
}

function emitLink(c: Compilation, type: string, value: Code, reading: Partial<Reading>, block: Block, target: Target): Code {
  const bad = failure(
    c,
    target,
    reading,
    { code: 'LINK_MISSING', expected: `a link of this ${type} at the connection`, linkType: type },
    value,
  )
  return assign(
    c,
    block,
    code`${value} === undefined || ${value} === null ? ${value} : externalKey(run.context, ${quote(type)}, ${value}) ?? ${bad}`,
  )
}
