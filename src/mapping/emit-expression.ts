import { type Block, type Code, code, createBlock, joinCode, knownIn, lines, once, quote } from './code.ts'
import { emitCall } from './emit-call.ts'
import { toExact } from './exact.ts'
import type { Kind } from './functions.ts'
import type { ArithmeticSign, ComparisonSign, Expr } from './grammar.ts'
import { type Compilation, codeLimit, failure, letOf, type Reading, readPath, type Scope, type Target } from './scope.ts'
import type { Pointer } from './source-text.ts'

/**
 * A value in generated code. At run time undefined is no value and null one that failed and was reported; a boolean is
 * always true or false. Decimals are {@link Exact}, everything raw is JSON.
 */
export interface Value {
  readonly code: Code
  readonly kind: Kind
  /** where it was read, if it is a path's value as it stood */
  readonly reading?: Reading
  /** where it was chosen, if it is one of several values as they stood */
  readonly choice?: Pick<Reading, 'base' | 'items'>
  /** it may be the value of a path that must not be shown */
  readonly sensitive?: boolean
  /** it is never without a value (it may have failed) */
  readonly always?: boolean
}

/** What an expression is compiled in. */
export interface Site {
  readonly c: Compilation
  readonly scope: Scope
  readonly block: Block
  readonly target: Target
  /** place of the expression's text in the file */
  readonly at: Pointer
  /** told when the expression reads a value that must not be shown */
  readonly secrets?: { found: boolean }
}

const nothing: Value = { code: code`undefined`, kind: 'raw' }

/** Emits an expression; faults go to the compilation. */
export function emitExpr(expr: Expr, site: Site): Value {
  const { c } = site
  if (--c.budget < 0) {
    const message = `the expressions of the file unfold to more than ${codeLimit} parts: names of "let" use each other too often`
    if (c.budget === -1) c.faults.add('E_LIMIT', { at: site.at, inText: expr.at }, site.target.rule, message)
    return nothing
  }
  switch (expr.op) {
    case 'number':
      return { code: c.unit.constant(toExact(expr.value)), kind: 'decimal', always: true }
    case 'text':
      return { code: quote(expr.value), kind: 'text', always: true }
    case 'boolean':
      return { code: expr.value ? code`true` : code`false`, kind: 'boolean' }
    case 'path':
      return emitPath(expr, site)
    case 'minus':
      return emitMinus(expr.of, site)
    case 'not':
      return { code: code`!(${booleanOf(emitExpr(expr.of, site), expr.of, site)})`, kind: 'boolean' }
    case 'arithmetic':
      return emitArithmetic(expr.sign, expr.left, expr.right, site)
    case 'compare':
      return emitCompare(expr.sign, expr.left, expr.right, site)
    case 'and':
    case 'or':
      return emitLogic(expr.op, expr.left, expr.right, site)
    case 'else':
      return emitElse(expr, site)
    case 'choose': {
      const test = booleanOf(emitExpr(expr.test, site), expr.test, site)
      return branches(test, expr, site)
    }
    case 'call':
      return emitCall(expr.name, expr.args, expr, site)
    default:
      return expr satisfies never
  }
}

function emitPath(expr: Expr & { readonly op: 'path' }, site: Site): Value {
  const { c, scope, block, target, at } = site
  const named = letOf(scope, expr.path)
  if (named !== undefined) {
    const { found } = named
    const key = `let ${named.scope.value.source} ${found.name} ${found.formula.at.join('.')}`
    const known = knownIn(block, key)
    const before = c.named.get(key)
    if (known !== undefined && before !== undefined) {
      if (before.secret && site.secrets !== undefined) site.secrets.found = true
      return { ...before.value, code: known }
    }
    const secrets = { found: false }
    const inner: Site = { ...site, scope: { ...named.scope, lets: found.before }, at: found.formula.at, secrets }
    const value = emitExpr(found.formula.expr, inner)
    c.named.set(key, { value: { ...value, always: isSure(value) }, secret: secrets.found })
    if (secrets.found && site.secrets !== undefined) site.secrets.found = true
    return { ...value, code: once(block, key, c.unit, 't', () => value.code), always: isSure(value) }
  }
  const reading = readPath(c, scope, block, expr.path, at, expr.at, target.rule)
  if (reading?.sensitive && site.secrets !== undefined) site.secrets.found = true
  return reading === undefined ? nothing : { code: reading.value, kind: 'raw', reading }
}

/** Code that reports an input that an expression cannot use; one without a place of its own is told from others by where the expression stands, and in what it is read. */
export function unusable(value: Value, expr: Expr, site: Site, code: 'TYPE' | 'DECIMAL', expected: string, found: Code): Code {
  const { reading, sensitive = false, choice = computedBy(expr, site) } = value
  return failure(site.c, site.target, reading ?? { ...choice, sensitive }, { code, expected }, found)
}

const computedBy = (expr: Expr, { scope, at }: Site): Pick<Reading, 'base' | 'items'> => ({
  base: [...scope.base, { kind: 'computed', at: `${at.join('.')} ${expr.at}` }],
  items: scope.items,
})

export const typeFault = (site: Site, expr: Expr, message: string): void =>
  site.c.faults.add('E_TYPE', { at: site.at, inText: expr.at }, site.target.rule, message)

/** Asks whether there is nothing to work on; what was just read has not failed yet. */
const missing = ({ code: v, reading }: Value): Code =>
  reading === undefined ? code`${v} === undefined || ${v} === null` : code`${v} === undefined`

/** The value as a decimal; a raw one is checked when it is read. */
export function decimalOf(value: Value, expr: Expr, site: Site): Code {
  if (value.kind === 'decimal') return value.code
  if (value.kind === 'integer') return code`whole(${value.code})`
  if (value.kind !== 'raw') {
    typeFault(
      site,
      expr,
      `a number is needed here, not ${value.kind === 'text' ? "text (text is joined with join(' ', a, b))" : 'true or false'}`,
    )
    return code`undefined`
  }
  return rawDecimal(value, site, () => unusable(value, expr, site, 'DECIMAL', 'decimal', value.code))
}

/** A raw value as a decimal, read once; `bad` reports one that is none. */
export function rawDecimal(value: Value, { c, block }: Pick<Site, 'c' | 'block'>, bad: () => Code): Code {
  const v = value.code
  return once(block, `decimal ${v.source}`, c.unit, 'd', () => code`${missing(value)} ? ${v} : toExact(${v}) ?? ${bad()}`)
}

/** The value as true or false; no value is false. */
export function booleanOf(value: Value, expr: Expr, site: Site): Code {
  if (value.kind === 'boolean') return value.code
  if (value.kind !== 'raw') {
    typeFault(site, expr, 'a condition is needed here, like a == b or has(path)')
    return code`false`
  }
  const v = value.code
  const bad = unusable(value, expr, site, 'TYPE', 'true or false', v)
  return once(
    site.block,
    `boolean ${v.source}`,
    site.c.unit,
    'v',
    () => code`${v} === true || ${v} !== undefined && ${v} !== null && ${v} !== false && ${bad} !== null`,
  )
}

/** The value as text; undefined and null stay. */
export function textOf(value: Value, expr: Expr, site: Site): Code {
  const v = value.code
  if (value.kind === 'text') return v
  if (value.kind === 'decimal') return code`maybeText(${v})`
  if (value.kind !== 'raw') return code`String(${v})`
  const bad = unusable(value, expr, site, 'TYPE', 'text, a number or true/false', v)
  return once(
    site.block,
    `text ${v.source}`,
    site.c.unit,
    't',
    () => code`typeof ${v} === "string" || ${missing(value)} ? ${v} : textOf(${v}) ?? ${bad}`,
  )
}

/** The value as JSON, for the result: a decimal becomes text. */
export const jsonOf = (value: Value, { block, c }: Pick<Site, 'block' | 'c'>): Code =>
  value.kind === 'decimal'
    ? once(block, `json ${value.code.source}`, c.unit, 't', () => code`${value.code} ? formatExact(${value.code}) : ${value.code}`)
    : value.code

function emitMinus(of: Expr, site: Site): Value {
  const value = emitExpr(of, site)
  return { code: code`negate(${decimalOf(value, of, site)})`, kind: 'decimal', always: isSure(value) }
}

function emitArithmetic(sign: ArithmeticSign, left: Expr, right: Expr, site: Site): Value {
  const one = emitExpr(left, site)
  const a = decimalOf(one, left, site)
  const other = emitExpr(right, site)
  const b = decimalOf(other, right, site)
  const name = sign === '+' ? code`add` : sign === '-' ? code`subtract` : code`multiply`
  return {
    code: once(site.block, `${name.source}(${a.source},${b.source})`, site.c.unit, 'd', () => code`${name}(${a}, ${b})`),
    kind: 'decimal',
    always: isSure(one) && isSure(other),
  }
}

/** A boolean and a number that was counted are always there. */
export const isSure = (value: Value): boolean => value.always === true || value.kind === 'boolean' || value.kind === 'integer'

/** Text that equals nothing but itself: no number has it. */
const isWord = (expr: Expr): boolean => expr.op === 'text' && toExact(expr.value) === null

const isNumber = (value: Value): boolean => value.kind === 'decimal' || value.kind === 'integer'

function emitCompare(sign: ComparisonSign, left: Expr, right: Expr, site: Site): Value {
  const a = emitExpr(left, site)
  const b = emitExpr(right, site)
  const mixed = (one: Value, other: Value): boolean => isNumber(one) && (other.kind === 'text' || other.kind === 'boolean')
  if (mixed(a, b) || mixed(b, a)) typeFault(site, right, 'a number is compared with text; write the number without quotes, or text(number)')
  const asNumbers = isNumber(a) || isNumber(b)
  if (sign === '==' || sign === '!=') {
    const loose = (value: Value, expr: Expr): Code =>
      value.kind === 'raw'
        ? (knownIn(site.block, `decimal ${value.code.source}`) ?? code`toExact(${value.code})`)
        : decimalOf(value, expr, site)
    const equal = asNumbers
      ? code`equal(${loose(a, left)}, ${loose(b, right)})`
      : isWord(left) || isWord(right)
        ? code`(${a.code} === ${b.code})`
        : code`same(${a.code}, ${b.code})`
    return { code: sign === '==' ? equal : code`!${equal}`, kind: 'boolean' }
  }
  if (a.kind === 'boolean' || b.kind === 'boolean') typeFault(site, right, `true and false have no order; '${sign}' needs numbers or text`)
  const order = asNumbers ? code`order(${decimalOf(a, left, site)}, ${decimalOf(b, right, site)})` : code`orderRaw(${a.code}, ${b.code})`
  const test = sign === '<' ? code`< 0` : sign === '<=' ? code`<= 0` : sign === '>' ? code`> 0` : code`>= 0`
  return { code: code`${order} ${test}`, kind: 'boolean' }
}

function emitLogic(op: 'and' | 'or', left: Expr, right: Expr, site: Site): Value {
  const a = booleanOf(emitExpr(left, site), left, site)
  const inner = createBlock(site.block)
  const b = booleanOf(emitExpr(right, { ...site, block: inner }), right, { ...site, block: inner })
  if (inner.lines.length === 0) return { code: op === 'and' ? code`(${a} && ${b})` : code`(${a} || ${b})`, kind: 'boolean' }
  const t = site.c.unit.name('t')
  const test = op === 'and' ? code`${t}` : code`!${t}`
  site.block.lines.push(code`let ${t} = ${a}; if (${test}) { ${lines(inner)} ${t} = ${b}; }`)
  return { code: t, kind: 'boolean' }
}

/** The kind that holds both; a number beside a raw value makes it a number. */
function common(a: Kind, b: Kind): Kind {
  if (a === b) return a
  const numeric = (kind: Kind): boolean => kind === 'decimal' || kind === 'integer'
  if ((numeric(a) && (numeric(b) || b === 'raw')) || (numeric(b) && a === 'raw')) return 'decimal'
  return 'raw'
}
const asKind = (value: Value, kind: Kind, expr: Expr, site: Site): Code =>
  kind === value.kind ? value.code : kind === 'decimal' ? decimalOf(value, expr, site) : jsonOf(value, site)

const hides = ({ reading, sensitive }: Value): boolean => sensitive === true || reading?.sensitive === true

function emitElse(expr: Expr & { readonly left: Expr; readonly right: Expr }, site: Site): Value {
  const { left, right } = expr
  const a = emitExpr(left, site)
  const inner: Site = { ...site, block: createBlock(site.block) }
  const b = emitExpr(right, inner)
  const kind = common(a.kind, b.kind)
  const t = site.c.unit.name('t')
  const first = asKind(a, kind, left, site)
  const second = asKind(b, kind, right, inner)
  site.block.lines.push(code`let ${t} = ${first}; if (${t} === undefined) { ${lines(inner.block)} ${t} = ${second}; }`)
  return {
    code: t,
    kind,
    sensitive: hides(a) || hides(b),
    always: isSure(a) || isSure(b),
    ...(kind === 'raw' && { choice: computedBy(expr, site) }),
  }
}

function branches(test: Code, expr: Expr & { readonly op: 'choose' }, site: Site): Value {
  const { yes, no } = expr
  const yesSite: Site = { ...site, block: createBlock(site.block) }
  const noSite: Site = { ...site, block: createBlock(site.block) }
  const a = emitExpr(yes, yesSite)
  const b = emitExpr(no, noSite)
  const kind = common(a.kind, b.kind)
  const t = site.c.unit.name('t')
  const first = asKind(a, kind, yes, yesSite)
  const second = asKind(b, kind, no, noSite)
  site.block.lines.push(
    joinCode(
      [code`let ${t}; if (${test}) { ${lines(yesSite.block)} ${t} = ${first}; }`, code`else { ${lines(noSite.block)} ${t} = ${second}; }`],
      '\n',
    ),
  )
  return {
    code: t,
    kind,
    sensitive: hides(a) || hides(b),
    always: isSure(a) && isSure(b),
    ...(kind === 'raw' && { choice: computedBy(expr, site) }),
  }
}
