/** A piece of an expression or path. `at` is its place in the text. */
export type Token =
  | { readonly kind: 'number' | 'text' | 'name' | 'sign'; readonly value: string; readonly at: number }
  | { readonly kind: 'end'; readonly value: ''; readonly at: number }

/** A text that cannot be read as an expression or path, with the place in it. Only the parser throws and catches it. */
export class GrammarError extends Error {
  override readonly name = 'GrammarError'
  readonly code: string
  readonly at: number
  readonly suggestion: string | undefined

  constructor(message: string, at: number, code = 'E_SYNTAX', suggestion?: string) {
    super(message)
    this.code = code
    this.at = at
    this.suggestion = suggestion
  }
}

/** Longest expression or path. */
export const maxExpressionLength = 2_000
const maxTokens = 500
const maxDigits = 40

const number = /[0-9]+(?:\.[0-9]+)?/y
const name = /[\p{L}_][\p{L}\p{N}_]*/uy
const pathName = /[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*/uy
const sign = /&&|\|\||==|!=|<=|>=|\?\?|[-+*/%!<>=?:(),.[\]$^@]/y
const space = /[ \t\r\n]+/y

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Cuts a text into tokens. In a path a name may hold hyphens (`x-total`); in an expression they mean minus. */
export function tokenize(text: string, mode: 'path' | 'expression'): Token[] {
  if (text.length > maxExpressionLength)
    throw new GrammarError(`longer than ${maxExpressionLength} characters; split it with "let"`, 0, 'E_LIMIT')
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const blank = matchAt(space, text, at)
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    if (tokens.length >= maxTokens) throw new GrammarError(`more than ${maxTokens} parts; split it with "let"`, at, 'E_LIMIT')
    const token = tokenAt(text, at, mode)
    tokens.push(token.token)
    at = token.end
  }
  tokens.push({ kind: 'end', value: '', at: text.length })
  return tokens
}

function tokenAt(text: string, at: number, mode: 'path' | 'expression'): { readonly token: Token; readonly end: number } {
  const c = text[at] ?? ''
  if (c === "'") return textAt(text, at)
  const digits = matchAt(number, text, at)
  if (digits !== undefined) {
    const end = at + digits.length
    if (matchAt(name, text, end) !== undefined)
      throw new GrammarError(`'${text.slice(at, end + 6)}' is not a number; write digits and a point, like 12.50`, at)
    if (digits.length > maxDigits) throw new GrammarError(`a number has at most ${maxDigits} digits`, at, 'E_LIMIT')
    return { token: { kind: 'number', value: digits, at }, end }
  }
  const word = matchAt(mode === 'path' ? pathName : name, text, at)
  if (word !== undefined) return { token: { kind: 'name', value: word, at }, end: at + word.length }
  const mark = matchAt(sign, text, at)
  if (mark !== undefined) return { token: { kind: 'sign', value: mark, at }, end: at + mark.length }
  if (c === '"') throw new GrammarError("write text in single quotes: 'like this'", at)
  if (c === '&' || c === '|') throw new GrammarError(`write '${c}${c}' for ${c === '&' ? 'and' : 'or'}`, at)
  throw new GrammarError(`unexpected '${String.fromCodePoint(text.codePointAt(at) ?? 0)}'`, at)
}

function textAt(text: string, start: number): { readonly token: Token; readonly end: number } {
  let value = ''
  for (let i = start + 1; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === "'") return { token: { kind: 'text', value, at: start }, end: i + 1 }
    if (c !== '\\') value += c
    else {
      const next = text[++i] ?? ''
      if (next !== "'" && next !== '\\') throw new GrammarError(`after a backslash only ' or \\ may stand`, i)
      value += next
    }
  }
  throw new GrammarError("this text has no closing '", start)
}
