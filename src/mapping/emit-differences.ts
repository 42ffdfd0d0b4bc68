import { type Block, type Code, code, createBlock, joinCode, lines, outline } from './code.ts'
import { differ, own } from './emit-changes.ts'
import { emitExpr, isSure } from './emit-expression.ts'
import type { Output } from './emit-leaf.ts'
import { below, condition, emitStep, itemOf, type Writing } from './emit-step.ts'
import type { Each, Field, Formula, Group, Step } from './program.ts'
import { itemsAt } from './schema-path.ts'
import { type Compilation, chainLets, reachPath, type Scope } from './scope.ts'

/** What one emission knows. */
export interface Comparing {
  readonly c: Compilation
  /** comparisons of values that are made whole */
  readonly compared: Map<readonly Field[], Code>
  /** whether a rule is written back; one that is not is compared as a whole */
  readonly isWritten: (step: Step) => boolean
}

/**
 * Emits a walk through both documents at once that adds to `found` what differs, in the order of the fields. It makes no object of the hub; what it cannot
 * say (a list whose items do not stand in the same places, an object that only one side has) leaves the run astray. Answers the values it made.
 */
export function emitDifferences(
  comparing: Comparing,
  fields: readonly Field[],
  scope: Scope,
  block: Block,
  writing: Writing,
  hub: Code,
  found: Code,
): readonly Output[] {
  const { c } = comparing
  return fields.flatMap((field) => {
    const { key, step } = field
    const wanted = c.unit.name('v')
    const to = { ...below(writing, key, step), like: wanted }
    block.lines.push(code`const ${wanted} = ${own(hub, key)};`)
    const place: Place = { field, scope, block, writing: to, wanted, found }
    if (isPlain(comparing, step) && step.body.kind === 'group' && emitGroup(comparing, step.body, place)) return []
    if (isPlain(comparing, step) && step.body.kind === 'each' && emitEach(comparing, step.body, place)) return []
    return [emitValue(comparing, step, place)]
  })
}

interface Place {
  readonly field: Field
  readonly scope: Scope
  readonly block: Block
  readonly writing: Writing
  /** the hub's value */
  readonly wanted: Code
  readonly found: Code
}

/** Nothing but its fields or items decides what the rule gives. */
const isPlain = ({ isWritten }: Comparing, step: Step): boolean =>
  isWritten(step) && step.when === undefined && !step.required && step.onError === undefined && step.onNull === undefined

/** Makes a value and compares it; a decimal that an expression computes is compared with the hub's text before it is written as one. */
function emitValue({ c, compared }: Comparing, step: Step, { field, scope, block, writing, wanted, found }: Place): Output {
  const formula = bareFormula(step)
  const computed = formula && emitExpr(formula.expr, { c, scope, block, target: writing, at: formula.at })
  const constant = c.unit.constant(field)
  if (computed?.kind === 'decimal') {
    const { code: d } = computed
    block.lines.push(
      code`if (${d} ? !isFormatOf(${d}, ${wanted}) : ${d} !== ${wanted}) ${found} = differs(${found}, ${constant}, ${d} ? formatExact(${d}) : ${d});`,
    )
    return { code: d, always: isSure(computed) }
  }
  const made = computed === undefined ? emitStep(c, step, scope, block, writing) : { code: computed.code, always: isSure(computed) }
  const value = c.unit.name('v')
  const differing = differ(c.unit, step, value, wanted, compared)
  block.lines.push(
    code`const ${value} = ${made.code}; if (${value} !== ${wanted} && ${differing}) ${found} = differs(${found}, ${constant}, ${value});`,
  )
  return { code: value, always: made.always }
}

/** The expression of a rule that is nothing more. */
function bareFormula({ body, when, required, onError }: Step): Formula | undefined {
  if (body.kind !== 'leaf' || body.source.kind !== 'expr' || when !== undefined || required || onError !== undefined) return undefined
  const isBare = body.default === undefined && body.lookup === undefined && body.link === undefined && body.converts.length === 0
  return isBare ? body.source.formula : undefined
}

function emitGroup(comparing: Comparing, group: Group, { field, scope, block, writing, wanted, found }: Place): boolean {
  const { c } = comparing
  if (group.from.length > 1) return false
  const [place] = group.from
  const reading = place && reachPath(c, scope, block, place.path, place.at, 0, writing.rule)
  if (place !== undefined && reading === undefined) return false
  const hub = c.unit.name('v')
  const value = c.unit.name('v')
  if (reading !== undefined) block.lines.push(code`const ${value} = ${reading.value};`)
  const since = c.unit.next()
  const inner = createBlock(block)
  const inside = c.unit.name('d')
  const innerScope: Scope =
    reading === undefined
      ? { ...scope, lets: chainLets(group.lets, scope.lets) }
      : { ...scope, ...reading, parent: scope, value, isObject: true, lets: chainLets(group.lets, undefined) }
  emitDifferences(comparing, group.fields, innerScope, inner, writing, hub, inside)
  const { call } = outline(c.unit, since, code`let ${inside}; ${lines(inner)} return ${inside};`)
  const there = reading === undefined ? code`true` : code`isObject(${value})`
  const neither = reading === undefined ? code`false` : code`${value} === undefined && ${wanted} === undefined`
  const differing = c.unit.name('d')
  block.lines.push(
    code`const ${hub} = ${wanted} === undefined ? nothing : ${wanted}; if (isObject(${hub}) && ${there}) { const ${differing} = ${call}; if (${differing} !== undefined) ${found} = differsInside(${found}, ${c.unit.constant(field)}, ${differing}); } else if (!(${neither})) run.astray = true;`,
  )
  return true
}

function emitEach(comparing: Comparing, each: Each, { field, scope, block, writing, wanted, found }: Place): boolean {
  const { c } = comparing
  const { unit } = c
  const { item: step } = each
  const group = step.body
  if (!isPlain(comparing, step) || group.kind !== 'group' || group.from.length > 0) return false
  const reading = reachPath(c, scope, block, each.from.path, each.from.at, 0, writing.rule)
  if (reading === undefined) return false
  const list = reading.value
  const [i, n, item, items, kept] = [unit.name('i'), unit.name('i'), unit.name('v'), unit.name('l'), unit.name('l')]
  const since = unit.next()
  const inner = createBlock(block)
  const itemScope: Scope = {
    ...scope,
    ...reading,
    parent: scope,
    value: item,
    isObject: c.objectItems.has(each),
    base: [...reading.base, { kind: 'item' }],
    cursor: itemsAt(reading.cursor),
    lets: chainLets(each.lets, undefined),
    items: [...reading.items, i],
    position: code`(${n} + 1)`,
  }
  const target = itemOf(writing, step, n)
  if (itemScope.isObject === true) inner.lines.push(code`if (!isObject(${item})) { run.astray = true; return undefined; }`)
  if (each.where !== undefined) {
    const test = condition(c, each.where, itemScope, inner, { ...target, rule: writing.rule })
    inner.lines.push(code`if (!(${test})) return nothing;`)
  }
  const hub = unit.name('v')
  const inside = unit.name('d')
  inner.lines.push(code`const ${hub} = ${wanted}[${n}]; let ${inside}; if (!isObject(${hub})) { run.astray = true; return ${inside}; }`)
  const innerScope: Scope = { ...itemScope, lets: chainLets(group.lets, itemScope.lets) }
  const values = emitDifferences(comparing, group.fields, innerScope, inner, target, hub, inside)
  if (!values.some(({ always }) => always)) {
    const none = values.map(({ code: value }) => code`${value} === undefined`)
    inner.lines.push(code`if (${none.length === 0 ? code`true` : joinCode(none, ' && ')}) run.astray = true;`)
  }
  const { call, reads } = outline(unit, since, code`${lines(inner)} return ${inside};`)
  const alone = [item, i, n, wanted].map((name) => name.source)
  const known = writing.to.length === 1 && reads.every((name) => alone.includes(name))
  const differing = unit.name('d')
  const result = known ? code`run.compared !== undefined && isKnown(run.compared, ${item}, ${i}, ${n}) ? undefined : ${call}` : call
  block.lines.push(code`if (isList(${list}) && isList(${wanted})) {
let ${n} = 0, ${items}, ${kept};
if ((run.left -= ${list}.length) < 0) run.astray = true;
else for (let ${i} = 0; ${i} < ${list}.length; ${i}++) { const ${item} = ${list}[${i}]; const ${differing} = ${result};
if (${differing} === nothing) { ${kept} ??= upTo(${n}); continue; }
if (${kept} !== undefined) ${kept}.push(${i});
if (${differing} !== undefined) (${items} ??= [])[${n}] = ${differing};
${n}++; }
if (${n} !== ${wanted}.length) run.astray = true;
else if (${items} !== undefined) ${found} = differsInItems(${found}, ${unit.constant(field)}, ${items}, ${kept});
} else if (${list} !== undefined || ${wanted} !== undefined) run.astray = true;`)
  return true
}
