import { at, type Json, type JsonObject } from '../model/json.ts'
import { type Identifier, identifierName } from '../store/identifier.ts'
import { isValidIdentifier } from './check-digit.ts'
import { listOf } from './shelf.ts'
import type { Incoming } from './types.ts'

/**
 * Identifiers that a record declares, in the order of the stream part; a path may hold one text or a list of them. GTINs are compared padded to 14 digits. One that cannot be
 * right (check digit) names nothing: two products with one typing error must not become one.
 */
export function wantedIdentifiers({ part, body }: Pick<Incoming, 'part' | 'body'>): readonly Identifier[] {
  if ('link' in part || body === null || (part.identity.kind !== 'master' && part.identity.kind !== 'mirror')) return []
  return named(part.document, body, part.identity.identifiers)
}

/** The ladder of canonical.md section 3, step 3, for documents of the hub itself: what names them among master data. */
const ladder: Readonly<Record<string, readonly { readonly scheme: string; readonly path: string }[]>> = {
  party: [
    { scheme: 'number', path: 'number' },
    { scheme: 'gln', path: 'gln' },
  ],
  product: [
    { scheme: 'sku', path: 'sku' },
    { scheme: 'gtin', path: 'gtins' },
  ],
  location: [
    { scheme: 'code', path: 'code' },
    { scheme: 'gln', path: 'gln' },
  ],
  contract: [{ scheme: 'number', path: 'number' }],
  tier: [{ scheme: 'number', path: 'number' }],
}

/** Identifiers of a document of the hub's own; none for types that are no master data. */
export const identifiersIn = (type: string, body: JsonObject): readonly Identifier[] => [
  ...named(type, body, ladder[type] ?? []),
  ...(type === 'party' ? listOf(body.taxIds).flatMap((tax) => taxNumber(tax)) : []),
]

const taxNumber = ({ scheme, value }: JsonObject): Identifier[] =>
  typeof value === 'string' ? [{ type: 'party', scheme: `tax/${typeof scheme === 'string' ? scheme : ''}`, value }] : []

function named(
  type: string,
  body: JsonObject,
  declared: readonly { readonly scheme: string; readonly path: string }[],
): readonly Identifier[] {
  const found = new Map<string, Identifier>()
  for (const { scheme, path } of declared)
    for (const value of values(body, path)) {
      if (!isValidIdentifier(scheme, value)) continue
      const identifier = { type, scheme, value: scheme === 'gtin' ? value.padStart(14, '0') : value }
      found.set(identifierName(identifier), identifier)
    }
  return [...found.values()]
}

function values(body: Json, path: string): readonly string[] {
  const value = at(body, path)
  const list: readonly Json[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.filter((each): each is string => typeof each === 'string' && each !== '')
}
