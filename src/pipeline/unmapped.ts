import { readWait, waitsForExternal } from '../ledger/types.ts'
import { isObject, type Json, parseJson } from '../model/json.ts'
import { findingsByPath, unresolvedKeys, waitingNames } from '../store/unmapped.ts'
import type { Context } from './context.ts'

/** Something that a person has to say, and what waits for it. */
export interface Unmapped {
  /** link: their key that none of ours stands beside. key: our key that has none there. code: their word, hub-code: our code, that no list has */
  readonly missing: 'link' | 'key' | 'code' | 'hub-code'
  /** of the document, or kind of the code */
  readonly type: string
  readonly connection: string
  readonly key: string
  /** name of the wait */
  readonly name: string
  readonly envelopes: number
  readonly deliveries: number
  /** documents of the ledger that refer to it, or were made without it */
  readonly documents: number
  /** epoch ms; null: not known */
  readonly since: number | null
}

/** Most different things of one kind that are looked at. */
const mostNames = 5_000
/** Types whose unlinked keys are a person's business even when nothing is parked: orders refer to each other in any order of arrival. */
const masterTypes = ['product', 'party', 'location'] as const

/** All that is unmapped, each once, what most waits for first. */
export async function unmapped({ database: { read }, tenant }: Context): Promise<readonly Unmapped[]> {
  const found = new Map<string, Unmapped>()
  const add = (name: string, more: Partial<Pick<Unmapped, 'envelopes' | 'deliveries' | 'documents'>>, since: number | null): void => {
    const wait = readWait(name)
    if (wait === undefined) return
    const before = found.get(name)
    found.set(name, {
      missing: wait.by === 'external' ? 'link' : wait.by,
      type: wait.type,
      connection: wait.connection,
      key: wait.key,
      name,
      envelopes: before?.envelopes ?? 0,
      deliveries: before?.deliveries ?? 0,
      documents: before?.documents ?? 0,
      ...more,
      since: [before?.since ?? null, since].reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b))),
    })
  }
  for (const { name, count, since } of await waitingNames(read, tenant, 'envelope', mostNames)) add(name, { envelopes: count }, since)
  for (const { name, count, since } of await waitingNames(read, tenant, 'delivery', mostNames)) add(name, { deliveries: count }, since)
  for (const { type, connection, externalKey, count } of await unresolvedKeys(read, tenant, masterTypes, mostNames))
    add(waitsForExternal(type, connection, externalKey), { documents: count }, null)
  for (const { name, count, since, detail } of await findingsByPath(read, tenant, 'unknown-code', mostNames))
    add(codeName(name, parseJson(detail)), { documents: count }, since)
  return [...found.values()].sort((a, b) => waiting(b) - waiting(a) || (a.name < b.name ? -1 : 1))
}

export const waiting = ({ envelopes, deliveries, documents }: Unmapped): number => envelopes + deliveries + documents

/** A finding's path is the name of the wait, unless that was too long for it. */
function codeName(path: string, detail: Json): string {
  if (readWait(path) !== undefined || !isObject(detail)) return path
  return `code:${String(detail.kind)}/${String(detail.connection)}/${String(detail.code)}`
}
