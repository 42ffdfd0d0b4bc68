import type { Pointer } from '../mapping/source-text.ts'
import { isObject, type Json } from '../model/json.ts'

/** A place of a manifest that asks for a function of the contract. */
export interface CodeOnly {
  readonly pointer: Pointer
  /** in words: `a signature over the whole request` */
  readonly what: string
}

const anyName = '*'
type Needs = readonly [pattern: readonly string[], needs: (value: Json) => boolean, what: string]

const present = (): boolean => true
const kindIs =
  (kind: string) =>
  (value: Json): boolean =>
    isObject(value) && value.kind === kind

/** The functions of the contract (connector/types.ts), by where they stand. */
const functions: readonly Needs[] = [
  [['http', 'auth'], kindIs('sign'), 'the signature of every request (auth sign)'],
  [['http', 'codec', 'decode'], present, 'decode of a codec'],
  [['http', 'codec', 'parse'], present, 'parse of a codec'],
  [['http', 'codec', 'serialize'], present, 'serialize of a codec'],
  [['http', 'dialects'], present, 'the envelope of another protocol (dialects)'],
  [['streams', anyName, 'page'], kindIs('custom'), 'custom paging'],
  [['streams', anyName, 'ids', 'page'], kindIs('custom'), 'custom paging'],
  [['streams', anyName, 'children', anyName, 'page'], kindIs('custom'), 'custom paging'],
  [['webhook', 'subscription', 'list', 'page'], kindIs('custom'), 'custom paging'],
  [['streams', anyName, 'cursor', 'format'], isObject, "a cursor's own encode and decode"],
  [['webhook', 'verify'], kindIs('custom'), "a partner's own proof of a webhook (verify custom)"],
  [['webhook', 'ping'], present, 'ping of a webhook'],
  [['webhook', 'topic', 'each'], present, 'what the items of one message tell (topic each)'],
  ...['create', 'change', 'cancel'].map(
    (operation): Needs => [['actions', anyName, operation, 'requires', 'arrange'], present, 'arrange of a command'],
  ),
]

/** Where a manifest asks for what only code can do. */
export const codeOnly = (manifest: Json): readonly CodeOnly[] =>
  functions.flatMap(([pattern, needs, what]) =>
    placesOf(manifest, pattern).flatMap(({ pointer, value }) => (needs(value) ? [{ pointer, what }] : [])),
  )

interface Place {
  readonly pointer: Pointer
  readonly value: Json
}

function placesOf(value: Json, [step, ...rest]: readonly string[], pointer: Pointer = []): readonly Place[] {
  if (step === undefined) return [{ pointer, value }]
  const children: readonly (readonly [string, Json | undefined])[] =
    typeof value === 'object' && value !== null ? Object.entries(value) : []
  return children.flatMap(([name, child]) =>
    child !== undefined && (step === anyName || step === name) ? placesOf(child, rest, [...pointer, name]) : [],
  )
}
