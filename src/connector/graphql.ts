import type { Recovery } from '../model/errors.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Body } from './body.ts'
import type { Points } from './types.ts'

/** What an answer tells of its cost. `spent` is 0 where nothing was done. */
export interface Spending {
  readonly asked: number
  readonly spent: number
  readonly left: number
  readonly limit: { readonly requests: number; readonly perMs: number }
}

/** undefined: the answer tells nothing, or what cannot be. */
export function readSpending(points: Points | undefined, body: Body): Spending | undefined {
  const told = points === undefined || body.bytes.byteLength === 0 ? undefined : body.peek(points.at)
  if (points === undefined || told === undefined) return undefined
  const of = (path: string) => Number(at(told, path) ?? 0)
  const [asked, spent, left, most, perSecond] = [of(points.asked), of(points.spent), of(points.left), of(points.most), of(points.perSecond)]
  if (![asked, spent, left].every(Number.isFinite) || !(most > 0 && most <= mostPoints) || !(perSecond > 0 && perSecond <= mostPoints))
    return undefined
  return { asked, spent, left, limit: { requests: most, perMs: (most / perSecond) * 1000 } }
}
const mostPoints = 1_000_000

/** Until the partner's bucket holds what the call asked for, in ms. */
export const waitFor = ({ asked, left, limit }: Spending): number => Math.ceil((Math.max(0, asked - left) * limit.perMs) / limit.requests)

export interface GraphqlFault {
  readonly code: string
  readonly recovery: Recovery
  readonly ambiguous: boolean
  readonly message: string
}

const afterAll: readonly string[] = ['INTERNAL_SERVER_ERROR', 'TIMEOUT', 'SERVICE_UNAVAILABLE']
/** Not logged in, or not allowed to: Apollo Server and NestJS write it so. */
const unproved: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN']
export const throttled = 'throttled'

/**
 * What is wrong inside a 200 (GraphQL specification 7.1, `extensions.code` as vendors fill it), then what a mutation says of its input. Data beside errors is not believed: what is missing in it cannot
 * be told from what is empty.
 */
export function graphqlFault(body: Body, operation: 'query' | 'mutation'): GraphqlFault | undefined {
  const [first, ...others] = listOf(body.peek('errors'))
  if (first !== undefined) {
    const message = [first, ...others].slice(0, 3).map(wordsOf).join('; ')
    const code = String(at(first, 'extensions.code') ?? (wordsOf(first) === 'Throttled' ? 'THROTTLED' : 'graphql-error'))
    if (code === 'THROTTLED') return { code: throttled, recovery: 'retry', ambiguous: false, message }
    if (unproved.includes(code)) return { code: codeWord(code), recovery: 'reauth', ambiguous: false, message }
    return afterAll.includes(code)
      ? { code: codeWord(code), recovery: 'retry', ambiguous: true, message }
      : { code: codeWord(code), recovery: 'reject', ambiguous: false, message }
  }
  return operation === 'query' ? undefined : userError(body.peek('data'))
}

function userError(data: Json | undefined): GraphqlFault | undefined {
  for (const [name, payload] of Object.entries(objectOf(data))) {
    const result = resultError(name, payload)
    if (result !== undefined) return result
    for (const [field, list] of Object.entries(objectOf(payload))) {
      const errors = /userErrors$/i.test(field) ? listOf(list) : []
      const [first] = errors
      if (first === undefined) continue
      const code = at(first, 'code')
      return {
        code: typeof code === 'string' ? codeWord(code) : 'user-error',
        recovery: 'reject',
        ambiguous: false,
        message: `${name}: ${errors.slice(0, 3).map(shown).join('; ')}`,
      }
    }
  }
  return undefined
}

/** The member of a result union that says no, alone or in a list of results: it has an `errorCode` and a message, beside its `__typename`. */
function resultError(name: string, payload: Json | undefined): GraphqlFault | undefined {
  for (const result of Array.isArray(payload) ? payload : [payload ?? null]) {
    const code = at(result, 'errorCode')
    if (typeof code !== 'string' || code === '') continue
    const recovery = /(^|_)CREDENTIALS(_|$)/.test(code) ? 'reauth' : 'reject'
    return { code: codeWord(code), recovery, ambiguous: false, message: `${name}: ${code}: ${wordsOf(result)}` }
  }
  return undefined
}

/** `INVALID_QUANTITY at input.quantities.0: the quantity …` */
function shown(error: Json): string {
  const [code, field] = [at(error, 'code'), at(error, 'field')]
  const place = listOf(field).map(String).join('.')
  return `${typeof code === 'string' ? code : 'refused'}${place === '' ? '' : ` at ${place}`}: ${wordsOf(error)}`
}

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
const wordsOf = (error: Json): string => String(at(error, 'message') ?? 'no message')
/** `ACCESS_DENIED`, `undefinedField` as other codes are written. */
const codeWord = (code: string): string =>
  code
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
