import { isObject, type Json } from '../model/json.ts'
import { type Block, type Code, code, joinCode, once, quote } from './code.ts'
import { converters } from './converters.ts'
import { emitExpr, jsonOf } from './emit-expression.ts'
import type { ConvertCall, Leaf, Lookup, Place } from './program.ts'
import { shownValue } from './runtime.ts'
import { type Compilation, failure, letOf, type Reading, readPath, type Scope, type Target } from './scope.ts'

/** A value of the result: JSON, undefined for none, null for one that failed. `always`: it is never undefined. */
export interface Output {
  readonly code: Code
  readonly always: boolean
}

/** Emits `from -> default -> convert -> lookup -> link` (pull) or `from -> default -> link -> lookup -> convert` (push). */
export function emitLeaf(c: Compilation, leaf: Leaf, scope: Scope, block: Block, target: Target): Output {
  if (leaf.source.kind === 'value') return { code: literal(leaf.source.value), always: true }
  let { value, reading } = emitSource(c, leaf, scope, block, target)
  if (leaf.default !== undefined) value = assign(c, block, code`${value} === undefined ? ${literal(leaf.default)} : ${value}`)
  const convert = (): void => {
    for (const call of leaf.converts) value = emitConvert(c, call, value, reading, scope, block, target)
  }
  const look = (): void => {
    if (leaf.lookup !== undefined) value = emitLookup(c, leaf.lookup, leaf.otherwise, value, reading, block, target)
  }
  if (c.mode === 'pull') {
    convert()
    look()
    if (leaf.link !== undefined) value = emitRef(c, leaf.link, value, reading, block, target)
  } else {
    if (leaf.link !== undefined) value = emitLink(c, leaf.link, value, reading, block, target)
    look()
    convert()
  }
  return { code: value, always: leaf.default !== undefined }
}

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

function emitSource(c: Compilation, leaf: Leaf, scope: Scope, block: Block, target: Target): { value: Code; reading: Partial<Reading> } {
  const { source } = leaf
  if (source.kind === 'expr') {
    const value = emitExpr(source.formula.expr, { c, scope, block, target, at: source.formula.at })
    return { value: jsonOf(value), reading: value.reading ?? {} }
  }
  if (source.kind === 'value') return { value: literal(source.value), reading: {} }
  const values: Code[] = []
  let reading: Partial<Reading> = {}
  for (const { path, at } of source.paths) {
    if (letOf(scope, path) !== undefined) {
      values.push(jsonOf(emitExpr({ op: 'path', path, at: 0 }, { c, scope, block, target, at })))
      continue
    }
    const found = readPath(c, scope, block, path, at, 0, target.rule)
    if (found !== undefined) values.push(found.value)
    if (found !== undefined && source.paths.length === 1) reading = found
    else if (found?.sensitive) reading = { ...reading, sensitive: true }
  }
  if (values.length === 0) return { value: code`undefined`, reading }
  return { value: values.length === 1 ? joinCode(values, ',') : assign(c, block, joinCode(values, ' ?? ')), reading }
}

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
  const bad = failure(c, target, reading, { code: converter.code, expected }, value)
  const run = c.unit.constant(c.mode === 'pull' ? converter.pull : converter.push)
  return assign(c, block, code`${value} === undefined || ${value} === null ? ${value} : ${run}(${value}, ${argument}, ${zone}) ?? ${bad}`)
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
  const miss = otherwise !== undefined ? quote(otherwise) : failure(c, target, reading, { code: 'LOOKUP_MISS', expected }, value)
  return assign(c, block, code`${value} === undefined || ${value} === null ? ${value} : lookUp(${table}, ${value}) ?? ${miss}`)
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
