import { type Block, type Code, code, createBlock, joinCode, lines, maker, outline, quote } from './code.ts'
import { booleanOf, emitExpr } from './emit-expression.ts'
import { emitLeaf, type Output, take } from './emit-leaf.ts'
import type { Each, Field, Formula, Group, List, Step } from './program.ts'
import { type Cursor, conceals, fieldAt, isSensitive, itemsAt } from './schema-path.ts'
import { type Compilation, chainLets, failure, letOf, oneOf, type Reading, reachPath, readPath, type Scope, type Target } from './scope.ts'

/** Where a rule writes. `written` is what the schema says about the place. */
export interface Writing extends Target {
  readonly written: Cursor | undefined
}

const none = code`undefined`
/** an object with at most so many optional fields is made in one piece where all of them are there */
const mostTested = 12

/** Emits one rule: its condition, its value, and the error when a required value is missing. */
export function emitStep(c: Compilation, step: Step, scope: Scope, block: Block, writing: Writing): Output {
  if (step.onError !== 'omit') return emitCondition(c, step, scope, block, writing)
  const inner = createBlock(block)
  const value = emitCondition(c, step, scope, inner, writing)
  const v = c.unit.name('v')
  const before = c.unit.name('i')
  block.lines.push(code`let ${v}; { const ${before} = run.errors.length; ${lines(inner)}
${v} = run.errors.length === ${before} ? ${value.code} : skip(run, ${before}); }`)
  return { code: v, always: false }
}

function emitCondition(c: Compilation, step: Step, scope: Scope, block: Block, writing: Writing): Output {
  if (step.when === undefined) return emitRequired(c, step, scope, block, writing)
  const test = condition(c, step.when, scope, block, writing)
  const inner = createBlock(block)
  const value = emitRequired(c, step, scope, inner, writing)
  const v = c.unit.name('v')
  block.lines.push(code`let ${v}; if (${test}) { ${lines(inner)} ${v} = ${value.code}; }`)
  return { code: v, always: false }
}

export function condition(c: Compilation, formula: Formula, scope: Scope, block: Block, target: Target): Code {
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
  if (only === undefined || places.length > 1 || (body.kind === 'leaf' && letOf(scope, only.path) !== undefined)) return {}
  return readPath(c, scope, createBlock(), only.path, only.at, 0, target.rule) ?? {}
}

function emitBody(c: Compilation, step: Step, scope: Scope, block: Block, writing: Writing): Output {
  const { body } = step
  if (body.kind === 'leaf') return emitLeaf(c, body, scope, block, writing, step.onNull)
  if (body.kind === 'group') return emitGroup(c, body, scope, block, writing, step.onNull)
  if (body.kind === 'each') return emitEach(c, body, scope, block, writing, step.onError)
  return emitList(c, body, scope, block, writing)
}

function emitGroup(c: Compilation, group: Group, scope: Scope, block: Block, writing: Writing, onNull: Step['onNull']): Output {
  if (group.from.length === 0) {
    const inner: Scope = { ...scope, lets: chainLets(group.lets, scope.lets) }
    return emitFields(c, group.fields, inner, block, writing)
  }
  const readings = group.from
    .map(({ path, at }) => reachPath(c, scope, block, path, at, 0, writing.rule))
    .filter((found) => found !== undefined)
  const [first] = readings
  if (first === undefined) return { code: none, always: false }
  const v = c.unit.name('v')
  const r = c.unit.name('r')
  const i = c.unit.name('i')
  const only = readings.length === 1 ? first : undefined
  const found = oneOf(readings, i)
  const inner = createBlock(block)
  const since = c.unit.next()
  const innerScope: Scope = {
    parent: scope,
    value: v,
    isObject: true,
    ...found,
    lets: chainLets(group.lets, undefined),
    position: scope.position,
  }
  const made = emitFields(c, group.fields, innerScope, inner, writing)
  const bad = failure(c, writing, hiding(found, writing), { code: 'TYPE', expected: 'an object' }, v)
  const clears = onNull === 'clear' && c.mode === 'pull'
  block.lines.push(only === undefined ? code`let ${v} = ${first.value}, ${r}, ${i} = 0;` : code`let ${v} = ${first.value}, ${r};`)
  const search = readings.slice(1).map((reading, at) => code`if (${v} === undefined) ${take(writing, v, i, at + 1, reading.value)}`)
  if (search.length > 0) block.lines.push(clears ? code`if (${first.raw} !== null) { ${joinCode(search, '\n')} }` : joinCode(search, '\n'))
  block.lines.push(
    code`${clears ? code`if (${first.raw} === null) ${r} = null; else ` : code``}if (isObject(${v})) ${r} = ${outline(c.unit, since, code`${lines(inner)} return ${made.code};`).call}; else if (${v} !== undefined) ${r} = ${bad};`,
  )
  if (onNull === 'clear' && c.mode === 'push') block.lines.push(code`if (${r} === undefined) ${r} = null;`)
  return { code: r, always: false }
}

/** Emits an object: one literal where all of few fields are there, else only the fields that have a value, in their order. */
export function emitFields(c: Compilation, fields: readonly Field[], scope: Scope, block: Block, writing: Writing): Output {
  const made = fields.map(({ key, step }) => ({ key, ...emitStep(c, step, scope, block, below(writing, key, step)) }))
  const optional = made.filter((field) => !field.always)
  const always = optional.length < made.length
  const r = c.unit.name('r')
  const values = made.map((field) => field.code)
  const literal = code`{${joinCode(
    made.map((field) => code`${quote(field.key)}: ${field.code}`),
    ',',
  )}}`
  if (optional.length === 0) block.lines.push(code`const ${r} = ${always ? literal : none};`)
  else {
    const some = code`new ${maker(c.unit, made)}(${joinCode(values, ',')})`
    const tests = (sign: Code): readonly Code[] => optional.map((field) => code`${field.code} ${sign} undefined`)
    const found = always ? some : code`${joinCode(tests(code`===`), ' && ')} ? undefined : ${some}`
    const all = joinCode(tests(code`!==`), ' && ')
    block.lines.push(code`const ${r} = ${optional.length <= mostTested ? code`${all} ? ${literal} : ${found}` : found};`)
  }
  return { code: r, always }
}

/** Where a field of what is written goes. */
export function below(writing: Writing, key: string, step: Step): Writing {
  const found = fieldAt(writing.written, key)
  const written = found.kind === 'found' ? found.cursor : undefined
  return { ...placeOf(writing, step, written), to: [...writing.to, key], outs: writing.outs }
}

/** Where an item of a list is written, by the number it gets. */
export const itemOf = (writing: Writing, step: Step, number: Code): Writing => ({
  ...placeOf(writing, step, itemsAt(writing.written)),
  to: [...writing.to, null],
  outs: [...writing.outs, number],
})

const placeOf = (writing: Writing, { rule }: Step, written: Cursor | undefined): Pick<Writing, 'rule' | 'written' | 'sensitive'> => ({
  rule,
  written,
  sensitive: writing.sensitive === true || isSensitive(written),
})

/** What is not an object or a list where one is wanted may be anything: it is not shown where something below it would not be. */
const hiding = (reading: Partial<Reading>, writing: Writing): Partial<Reading> =>
  conceals(writing.written) ? { ...reading, sensitive: true } : reading

function emitEach(c: Compilation, each: Each, scope: Scope, block: Block, writing: Writing, onError: Step['onError']): Output {
  const l = c.unit.name('l')
  block.lines.push(code`let ${l};`)
  emitItems(c, each, scope, block, writing, l, onError)
  return { code: l, always: false }
}

/** Emits the loop that adds the items of one `each` to the list `l`; answers what was read as the list. */
function emitItems(c: Compilation, each: Each, scope: Scope, block: Block, writing: Writing, l: Code, onError: Step['onError']): Code {
  const reading = reachPath(c, scope, block, each.from.path, each.from.at, 0, writing.rule)
  if (reading === undefined) return none
  const i = c.unit.name('i')
  const item = c.unit.name('v')
  const kept = c.unit.name('t')
  const since = c.unit.next()
  const inner = createBlock(block)
  const itemScope: Scope = {
    parent: scope,
    value: item,
    isObject: c.objectItems.has(each),
    base: [...reading.base, { kind: 'item' }],
    cursor: itemsAt(reading.cursor),
    sensitive: reading.sensitive,
    lets: chainLets(each.lets, undefined),
    items: [...reading.items, i],
    position: code`(${l}.length + 1)`,
  }
  const target = itemOf(writing, each.item, code`${l}.length`)
  const errors = c.unit.name('i')
  const skipping = onError === 'skipItem'
  const skipBad = code`if (run.errors.length !== ${errors}) return skip(run, ${errors});`
  if (skipping) inner.lines.push(code`const ${errors} = run.errors.length;`)
  if (itemScope.isObject === true) inner.lines.push(refuseItem(c, itemScope, target, skipping ? skipBad : code``))
  if (each.where !== undefined) {
    const test = condition(c, each.where, itemScope, inner, { ...target, rule: writing.rule })
    inner.lines.push(code`if (!(${test})) { ${skipping ? skipBad : code``} return undefined; }`)
  }
  const made = emitStep(c, each.item, itemScope, inner, target)
  if (skipping) inner.lines.push(skipBad)
  const { call } = outline(c.unit, since, code`${lines(inner)} return ${made.code};`)
  const r = c.unit.name('r')
  const list = reading.value
  const bad = failure(c, writing, hiding(reading, writing), { code: 'TYPE', expected: 'a list' }, list)
  const full = failure(c, writing, reading, { code: 'LIMIT', expected: 'fewer list items in one document' }, none)
  block.lines.push(code`if (isList(${list})) {
${l} ??= []; const ${kept} = run.kept === undefined ? undefined : [];
if ((run.left -= ${list}.length) < 0) ${full};
else for (let ${i} = 0; ${i} < ${list}.length; ${i}++) { const ${item} = ${list}[${i}]; const ${r} = ${call}; if (${r} !== undefined) { ${l}.push(${r}); if (${kept} !== undefined) ${kept}.push(${i}); } }
if (${kept} !== undefined) run.kept.set(${l}, ${kept});
} else if (${list} !== undefined) { ${bad}; ${l} ??= null; }`)
  return list
}

/** Leaves a function for an item that is no object: none at all (null, blank) adds nothing, anything else is an error. */
export const refuseItem = (c: Compilation, item: Scope, target: Writing, policy: Code): Code =>
  code`if (!isObject(${item.value})) { if (${item.value} === null || ${item.value} === "") return undefined; ${failure(c, target, hiding(item, target), { code: 'TYPE', expected: 'an object' }, item.value)}; ${policy} return null; }`

function emitList(c: Compilation, list: List, scope: Scope, block: Block, writing: Writing): Output {
  const l = c.unit.name('l')
  block.lines.push(code`let ${l};`)
  for (const entry of list.entries) {
    if (entry.body.kind === 'each') {
      emitItemsOf(c, entry, entry.body, scope, block, { ...writing, rule: entry.rule }, l)
      continue
    }
    const made = emitStep(c, entry, scope, block, itemOf(writing, entry, code`(${l}?.length ?? 0)`))
    block.lines.push(code`if (${made.code} !== undefined) (${l} ??= []).push(${made.code});`)
  }
  return { code: l, always: false }
}

/** An entry of a list that adds all its items, with the condition and the policies of {@link emitStep}. */
function emitItemsOf(c: Compilation, entry: Step, each: Each, scope: Scope, block: Block, writing: Writing, l: Code): void {
  const inner = createBlock(block)
  const test = entry.when === undefined ? undefined : condition(c, entry.when, scope, inner, writing)
  const items = test === undefined ? inner : createBlock(inner)
  const found = emitItems(c, each, scope, items, writing, l, entry.onError)
  if (entry.required) {
    const reading = originOf(c, entry, scope, writing)
    items.lines.push(code`if (${found} === undefined) ${failure(c, writing, reading, { code: 'MISSING', expected: 'a value' }, none)};`)
  }
  if (test !== undefined) inner.lines.push(code`if (${test}) { ${lines(items)} }`)
  if (entry.onError !== 'omit') {
    block.lines.push(code`{ ${lines(inner)} }`)
    return
  }
  const before = c.unit.name('i')
  const list = c.unit.name('l')
  const length = c.unit.name('i')
  block.lines.push(code`{ const ${before} = run.errors.length, ${list} = ${l}, ${length} = ${l}?.length; ${lines(inner)}
if (run.errors.length !== ${before}) { skip(run, ${before}); ${l} = ${list}; if (${length} !== undefined) ${l}.length = ${length}; } }`)
}
