import { type Code, code, createBlock, joinCode, lines, once, quote } from './code.ts'
import { booleanOf, decimalOf, emitExpr, isSure, type Site, textOf, typeFault, unusable, type Value } from './emit-expression.ts'
import { functions, maxCut, maxDigits, roundings } from './functions.ts'
import type { Expr } from './grammar.ts'
import { itemsAt } from './schema-path.ts'
import { failure, reachPath, type Scope } from './scope.ts'

/** Emits a call of one of the functions of the grammar; their number of arguments is checked by the parser. */
export function emitCall(name: string, args: readonly Expr[], call: Expr, site: Site): Value {
  const [first, second, third] = args
  const kind = functions.get(name)?.gives ?? 'raw'
  const decimal = (expr: Expr | undefined): Code => (expr === undefined ? code`undefined` : decimalOf(emitExpr(expr, site), expr, site))
  const text = (expr: Expr | undefined): Code => (expr === undefined ? code`undefined` : textOf(emitExpr(expr, site), expr, site))
  const keep = (value: Code, always = false): Value => ({
    code: once(site.block, value.source, site.c.unit, 't', () => value),
    kind,
    always,
  })
  /** what is made of one value is there where that is */
  const made = (read: typeof decimalOf, make: (value: Code) => Code): Value => {
    if (first === undefined) return keep(make(code`undefined`))
    const value = emitExpr(first, site)
    return keep(make(read(value, first, site)), isSure(value))
  }
  switch (name) {
    case 'has':
      return emitHas(first, site)
    case 'position': {
      if (site.scope.position !== undefined) return { code: site.scope.position, kind }
      typeFault(site, call, 'position() stands only inside each, sum or count')
      return { code: code`0`, kind }
    }
    case 'sum':
    case 'count':
      return emitOver(name, first, second, call, site)
    case 'join':
      return keep(emitJoin(first?.op === 'text', args.map(text), site.target.like))
    case 'text':
      return made(textOf, (value) => value)
    case 'upper':
      return made(textOf, (value) => code`upper(${value})`)
    case 'lower':
      return made(textOf, (value) => code`lower(${value})`)
    case 'cut':
      return made(textOf, (value) => code`cut(${value}, ${lengthOf(second, site)})`)
    case 'round':
      return made(decimalOf, (value) => code`round(${value}, ${digitsOf(second, site)}, ${roundingOf(third, site)})`)
    case 'abs':
      return made(decimalOf, (value) => code`absolute(${value})`)
    case 'percent':
      return made(decimalOf, (value) => code`percent(${value})`)
    case 'min':
    case 'max':
      return keep(code`extreme(${name === 'min' ? -1 : 1}, [${joinCode(args.map(decimal), ',')}])`)
    default: {
      if (first === undefined || second === undefined) return { code: code`undefined`, kind }
      const of = (value: Code): Code => once(site.block, `of ${value.source}`, site.c.unit, 'd', () => value)
      const a = of(decimal(first))
      const divisor = emitExpr(second, site)
      const b = of(decimalOf(divisor, second, site))
      const bad = unusable(divisor, call, site, 'DECIMAL', 'a divisor other than zero', code`"0"`)
      return keep(
        code`${a} && ${b} ? divide(${a}, ${b}, ${digitsOf(third, site)}) ?? ${bad} : ${a} === null || ${b} === null ? null : undefined`,
      )
    }
  }
}

/** Texts joined in pairs where the separator stands in the file; a list is made only where it is computed. */
function emitJoin(isFixed: boolean, [separator = code`undefined`, ...texts]: readonly Code[], like: Code | undefined): Code {
  if (!isFixed) return code`join(${separator}, [${joinCode(texts, ',')}])`
  const [a, b] = texts
  if (like !== undefined && texts.length === 2 && a !== undefined && b !== undefined)
    return code`joinLike(${separator}, ${a}, ${b}, ${like})`
  return texts.reduce((all, next) => code`joinTwo(${separator}, ${all}, ${next})`)
}

function digitsOf(expr: Expr | undefined, site: Site): number {
  const digits = expr?.op === 'number' && /^\d{1,2}$/.test(expr.value) ? Number(expr.value) : -1
  if (digits >= 0 && digits <= maxDigits) return digits
  if (expr !== undefined) typeFault(site, expr, `write the number of digits, 0 to ${maxDigits}`)
  return 0
}

function lengthOf(expr: Expr | undefined, site: Site): number {
  const length = expr?.op === 'number' && /^\d{1,5}$/.test(expr.value) ? Number(expr.value) : 0
  if (length >= 1 && length <= maxCut) return length
  if (expr !== undefined) typeFault(site, expr, `write the number of characters, 1 to ${maxCut}`)
  return 1
}

function roundingOf(expr: Expr | undefined, site: Site): Code {
  const found = expr?.op === 'text' ? roundings.find((rounding) => rounding === expr.value) : undefined
  if (expr !== undefined && found === undefined)
    typeFault(site, expr, `write how to round: ${roundings.map((name) => `'${name}'`).join(', ')}`)
  return quote(found ?? 'half-up')
}

function emitHas(expr: Expr | undefined, site: Site): Value {
  if (expr?.op !== 'path') {
    if (expr !== undefined) typeFault(site, expr, 'has() asks whether a path has a value')
    return { code: code`false`, kind: 'boolean' }
  }
  const value = emitExpr(expr, site)
  return { code: value.kind === 'boolean' ? value.code : code`(${value.code} !== undefined && ${value.code} !== null)`, kind: 'boolean' }
}

/** sum and count: a loop over the items of a list, each a scope of its own. A missing list has no items. */
function emitOver(name: 'sum' | 'count', listExpr: Expr | undefined, itemExpr: Expr | undefined, call: Expr, site: Site): Value {
  const { c, scope, block, target, at } = site
  const kind = functions.get(name)?.gives ?? 'raw'
  if (listExpr?.op !== 'path') {
    if (listExpr !== undefined) typeFault(site, listExpr, `${name}() needs the path of a list first`)
    return { code: name === 'sum' ? code`zero` : code`0`, kind }
  }
  const reading = reachPath(c, scope, block, listExpr.path, at, listExpr.at, target.rule)
  const t = c.unit.name('t')
  const i = c.unit.name('i')
  const item = c.unit.name('v')
  if (reading === undefined) return { code: code`undefined`, kind }
  const inner = createBlock(block)
  const itemScope: Scope = {
    parent: scope,
    value: item,
    isObject: c.objectItems.has(call),
    base: [...reading.base, { kind: 'item' }],
    cursor: itemsAt(reading.cursor),
    sensitive: reading.sensitive,
    lets: undefined,
    items: [...reading.items, i],
    position: code`(${i} + 1)`,
  }
  const itemSite: Site = { ...site, scope: itemScope, block: inner }
  const step = overStep(name, itemExpr, itemSite, t)
  const list = reading.value
  const bad = failure(c, target, reading, { code: 'TYPE', expected: 'a list' }, list)
  const full = failure(c, target, reading, { code: 'LIMIT', expected: 'fewer list items in one document' }, code`undefined`)
  const start = name === 'sum' ? code`zero` : code`0`
  const failed = name === 'sum' ? code`${t} = null;` : code``
  const visit = code`${lines(inner)} ${step}`
  const visited =
    itemScope.isObject === true
      ? code`if (isObject(${item})) { ${visit} } else if (${item} !== null && ${item} !== "") { ${failure(c, target, itemScope, { code: 'TYPE', expected: 'an object' }, item)}; ${failed} }`
      : visit
  block.lines.push(code`let ${t} = ${start};
if (isList(${list})) {
  if ((run.left -= ${list}.length) < 0) ${full};
  else for (let ${i} = 0; ${i} < ${list}.length; ${i}++) { const ${item} = ${list}[${i}]; ${visited} }
} else if (${list} !== undefined) { ${bad}; ${t} = ${name === 'sum' ? code`null` : code`0`}; }`)
  return { code: t, kind, always: true }
}

function overStep(name: 'sum' | 'count', itemExpr: Expr | undefined, site: Site, t: Code): Code {
  if (itemExpr === undefined) return code`${t}++;`
  const value = emitExpr(itemExpr, site)
  if (name === 'count') return code`if (${booleanOf(value, itemExpr, site)}) ${t}++;`
  const d = decimalOf(value, itemExpr, site)
  return code`if (${d} !== undefined) ${t} = add(${t}, ${d});`
}
