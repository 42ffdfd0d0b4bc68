import { at, type Json } from '../model/json.ts'
import { type Identifier, identifierName } from '../store/identifier.ts'
import { isValidIdentifier } from './check-digit.ts'
import type { Incoming } from './types.ts'

/**
 * Identifiers that a record declares, in the order of the stream part; a path may hold one text or a list of them. GTINs are compared padded to 14 digits. One that cannot be
 * right (check digit) names nothing: two products with one typing error must not become one.
 */
export function wantedIdentifiers({ part, body }: Pick<Incoming, 'part' | 'body'>): readonly Identifier[] {
  if ('link' in part || body === null || (part.identity.kind !== 'master' && part.identity.kind !== 'mirror')) return []
  const found = new Map<string, Identifier>()
  for (const { scheme, path } of part.identity.identifiers)
    for (const value of values(body, path)) {
      if (!isValidIdentifier(scheme, value)) continue
      const identifier = { type: part.document, scheme, value: scheme === 'gtin' ? value.padStart(14, '0') : value }
      found.set(identifierName(identifier), identifier)
    }
  return [...found.values()]
}

function values(body: Json, path: string): readonly string[] {
  const value = at(body, path)
  const list: readonly Json[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.filter((each): each is string => typeof each === 'string' && each !== '')
}
