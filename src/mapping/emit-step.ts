import { type Block, type Code, code, createBlock, joinCode, lines, quote } from './code.ts'
import { booleanOf, emitExpr } from './emit-expression.ts'
import { emitLeaf, type Output } from './emit-leaf.ts'
import { nearest } from './nearest.ts'
import type { Each, Field, Formula, Group, List, Step } from './program.ts'
import { type Cursor, fieldAt, itemsAt, requiredAt } from './schema-path.ts'
import { type Compilation, chainLets, failure, type Reading, readPath, type Scope, type Target } from './scope.ts'
import type { Pointer } from './source-text.ts'

/** Where a rule writes. `written` is what the schema says about the place. */
export interface Writing extends Target {
  readonly written: Cursor | undefined
  /** place of the rule in the file */
  readonly at: Pointer
  /** required fields that somebody else fills in */
  readonly provided?: readonly string[]
}

const none = code`undefined`

/** Emits one rule: its condition, its value, and the error when a required value is missing. */
export function emitStep(c: Compilation, step: Step, scope: Scope, block: Block, writing: Writing): Output {
  if (step.when === undefined) return emitRequired(c, step, scope, block, writing)
  const test = condition(c, step.when, scope, block, writing)
  const inner = createBlock(block)
  const value = emitRequired(c, step, scope, inner, writing)
  const v = c.unit.name('v')
  block.lines.push(code`let ${v}; if (${test}) { ${lines(inner)} ${v} = ${value.code}; }`)
  return { code: v, always: false }
}

function condition(c: Compilation, formula: Formula, scope: Scope, block: Block, target: Target): Code {
  const site = { c, scope, block, target, at: formula.at }
  return booleanOf(emitExpr(formula.expr, site), formula.expr, site)
}

function emitRequired(c: Compilation, step: Step, scope: Scope, block: Block, writing: Writing): Output {
  const value = emitBody(c, step, scope, block, writing)
  if (!step.required || value.always) return value
  const v = c.unit.name('v')
  const reading = originOf(c, step, scope, writing)
  const bad = failure(c, writing, reading, { code: 'MISSING', expected: 'a value' }, none)
  block.lines.push(code`const ${v} = ${value.code} === undefined ? ${bad} : ${value.code};`)
  return { code: v, always: true }
}

/** The single path a rule reads, so that MISSING can say where nothing was. */
function originOf(c: Compilation, step: Step, scope: Scope, target: Target): Partial<Reading> {
  const { body } = step
  const places =
    body.kind === 'leaf' && body.source.kind === 'paths'
      ? body.source.paths
      : body.kind === 'group'
        ? body.from
        : body.kind === 'each'
          ? [body.from]
          : []
  const [only] = places
  if (only === undefined || places.length > 1) return {}
  return readPath(c, scope, createBlock(), only.path, only.at, 0, target.rule) ?? {}
}

function emitBody(c: Compilation, step: Step, scope: Scope, block: Block, writing: Writing): Output {
  const { body } = step
  if (body.kind === 'leaf') return emitLeaf(c, body, scope, block, writing)
  if (body.kind === 'group') return emitGroup(c, body, scope, block, writing)
  if (body.kind === 'each') return emitEach(c, body, scope, block, writing)
  return emitList(c, body, scope, block, writing)
}

function emitGroup(c: Compilation, group: Group, scope: Scope, block: Block, writing: Writing): Output {
  if (group.from.length === 0) {
    const inner: Scope = { ...scope, lets: chainLets(group.lets, scope.lets) }
    return emitFields(c, group.fields, inner, block, writing)
  }
  const readings = group.from
    .map(({ path, at }) => readPath(c, scope, block, path, at, 0, writing.rule))
    .filter((found) => found !== undefined)
  const [first] = readings
  if (first === undefined) return { code: none, always: false }
  const v = c.unit.name('v')
  const r = c.unit.name('r')
  const only = readings.length === 1 ? first : undefined
  const inner = createBlock(block)
  const innerScope: Scope = {
    parent: scope,
    value: v,
    base: only?.base,
    cursor: only?.cursor,
    sensitive: readings.some((reading) => reading.sensitive),
    lets: chainLets(group.lets, undefined),
    items: only === undefined ? scope.items : only.items,
    position: scope.position,
  }
  const made = emitFields(c, group.fields, innerScope, inner, writing)
  const bad = failure(c, writing, only ?? {}, { code: 'TYPE', expected: 'an object' }, v)
  block.lines.push(code`const ${v} = ${joinCode(
    readings.map((reading) => reading.value),
    ' ?? ',
  )};
let ${r}; if (isObject(${v})) { ${lines(inner)} ${r} = ${made.code}; } else if (${v} !== undefined) ${r} = ${bad};`)
  return { code: r, always: false }
}

/** Emits an object: one literal for the leading fields that always have a value, the others when they have one. */
export function emitFields(c: Compilation, fields: readonly Field[], scope: Scope, block: Block, writing: Writing): Output {
  checkFields(c, fields, writing)
  const made = fields.map(({ key, step }) => ({ key, ...emitStep(c, step, scope, block, below(writing, key, step)) }))
  const firstOptional = made.findIndex((field) => !field.always)
  const leading = firstOptional < 0 ? made : made.slice(0, firstOptional)
  const rest = made.slice(leading.length)
  const always = made.some((field) => field.always)
  const r = c.unit.name('r')
  const start = leading.map((field) => code`${quote(field.key)}: ${field.code}`)
  block.lines.push(always ? code`const ${r} = {${joinCode(start, ',')}};` : code`let ${r};`)
  for (const { key, code: value, always: sure } of rest) {
    const put = code`${always ? r : code`(${r} ??= {})`}[${quote(key)}] = ${value};`
    block.lines.push(sure ? put : code`if (${value} !== undefined) ${put}`)
  }
  return { code: r, always }
}

function below(writing: Writing, key: string, step: Step): Writing {
  const found = fieldAt(writing.written, key)
  return {
    rule: step.rule,
    at: step.at,
    to: [...writing.to, key],
    outs: writing.outs,
    written: found.kind === 'found' ? found.cursor : undefined,
  }
}

function checkFields(c: Compilation, fields: readonly Field[], writing: Writing): void {
  for (const { key, step } of fields) {
    const found = fieldAt(writing.written, key)
    if (found.kind !== 'absent') continue
    const close = nearest(key, found.names)
    if (found.closed || close !== undefined)
      c.faults.add('E_TARGET', { at: step.at, part: 'key' }, step.rule, `the target has no '${key}'`, close && `did you mean '${close}'?`)
    else c.faults.add('W_UNCHECKED', { at: step.at, part: 'key' }, step.rule, `the schema of the target does not name '${key}'`)
  }
  checkRequired(c, new Set(fields.map(({ key }) => key)), writing)
}

/** Reports required fields that no rule writes. */
export function checkRequired(c: Compilation, keys: ReadonlySet<string>, writing: Writing): void {
  const { rule, at, provided } = writing
  for (const name of requiredAt(writing.written))
    if (!keys.has(name) && provided?.includes(name) !== true)
      c.faults.add(
        'E_UNMAPPED',
        { at, part: 'key' },
        rule === '' ? name : `${rule}.${name}`,
        `the target requires '${name}' and no rule writes it`,
      )
}

function emitEach(c: Compilation, each: Each, scope: Scope, block: Block, writing: Writing): Output {
  const l = c.unit.name('l')
  block.lines.push(code`let ${l};`)
  emitItems(c, each, scope, block, writing, l)
  return { code: l, always: false }
}

/** Emits the loop that adds the items of one `each` to the list `l`. */
function emitItems(c: Compilation, each: Each, scope: Scope, block: Block, writing: Writing, l: Code): void {
  const reading = readPath(c, scope, block, each.from.path, each.from.at, 0, writing.rule)
  if (reading === undefined) return
  const i = c.unit.name('i')
  const item = c.unit.name('v')
  const kept = c.unit.name('t')
  const inner = createBlock(block)
  const itemScope: Scope = {
    parent: scope,
    value: item,
    base: reading.base && [...reading.base, { kind: 'item' }],
    cursor: itemsAt(reading.cursor),
    sensitive: reading.sensitive,
    lets: chainLets(each.lets, undefined),
    items: [...reading.items, i],
    position: code`(${l}.length + 1)`,
  }
  const target: Writing = {
    rule: each.item.rule,
    at: each.item.at,
    to: [...writing.to, null],
    outs: [...writing.outs, code`${l}.length`],
    written: itemsAt(writing.written),
  }
  if (each.where !== undefined) {
    const test = condition(c, each.where, itemScope, inner, { ...target, rule: writing.rule })
    inner.lines.push(code`if (!(${test})) continue;`)
  }
  const made = emitStep(c, each.item, itemScope, inner, target)
  inner.lines.push(code`if (${made.code} !== undefined) { ${l}.push(${made.code}); if (${kept} !== undefined) ${kept}.push(${i}); }`)
  const list = reading.value
  const bad = failure(c, writing, reading, { code: 'TYPE', expected: 'a list' }, list)
  const full = failure(c, writing, reading, { code: 'LIMIT', expected: 'fewer list items in one document' }, none)
  block.lines.push(code`if (isList(${list})) {
${l} ??= []; const ${kept} = run.kept === undefined ? undefined : [];
if ((run.left -= ${list}.length) < 0) ${full};
else for (let ${i} = 0; ${i} < ${list}.length; ${i}++) { const ${item} = ${list}[${i}]; ${lines(inner)} }
if (${kept} !== undefined) run.kept.set(${l}, ${kept});
} else if (${list} !== undefined) { ${bad}; ${l} ??= null; }`)
}

function emitList(c: Compilation, list: List, scope: Scope, block: Block, writing: Writing): Output {
  const l = c.unit.name('l')
  block.lines.push(code`let ${l};`)
  for (const entry of list.entries) {
    if (entry.body.kind === 'each' && entry.when === undefined) {
      emitItems(c, entry.body, scope, block, { ...writing, rule: entry.rule }, l)
      continue
    }
    const target: Writing = {
      rule: entry.rule,
      at: entry.at,
      to: [...writing.to, null],
      outs: [...writing.outs, code`(${l}?.length ?? 0)`],
      written: itemsAt(writing.written),
    }
    const made = emitStep(c, entry, scope, block, target)
    block.lines.push(code`if (${made.code} !== undefined) (${l} ??= []).push(${made.code});`)
  }
  return { code: l, always: false }
}
