import { functions } from './functions.ts'
import { GrammarError, type Token, tokenize } from './lexer.ts'
import { didYouMean } from './nearest.ts'
import { forbiddenNames, type Path, type PathRoot, type Segment } from './path.ts'

export type ComparisonSign = '==' | '!=' | '<' | '<=' | '>' | '>='
export type ArithmeticSign = '+' | '-' | '*'

/** A parsed expression. `at` is the place in its text, for faults. */
export type Expr =
  | { readonly op: 'number'; readonly value: string; readonly at: number }
  | { readonly op: 'text'; readonly value: string; readonly at: number }
  | { readonly op: 'boolean'; readonly value: boolean; readonly at: number }
  | { readonly op: 'path'; readonly path: Path; readonly at: number }
  | { readonly op: 'minus' | 'not'; readonly of: Expr; readonly at: number }
  | { readonly op: 'arithmetic'; readonly sign: ArithmeticSign; readonly left: Expr; readonly right: Expr; readonly at: number }
  | { readonly op: 'compare'; readonly sign: ComparisonSign; readonly left: Expr; readonly right: Expr; readonly at: number }
  | { readonly op: 'and' | 'or' | 'else'; readonly left: Expr; readonly right: Expr; readonly at: number }
  | { readonly op: 'choose'; readonly test: Expr; readonly yes: Expr; readonly no: Expr; readonly at: number }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly Expr[]; readonly at: number }

const maxDepth = 32
const strength: Readonly<Record<string, number>> = {
  '?': 1,
  '??': 2,
  '||': 3,
  '&&': 4,
  '==': 5,
  '!=': 5,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '%': 8,
}
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

interface Reader {
  readonly tokens: readonly Token[]
  next: number
  depth: number
}

/**
 * Parses an expression (a near-subset of CEL; docs/mapping.md).
 * @throws GrammarError with the place.
 */
export function parseExpression(text: string): Expr {
  const reader: Reader = { tokens: tokenize(text, 'expression'), next: 0, depth: 0 }
  const expr = readExpr(reader, 0)
  expectEnd(reader)
  return expr
}

/**
 * Parses a path (`parties[role='ST'].name`, `$.currency`, `^.id`, `@.books`, `.`).
 * @throws GrammarError with the place.
 */
export function parsePath(text: string): Path {
  const reader: Reader = { tokens: tokenize(text, 'path'), next: 0, depth: 0 }
  const path = readPath(reader)
  const rest = peek(reader)
  if (rest.kind === 'sign' && rest.value !== '.')
    throw new GrammarError(`a path cannot hold '${rest.value}'; write an expression as {"expr": …}`, rest.at)
  expectEnd(reader)
  return path
}

const end: Token = { kind: 'end', value: '', at: 0 }
const peek = (reader: Reader): Token => reader.tokens[reader.next] ?? end
function take(reader: Reader): Token {
  const token = peek(reader)
  reader.next++
  return token
}
const isSign = (token: Token, value: string): boolean => token.kind === 'sign' && token.value === value
function expect(reader: Reader, value: string): void {
  const token = take(reader)
  if (!isSign(token, value)) throw new GrammarError(`expected '${value}' but found ${shown(token)}`, token.at)
}
function expectEnd(reader: Reader): void {
  const token = peek(reader)
  if (token.kind !== 'end') throw new GrammarError(`unexpected ${shown(token)}`, token.at)
}
const shown = (token: Token): string => (token.kind === 'end' ? 'the end' : `'${token.value}'`)

function readExpr(reader: Reader, floor: number): Expr {
  if (++reader.depth > maxDepth) throw new GrammarError(`nested deeper than ${maxDepth} levels`, peek(reader).at, 'E_LIMIT')
  let left = readPrefix(reader)
  for (;;) {
    const token = peek(reader)
    const power = token.kind === 'sign' ? strength[token.value] : undefined
    if (power === undefined || power <= floor) break
    reader.next++
    left = readInfix(reader, left, token, power)
  }
  reader.depth--
  return left
}

function readInfix(reader: Reader, left: Expr, token: Token, power: number): Expr {
  const { at } = token
  const sign = token.value
  if (sign === '/') throw new GrammarError('division needs a scale: write div(a, b, scale)', at, 'E_DIV')
  if (sign === '%') throw new GrammarError("there is no '%'; for a fraction as percent write percent(x)", at)
  if (sign === '?') {
    const yes = readExpr(reader, 0)
    expect(reader, ':')
    return { op: 'choose', test: left, yes, no: readExpr(reader, power - 1), at }
  }
  if (sign === '??') return { op: 'else', left, right: readExpr(reader, power - 1), at }
  const right = readExpr(reader, power)
  if (sign === '&&') return { op: 'and', left, right, at }
  if (sign === '||') return { op: 'or', left, right, at }
  if (comparisons.has(sign)) {
    if (left.op === 'compare') throw new GrammarError("comparisons do not chain; join them with '&&'", at)
    return { op: 'compare', sign: sign as ComparisonSign, left, right, at }
  }
  return { op: 'arithmetic', sign: sign as ArithmeticSign, left, right, at }
}

function readPrefix(reader: Reader): Expr {
  const token = peek(reader)
  const { at } = token
  if (token.kind === 'number' || token.kind === 'text') {
    reader.next++
    return { op: token.kind, value: token.value, at }
  }
  if (token.kind === 'name') {
    if (token.value === 'true' || token.value === 'false') {
      reader.next++
      return { op: 'boolean', value: token.value === 'true', at }
    }
    if (token.value === 'null') throw new GrammarError('there is no null: ask has(path) or !has(path)', at)
    const after = reader.tokens[reader.next + 1]
    if (after !== undefined && isSign(after, '(')) return readCall(reader, token)
    return { op: 'path', path: readPath(reader), at }
  }
  if (isSign(token, '-') || isSign(token, '!')) {
    reader.next++
    if (++reader.depth > maxDepth) throw new GrammarError(`nested deeper than ${maxDepth} levels`, at, 'E_LIMIT')
    const of = readExpr(reader, 8)
    reader.depth--
    return { op: token.value === '-' ? 'minus' : 'not', of, at }
  }
  if (isSign(token, '(')) {
    reader.next++
    const inner = readExpr(reader, 0)
    expect(reader, ')')
    return inner
  }
  if (isSign(token, '=')) throw new GrammarError("write '==' to compare", at)
  return { op: 'path', path: readPath(reader), at }
}

function readCall(reader: Reader, token: Token): Expr {
  const name = token.value
  const known = functions.get(name)
  if (known === undefined)
    throw new GrammarError(`there is no function '${name}'`, token.at, 'E_FUNCTION', didYouMean(name, functions.keys()))
  reader.next += 2
  const args: Expr[] = []
  while (!isSign(peek(reader), ')')) {
    if (args.length > 0) expect(reader, ',')
    args.push(readExpr(reader, 0))
  }
  reader.next++
  if (args.length < known.least || args.length > known.most) throw new GrammarError(`write ${known.usage}`, token.at, 'E_FUNCTION')
  return { op: 'call', name, args, at: token.at }
}

function readPath(reader: Reader): Path {
  const first = peek(reader)
  let root: PathRoot = { kind: 'here' }
  const segments: Segment[] = []
  if (first.kind === 'name') {
    reader.next++
    segments.push(nameSegment(first))
  } else if (isSign(first, '$')) {
    reader.next++
    root = { kind: 'document' }
  } else if (isSign(first, '@')) {
    reader.next++
    root = { kind: 'context' }
  } else if (isSign(first, '^')) root = readUp(reader)
  else if (isSign(first, '.')) {
    reader.next++
    return { root, segments }
  } else if (!isSign(first, '[')) throw new GrammarError(`expected a value but found ${shown(first)}`, first.at)
  for (;;) {
    const token = peek(reader)
    if (isSign(token, '.')) {
      reader.next++
      segments.push(nameSegment(take(reader)))
    } else if (isSign(token, '[')) {
      reader.next++
      segments.push(readBracket(reader))
    } else return { root, segments }
  }
}

function readUp(reader: Reader): PathRoot {
  let levels = 0
  for (;;) {
    reader.next++
    levels++
    const after = reader.tokens[reader.next + 1]
    if (!isSign(peek(reader), '.') || after === undefined || !isSign(after, '^')) return { kind: 'up', levels }
    reader.next++
  }
}

function nameSegment(token: Token): Segment {
  if (token.kind !== 'name') throw new GrammarError(`expected a name but found ${shown(token)}; unusual names go in ['…']`, token.at)
  return { kind: 'name', name: allowed(token) }
}

function allowed(token: Token): string {
  if (forbiddenNames.has(token.value)) throw new GrammarError(`the name '${token.value}' is not allowed`, token.at, 'E_NAME')
  return token.value
}

function readBracket(reader: Reader): Segment {
  const token = take(reader)
  let segment: Segment
  if (token.kind === 'text') segment = { kind: 'name', name: allowed(token) }
  else if (token.kind === 'number') {
    if (!/^[0-9]{1,6}$/.test(token.value)) throw new GrammarError(`'${token.value}' is no place in a list; the first is [0]`, token.at)
    segment = { kind: 'index', index: Number(token.value) }
  } else if (token.kind === 'name') {
    const equal = take(reader)
    if (!isSign(equal, '=') && !isSign(equal, '=='))
      throw new GrammarError(`expected [${token.value}='…'] to pick a list item, or ['${token.value}'] for a field`, equal.at)
    const value = take(reader)
    if (value.kind === 'end' || value.kind === 'sign') throw new GrammarError(`expected a code but found ${shown(value)}`, value.at)
    segment = { kind: 'match', name: allowed(token), value: value.value }
  } else throw new GrammarError(`expected a code, name or number in [ ] but found ${shown(token)}`, token.at)
  expect(reader, ']')
  return segment
}
