import type { Json } from '../../model/json.ts'
import { Refusal } from './refusal.ts'

export type Condition = (field: (name: string) => Json) => boolean

const token = /\s*(?:(\(|\)|,|>=|<=|<>|=|>|<)|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*))/y

/** A FilterString: comparisons of a field with a value, `in`, `like`, `and`, `or`, brackets. Names are gathered in `fields`. @throws Refusal for anything else */
export function readFilter(text: string, fields: Set<string>): Condition {
  token.lastIndex = 0
  const tokens: { readonly kind: 'sign' | 'value' | 'name'; readonly text: string }[] = []
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text)
    if (found === null) throw new Refusal(0, `过滤条件不正确: ${text.slice(0, 200)}`)
    const [, sign, quoted, number, name] = found
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else tokens.push({ kind: 'value', text: quoted?.replaceAll("''", "'") ?? number ?? '' })
  }
  let place = 0
  const fail = () => new Refusal(0, `过滤条件不正确: ${text.slice(0, 200)}`)
  const word = (name: string): boolean => {
    const here = tokens[place]
    if (here?.kind !== 'name' || here.text.toLowerCase() !== name) return false
    place++
    return true
  }
  const sign = (name: string): boolean => {
    const is = tokens[place]?.kind === 'sign' && tokens[place]?.text === name
    if (is) place++
    return is
  }
  const value = (): string => {
    const here = tokens[place++]
    if (here?.kind !== 'value') throw fail()
    return here.text
  }
  const list = (): readonly string[] => {
    if (!sign('(')) throw fail()
    const values = [value()]
    while (sign(',')) values.push(value())
    if (!sign(')')) throw fail()
    return values
  }
  const either = (): Condition => {
    const parts = [both()]
    while (word('or')) parts.push(both())
    return (row) => parts.some((part) => part(row))
  }
  const both = (): Condition => {
    const parts = [single()]
    while (word('and')) parts.push(single())
    return (row) => parts.every((part) => part(row))
  }
  const single = (): Condition => {
    if (sign('(')) {
      const inner = either()
      if (!sign(')')) throw fail()
      return inner
    }
    const name = tokens[place++]
    if (name?.kind !== 'name') throw fail()
    fields.add(name.text)
    if (word('in')) {
      const wanted = new Set(list())
      return (row) => row(name.text) !== null && wanted.has(String(row(name.text)))
    }
    if (word('like')) {
      const pattern = likeness(value())
      return (row) => typeof row(name.text) === 'string' && pattern.test(String(row(name.text)))
    }
    const operator = tokens[place++]
    const wanted = value()
    if (operator?.kind !== 'sign') throw fail()
    return (row) => compare(row(name.text), operator.text, wanted)
  }
  if (tokens.length === 0) return () => true
  const whole = either()
  if (place < tokens.length) throw fail()
  return whole
}

function compare(found: Json, operator: string, value: string): boolean {
  if (found === null) return false
  const order =
    typeof found === 'number' && value !== '' && !Number.isNaN(Number(value)) ? found - Number(value) : byText(String(found), value)
  return { '=': order === 0, '<>': order !== 0, '>': order > 0, '<': order < 0, '>=': order >= 0, '<=': order <= 0 }[operator] ?? false
}
/** `%` stands for any text. */
const likeness = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('%')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
  )
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
