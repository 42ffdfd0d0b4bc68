import { reject } from '../../model/errors.ts'
import { type CheckMethod, checkWidth } from './check.ts'
import type { NumberPattern } from './pattern.ts'

export type Reset = 'never' | 'year' | 'month' | 'day'
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly form: string; readonly zone: string }
  | { readonly kind: 'seq'; readonly width: number; readonly reset: Reset }
  | { readonly kind: 'check'; readonly method: CheckMethod }

/** A format that was read: what numbers look like, and how many there can be in one period of its sequence. */
export interface NumberFormat {
  readonly parts: readonly Part[]
  readonly alphabet: string
  readonly reset: Reset
  readonly zone: string
  readonly length: number
  /** sequences 1 to this one */
  readonly capacity: number
}

export const alphabets: Readonly<Record<string, string>> = { digits: '0123456789', crockford: '0123456789ABCDEFGHJKMNPQRSTVWXYZ' }
const mostNumbers = 1_000_000_000_000_000
/** Parts of the time that a period needs, so that a sequence that begins anew makes other numbers. */
const needs: Readonly<Record<Reset, readonly string[]>> = { never: [], year: ['yy'], month: ['yy', 'MM'], day: ['yy', 'MM', 'dd'] }

/**
 * Reads a format: text, and tokens `{biz}`, `{shop}` (fixed values of the scheme), `{ts:yyyyMMdd,Asia/Shanghai}`, `{seq:6,day}` (once), `{check:mod97}` or `{check:luhn}` (last, over what stands before it).
 * @throws HubError `number-scheme` (reject) that says what is wrong and what to write
 */
export function readFormat(
  text: string,
  given: { readonly alphabet: string; readonly values: Readonly<Record<string, string>>; readonly maxLength: number },
): NumberFormat {
  const alphabet = alphabets[given.alphabet] ?? given.alphabet
  if (!/^[0-9A-Za-z]{2,62}$/.test(alphabet) || new Set(alphabet).size !== alphabet.length)
    throw wrong(`the alphabet '${given.alphabet}' must be one of ${Object.keys(alphabets).join(', ')}, or letters and digits, each once`)
  const parts = [...text.matchAll(/\{([^{}]*)\}|([^{}]+)|([{}])/g)].map(([, token, plain]): Part => {
    if (plain !== undefined) return plainText(plain)
    if (token === undefined) throw wrong(`'${text}' has a brace without its other one`)
    return readToken(token, given.values)
  })
  const sequences = parts.filter((part) => part.kind === 'seq')
  const [seq] = sequences
  if (seq === undefined || sequences.length > 1) throw wrong(`'${text}' needs one sequence, like {seq:6,never}`)
  const times = parts.filter((part) => part.kind === 'time')
  const shown = times.map(({ form }) => form).join()
  if (new Set(times.map(({ zone }) => zone)).size > 1) throw wrong(`'${text}' has times of two zones: write one`)
  const lacking = needs[seq.reset].filter((part) => !shown.includes(part))
  if (lacking.length > 0)
    throw wrong(`the sequence begins anew each ${seq.reset}, so the number has to show it: {ts:…} lacks ${lacking.join(', ')}`)
  const checks = parts.filter((part) => part.kind === 'check')
  const [check] = checks
  if (checks.length > 1 || (check !== undefined && parts.at(-1) !== check)) throw wrong('{check:…} stands once, at the end')
  const fixed = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
  if (check?.method === 'luhn' && (/[A-Za-z]/.test(fixed) || /[A-Za-z]/.test(alphabet)))
    throw wrong('Luhn counts digits only: use {check:mod97}, or leave letters out')
  const length = parts.reduce((sum, part) => sum + widthOf(part), 0)
  if (length > given.maxLength) throw wrong(`a number has ${length} characters, and ${given.maxLength} are allowed`)
  const capacity = alphabet.length ** seq.width - 1
  if (capacity > mostNumbers) throw wrong(`a sequence of ${seq.width} characters has more than ${mostNumbers} numbers: make it shorter`)
  return { parts, alphabet, reset: seq.reset, zone: times[0]?.zone ?? 'UTC', length, capacity }
}

/** What the numbers made at one time (epoch ms) look like. */
export const patternOf = ({ parts, alphabet }: NumberFormat, at: number): NumberPattern => ({
  parts: parts.map((part) => {
    if (part.kind === 'time') return { kind: 'text', text: timeText(part.form, part.zone, at) }
    return part.kind === 'seq' ? { kind: 'seq', width: part.width } : part
  }),
  alphabet,
})

/** The period of the sequence that a time belongs to; '' where it never begins anew. */
export function periodOf({ reset, zone }: NumberFormat, at: number): string {
  const form = { never: '', year: 'yyyy', month: 'yyyyMM', day: 'yyyyMMdd' }[reset]
  return form === '' ? '' : timeText(form, zone, at)
}

const longestMs: Readonly<Record<Reset, number>> = { never: 0, year: 367 * 86_400_000, month: 32 * 86_400_000, day: 2 * 86_400_000 }

/** When the period of a time ends, epoch ms; undefined where it never does. */
export function periodEnd(format: NumberFormat, at: number): number | undefined {
  if (format.reset === 'never') return undefined
  const period = periodOf(format, at)
  let [within, beyond] = [at, at + longestMs[format.reset]]
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2)
    if (periodOf(format, middle) === period) within = middle
    else beyond = middle
  }
  return beyond
}

const wrong = (message: string) => reject('number-scheme', message)

function plainText(text: string): Part {
  if (!/^[0-9A-Za-z._/-]+$/.test(text)) throw wrong(`'${text}' may hold letters, digits and . _ / - only`)
  return { kind: 'text', text }
}

function readToken(token: string, values: Readonly<Record<string, string>>): Part {
  const [name = '', rest = ''] = split(token, ':')
  const [first, second] = split(rest, ',')
  if (name === 'biz' || name === 'shop') {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw wrong(`{${name}} needs a value in 'values'`)
    return plainText(value)
  }
  if (name === 'ts') {
    const zone = second ?? 'UTC'
    if (!/^(yyyy|yy|MM|dd|HH|mm|ss)+$/.test(first ?? '')) throw wrong(`{${token}}: a time is made of yyyy, yy, MM, dd, HH, mm and ss`)
    if (!isZone(zone)) throw wrong(`{${token}}: '${zone}' is no time zone like Asia/Shanghai`)
    return { kind: 'time', form: first ?? '', zone }
  }
  if (name === 'seq') {
    const reset = second ?? 'never'
    if (!/^([1-9]|1[0-5])$/.test(first ?? '')) throw wrong(`{${token}}: a sequence has 1 to 15 characters`)
    if (!Object.hasOwn(needs, reset)) throw wrong(`{${token}}: it begins anew never, or each year, month or day`)
    return { kind: 'seq', width: Number(first), reset: reset as Reset }
  }
  if (name === 'check' && (rest === 'mod97' || rest === 'luhn')) return { kind: 'check', method: rest }
  throw wrong(`{${token}} is no token: there are biz, shop, ts, seq, check:mod97 and check:luhn`)
}

function split(text: string, mark: string): readonly [string, string | undefined] {
  const place = text.indexOf(mark)
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)]
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function widthOf(part: Part): number {
  if (part.kind === 'text') return part.text.length
  if (part.kind === 'time') return part.form.length
  return part.kind === 'seq' ? part.width : checkWidth[part.method]
}

function timeText(form: string, zone: string, at: number): string {
  const options = { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const parts = new Intl.DateTimeFormat('en', { ...options, hour: '2-digit', minute: '2-digit', second: '2-digit' }).formatToParts(at)
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  const year = of('year').padStart(4, '0')
  const words: Readonly<Record<string, string>> = {
    yyyy: year,
    yy: year.slice(-2),
    MM: of('month'),
    dd: of('day'),
    HH: of('hour'),
    mm: of('minute'),
    ss: of('second'),
  }
  return form.replace(/yyyy|yy|MM|dd|HH|mm|ss/g, (word) => words[word] ?? word)
}
