import { currencyDigits } from '../model/decimal.ts'
import type { Json } from '../model/json.ts'
import { converters, zoned } from './converters.ts'
import type { Faults } from './faults.ts'
import { maxDigits } from './functions.ts'
import { parsePath } from './grammar.ts'
import { didYouMean } from './nearest.ts'
import type { ConvertCall, Place } from './program.ts'
import type { Pointer } from './source-text.ts'
import { isZone } from './times.ts'

const maxConverters = 5

/** Reads `zone`: an IANA name, or a path from `@.` that holds one. */
export function parseZone(given: Json | undefined, at: Pointer, rule: string, faults: Faults): Place | string | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'string') {
    faults.add('E_SHAPE', { at }, rule, 'zone must be an IANA name like "Asia/Shanghai", or a path like "@.zone"')
    return undefined
  }
  if (/^[@$^.]/.test(given)) {
    const path = faults.grammar({ at }, rule, () => parsePath(given))
    return path && { path, at }
  }
  if (isZone(given)) return given
  faults.add('E_ZONE', { at }, rule, `'${given}' is no time zone`, didYouMean(given, Intl.supportedValuesOf('timeZone')))
  return undefined
}

/** Reads `convert`: one converter or several, each with its argument after a colon. */
export function parseConverts(
  given: Json | undefined,
  zone: Place | string | undefined,
  at: Pointer,
  rule: string,
  faults: Faults,
): ConvertCall[] {
  if (given === undefined) return []
  const isList = Array.isArray(given)
  const list: readonly Json[] = isList ? given : [given]
  if (list.length === 0 || list.length > maxConverters)
    faults.add('E_SHAPE', { at }, rule, `convert needs 1 to ${maxConverters} converters`)
  const calls: ConvertCall[] = []
  for (const [i, text] of list.slice(0, maxConverters).entries()) {
    const call = parseConvert(text, zone, isList ? [...at, i] : at, rule, faults)
    if (call !== undefined) calls.push(call)
  }
  return calls
}

function parseConvert(given: Json, zone: Place | string | undefined, at: Pointer, rule: string, faults: Faults): ConvertCall | undefined {
  if (typeof given !== 'string') {
    faults.add('E_SHAPE', { at }, rule, 'convert must name a converter')
    return undefined
  }
  const colon = given.indexOf(':')
  const name = colon < 0 ? given : given.slice(0, colon)
  const argument = colon < 0 ? undefined : given.slice(colon + 1)
  const converter = converters.get(name)
  if (converter === undefined) {
    faults.add('E_CONVERT', { at }, rule, `there is no converter '${name}'`, didYouMean(name, converters.keys()))
    return undefined
  }
  const wrong = (message: string): undefined => faults.add('E_CONVERT', { at }, rule, message) as undefined
  const call: ConvertCall = zone !== undefined && zoned.has(name) ? { name, at, zone } : { name, at }
  if (name === 'local' && zone === undefined) return wrong('\'local\' needs "zone"')
  if (converter.argument === 'none') return argument === undefined ? call : wrong(`'${name}' takes nothing after the colon`)
  if (converter.argument === 'digits') {
    if (argument === undefined) return call
    if (!/^\d{1,2}$/.test(argument) || Number(argument) > maxDigits)
      return wrong(`write ${name} or ${name}:2 with 0 to ${maxDigits} digits`)
    return { ...call, digits: Number(argument) }
  }
  const text = argument ?? '$.currency'
  const literal = /^'([^']*)'$/.exec(text)?.[1]
  if (literal !== undefined)
    return currencyDigits(literal) === undefined ? wrong(`'${literal}' is no ISO 4217 currency`) : { ...call, currency: literal }
  const path = faults.grammar({ at }, rule, () => parsePath(text))
  return path && { ...call, currency: { path, at } }
}
