import { type ChangeEntry, type ChangePlace, changeJournal, firstPlace } from '../ledger/change-journal.ts'
import { history } from '../ledger/read.ts'
import type { JsonObject } from '../model/json.ts'
import { type KeyedChange, keyedDifferences, pointerOf } from '../model/keyed-difference.ts'
import type { Language } from '../model/messages.ts'
import type { Context } from '../pipeline/context.ts'
import { noDocument } from './absent.ts'
import { changeWords } from './change-words.ts'
import type { HttpOptions } from './options.ts'
import { type Page, pageLimit, pageOf, paging, readCursor, toPage, writePlace } from './page.ts'
import { invalid, ProblemError } from './problem.ts'
import { route } from './route.ts'
import { anything, count, described, fields, flag, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { iso, key, name } from './values.ts'

const entry = fields({
  sequence: described(nullable(count), '1 for the first change of the document; null in a comparison of two versions'),
  at: nullable(time),
  version: described(nullable(count), 'the version that it came with; null for a derived figure'),
  derived: described(flag, 'not in the document: a figure of the order that follows from other documents'),
  path: described(text(), 'JSON pointer; a line stands by its key: `/lines/00010/quantity`'),
  line: described(nullable(fields({ key: text(), number: text() })), 'the line that it is about'),
  change: oneOf<KeyedChange['change']>('added', 'changed', 'removed', 'ordered'),
  before: described(anything, 'null where there was nothing; of `ordered` the keys as they stood'),
  after: described(anything, 'null where there is nothing; of `ordered` the keys as they stand'),
  words: described(text(), 'the same as a sentence for people'),
  actor: described(nullable(text()), 'who commanded it'),
  why: nullable(text()),
  connection: described(nullable(text()), 'the connection that told it'),
  stream: nullable(text()),
  envelope: nullable(text()),
  mapping: described(nullable(text()), 'hash of the mapping that read it'),
  revision: nullable(text()),
})
type Entry = Of<typeof entry>

export const changesPage = pageOf(entry)
export const changesQuery = {
  key: described(key, 'key of the document; it may hold slashes, so it stands here and not in the path'),
  from: optional(described(whole(1, 1_000_000_000), 'compare this version …')),
  to: optional(described(whole(1, 1_000_000_000), '… with this one, the newest when left out, instead of the journal')),
  lang: optional(oneOf<Language>('en', 'zh')),
  ...paging,
}

interface Asked {
  readonly key: string
  readonly from?: number
  readonly to?: number
  readonly lang?: Language
  readonly limit?: number
  readonly after?: string
}

/** The change journal of a document, or what differs between two of its versions. @throws ProblemError 404, 400 for versions that are not there */
export async function changesOf(hub: Context, options: HttpOptions, type: string, asked: Asked): Promise<Page<Entry>> {
  const limit = pageLimit(asked.limit)
  const told = (change: KeyedChange & Partial<ChangeEntry>): Entry => toldOf(options, type, change, asked.lang ?? 'en')
  if (asked.from !== undefined || asked.to !== undefined) {
    const changes = await compared(hub, options, type, asked)
    const skip = Number(readCursor(asked.after, 1)?.[0] ?? 0)
    const shown: { readonly change: KeyedChange; readonly place: number }[] = []
    let place = 0
    for (const change of changes) {
      if (place++ < skip) continue
      shown.push({ change, place })
      if (shown.length > limit) break
    }
    return toPage(
      shown,
      limit,
      (one) => [String(one.place)],
      ({ change }) => told(change),
    )
  }
  const { items, next } = await changeJournal(hub.database.read, hub.tenant, { type, key: asked.key }, placeOf(asked.after), limit)
  if (items.length === 0 && asked.after === undefined) throw noDocument(options, type, asked.key)
  return { items: items.map(told), next: next === undefined ? null : writePlace(textsOf(next)) }
}

const textsOf = ({ version, line, next, skip, sequence }: ChangePlace): readonly string[] => [
  String(version),
  line,
  `${next}:${skip}`,
  String(sequence),
]

function placeOf(after: string | undefined): ChangePlace {
  const place = readCursor(after, 4)
  if (place === undefined) return firstPlace
  const [version, line, going, sequence] = place
  const [, next, skip] = /^(version|line):(\d{1,9})$/.exec(going) ?? []
  if (!/^\d{1,9}$/.test(version) || !/^\d{1,12}$/.test(sequence) || skip === undefined)
    throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before' }])
  return { version: Number(version), line, next: next === 'line' ? 'line' : 'version', skip: Number(skip), sequence: Number(sequence) }
}

async function compared(hub: Context, options: HttpOptions, type: string, { key, from, to }: Asked): Promise<Iterable<KeyedChange>> {
  const newest = await hub.database.read
    .selectFrom('document')
    .select('version')
    .where('tenant', '=', hub.tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .executeTakeFirst()
  if (newest === undefined) throw noDocument(options, type, key)
  const last = to ?? newest.version
  const first = from ?? last - 1
  const body = async (version: number): Promise<JsonObject | undefined> => {
    if (version === 0) return undefined
    const [found] = await history(hub.database.read, hub.tenant, type, key, { after: version - 1, limit: 1 })
    if (found?.version !== version)
      throw new ProblemError(404, 'not-found', `${type} ${key} has no version ${version}: its newest is ${newest.version}.`)
    return found.body
  }
  return keyedDifferences(await body(first), await body(last))
}

function toldOf(options: HttpOptions, type: string, change: KeyedChange & Partial<ChangeEntry>, language: Language): Entry {
  const { steps, before, after, sequence, at, version, derived, actor, why, connection, stream, envelope, mapping, revision } = change
  const [list, line] = steps
  const isLine = list !== undefined && 'name' in list && list.name === 'lines' && line !== undefined && 'key' in line
  return {
    sequence: sequence ?? null,
    at: at === undefined ? null : iso(at),
    version: version ?? null,
    derived: derived ?? false,
    path: pointerOf(steps),
    line: isLine ? { key: line.key, number: line.number } : null,
    change: change.change,
    before,
    after,
    words: changeWords(options.schemas, type, change, language),
    actor: actor ?? null,
    why: why ?? null,
    connection: connection ?? null,
    stream: stream ?? null,
    envelope: envelope ?? null,
    mapping: mapping ?? null,
    revision: revision ?? null,
  }
}

export const changeRoutes = [
  route({
    id: 'getDocumentChanges',
    method: 'GET',
    path: '/v1/documents/{type}/changes',
    tag: 'documents',
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Every change of a document, field by field: who, when, from what to what, why; or what differs between two versions',
      zh: '单据的变更日记：逐字段列出何人、何时、由何变为何、为何；或比较两个版本',
    },
    params: { type: name },
    query: changesQuery,
    answer: changesPage,
    handle: async ({ hub, desk, params, query }) => ({ body: await changesOf(hub, desk.options, params.type, query) }),
  }),
]
