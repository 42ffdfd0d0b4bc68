import { holderOf, type Likeness, likeness, nameLikeness, type Traits, traitsOf } from '../ledger/likeness.ts'
import { fetchDocument, openShelf } from '../ledger/shelf.ts'
import { waitsForExternal } from '../ledger/types.ts'
import { unitOf } from '../mapping/suggest/units.ts'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import { codesOf } from '../store/code.ts'
import { documentPage } from '../store/document.ts'
import { receiptBodies } from '../store/receipt.ts'
import { parkedFor, referringTo } from '../store/unmapped.ts'
import { openCodeBook } from './code-book.ts'
import type { Context } from './context.ts'
import { openMapper, slicesOf } from './map-record.ts'
import type { Unmapped } from './unmapped.ts'

/** What a missing link or code may be, never applied by itself. `key`: ours for a link, theirs for a key, the code for a code. */
export interface Suggestion {
  readonly key: string
  readonly reason: Likeness['reason'] | 'same-word' | 'meaning'
  readonly value: string
  readonly score: number
}

const mostSuggestions = 5
/** Documents whose names are looked at, and records that nobody could name. */
const mostDocuments = 5_000
const mostRecords = 200

/** At most five suggestions for each of some, the best first. @param all what is unmapped besides: their keys that may be the ones of ours that have none */
export async function suggest(
  context: Context,
  wanted: readonly Unmapped[],
  all: readonly Unmapped[],
): Promise<ReadonlyMap<string, readonly Suggestion[]>> {
  const documents = new Map<string, readonly { readonly key: string; readonly traits: Traits }[]>()
  const places = new Set(wanted.flatMap(({ missing, type, connection }) => (missing === 'key' ? [`${type}/${connection}`] : [])))
  const there = all
    .filter(({ missing, type, connection }) => missing === 'link' && places.has(`${type}/${connection}`))
    .slice(0, mostRecords)
  const records = await unnamed(context, [...wanted, ...there])
  const found = new Map<string, readonly Suggestion[]>()
  for (const one of wanted) found.set(one.name, best(await suggestionsFor(context, one, there, documents, records)))
  return found
}

const best = (all: readonly Suggestion[]): readonly Suggestion[] =>
  all.toSorted((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1)).slice(0, mostSuggestions)

type Documents = Map<string, readonly { readonly key: string; readonly traits: Traits }[]>

async function suggestionsFor(
  context: Context,
  one: Unmapped,
  there: readonly Unmapped[],
  documents: Documents,
  records: ReadonlyMap<string, JsonObject>,
): Promise<readonly Suggestion[]> {
  switch (one.missing) {
    case 'link': {
      const traits = await traitsThere(context, one, records)
      return compared(traits, await traitsHere(context, one.type, documents))
    }
    case 'key': {
      const document = await fetchDocument(openShelf(context.database.read, context.tenant), one.type, one.key)
      if (document === undefined) return []
      const candidates = []
      for (const other of there)
        if (other.type === one.type && other.connection === one.connection)
          candidates.push({ key: other.key, traits: await traitsThere(context, other, records) })
      return compared(traitsOf(document.body, [document.key]), candidates)
    }
    case 'code':
      return codesLike(context, one)
    case 'hub-code':
      return wordsFor(context, one)
  }
}

const compared = (traits: Traits, candidates: readonly { readonly key: string; readonly traits: Traits }[]): readonly Suggestion[] =>
  candidates.flatMap((candidate) => {
    const found = likeness(traits, candidate.traits)
    return found === undefined ? [] : [{ key: candidate.key, ...found }]
  })

/** What is known of a thing at a partner: the record that could not be named, and the first document that refers to it. */
async function traitsThere(
  { database: { read }, tenant }: Context,
  one: Unmapped,
  records: ReadonlyMap<string, JsonObject>,
): Promise<Traits> {
  const { type, connection, key } = one
  const record = records.get(one.name)
  if (record !== undefined) return traitsOf(record, [key])
  const row = await referringTo(read, tenant, { type, connection, externalKey: key })
  const document = row && (await fetchDocument(openShelf(read, tenant), row.from_type, row.from_key))
  return traitsOf((row && document && holderOf(document.body, row.path)) ?? {}, [key])
}

async function traitsHere({ database: { read }, tenant }: Context, type: string, known: Documents) {
  const before = known.get(type)
  if (before !== undefined) return before
  const rows = await documentPage(read, tenant, type, '', mostDocuments)
  const made = rows.flatMap((row) => {
    const body = parseJson(row.body)
    return row.deleted === 1 || !isObject(body) ? [] : [{ key: row.key, traits: traitsOf(body, [row.key]) }]
  })
  known.set(type, made)
  return made
}

/** Bodies of parked records by the name they wait for, as far as their bytes are there. */
async function unnamed(context: Context, wanted: readonly Unmapped[]): Promise<ReadonlyMap<string, JsonObject>> {
  const { database, tenant } = context
  const names = wanted.filter(({ missing, envelopes }) => missing === 'link' && envelopes > 0).map(({ name }) => name)
  const rows = (await parkedFor(database.read, tenant, names.slice(0, mostRecords), mostRecords)).filter(({ op }) => op === 'upsert')
  const catalogue = context.catalogue()
  const kept = await receiptBodies(database.read, tenant, [...new Set(rows.flatMap((row) => slicesOf(row).map(({ receipt }) => receipt)))])
  const bodies = new Map(kept.map(({ id, body }) => [id, body]))
  const map = openMapper(context, catalogue, await openCodeBook(context, catalogue, database.read), bodies)
  const found = new Map<string, JsonObject>()
  for (const row of rows) {
    if (!slicesOf(row).every(({ receipt }) => bodies.has(receipt))) continue
    const made = map(row)
    for (const part of made.kind === 'parts' ? made.parts : []) {
      if (part.kind !== 'incoming' || 'link' in part.incoming.part || part.incoming.body === null) continue
      const { connection, externalKey, body } = part.incoming
      const name = waitsForExternal(part.incoming.part.document, connection, externalKey)
      if (name === row.waits_for && !found.has(name)) found.set(name, body)
    }
  }
  return found
}

/** Words that others use for a code of ours. */
async function wordsFor(context: Context, { type, key }: Unmapped): Promise<readonly Suggestion[]> {
  const words = new Set((await wordsOf(context, type)).filter(({ hub }) => hub === key).map(({ code }) => code))
  return [...words].map((code) => ({ key: code, reason: 'same-word', value: key, score: 0.5 }))
}

const wordsOf = async ({ database, tenant, catalogue }: Context, kind: string) => [
  ...[...(catalogue().codes.get(kind) ?? [])].map(([code, hub]) => ({ code, hub })),
  ...(await codesOf(database.read, tenant, [kind])),
]

/** Codes that others use for the same or nearly the same word, and what a word for a unit means. */
async function codesLike(context: Context, { type, key }: Unmapped): Promise<readonly Suggestion[]> {
  const words = await wordsOf(context, type)
  const found = new Map<string, Suggestion>()
  const add = (hub: string, reason: Suggestion['reason'], value: string, score: number): void => {
    if ((found.get(hub)?.score ?? 0) < score) found.set(hub, { key: hub, reason, value, score })
  }
  for (const { code, hub } of words) {
    const like = code === key ? 0.95 : nameLikeness(code, key)
    if (like >= 0.6) add(hub, 'same-word', code, Math.round(Math.min(like, 0.95) * 90) / 100)
    if (hub === key) add(hub, 'same-word', hub, 0.9)
  }
  const unit = type === 'unit' ? unitOf(key) : undefined
  if (unit !== undefined) add(unit, 'meaning', key, 0.8)
  return [...found.values()]
}
