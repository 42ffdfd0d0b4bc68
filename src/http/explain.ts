import { explainValue } from '../ledger/read.ts'
import type { Slice } from '../model/envelope.ts'
import type { Context } from '../pipeline/context.ts'
import { type FoundMapping, type FoundRule, mappingByHash, type Rerun, rerun, ruleOfPath } from '../pipeline/explain-value.ts'
import { removedAmong } from '../store/retention.ts'
import { textByHash } from '../store/revision.ts'
import { noDocument } from './absent.ts'
import { notFound, ProblemError } from './problem.ts'
import { rawRoute, route } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, oneOf, pattern, text, time } from './shape.ts'
import { iso, key, name } from './values.ts'

const source = fields({
  envelope: text(),
  connection: text(),
  stream: text(),
  key: text(),
  receivedAt: time,
  receipts: list(
    fields({
      receipt: text(),
      from: nullable(count),
      to: nullable(count),
      removed: described(flag, 'its bytes were older than settings.retention.bodiesDays and were removed'),
    }),
  ),
})
const ruleShape = fields({
  hash: text(),
  mapping: described(nullable(text()), 'its name, while a text that compiles is stored under the hash'),
  version: nullable(text()),
  rule: nullable(text()),
  file: described(nullable(text()), 'where the rule stands: the mapping, or the overlay of the connection'),
  line: nullable(count),
  column: nullable(count),
  paths: described(list(text()), 'fields of the record that the value is made of'),
  settings: described(list(text()), 'what the value is made of besides: `@.books` and the like of the connection'),
  lookups: described(list(text()), 'tables and code lists it goes through; shared ones with their version'),
})

const savedCode = fields({
  id: text(),
  connection: text(),
  organisation: text(),
  validFrom: nullable(text()),
  validTo: nullable(text()),
  savedAt: time,
})

const shownRerun = (again: Rerun) => ({
  ...again,
  entries: again.entries.map(({ saved, ...entry }) => ({
    ...entry,
    saved: saved && {
      id: saved.id,
      connection: saved.connection,
      organisation: saved.organisation,
      validFrom: saved.valid_from,
      validTo: saved.valid_to,
      savedAt: iso(saved.saved_at),
    },
  })),
})

const tag = 'documents'

export const explainRoutes = [
  route({
    id: 'explainDocument',
    method: 'GET',
    path: '/v1/documents/{type}/explain',
    tag,
    scope: 'read',
    summary: { en: 'Where a value came from: version, mapping line, record and bytes', zh: '一个值的来源：版本、映射行、记录和原始字节' },
    params: { type: name },
    query: { key, path: described(text(400), 'dotted (`lines.0.quantity`) or a JSON pointer') },
    answer: fields({
      type: text(),
      key: text(),
      path: text(),
      value: anything,
      before: described(anything, 'what stood there before; null when nothing did'),
      version: count,
      at: time,
      revision: nullable(text()),
      source: nullable(source),
      rule: nullable(ruleShape),
      raw: described(
        list(fields({ path: text(), found: flag, value: anything })),
        "what the partner's record has there; not found: it is gone, or the path does not lead to one value",
      ),
      entries: described(
        list(fields({ lookup: text(), code: text(), value: nullable(text()), saved: nullable(savedCode) })),
        'entries of tables and code lists that were used, as they were known when the version was made; null: there is no such entry; `saved`: it was saved, and stands in no file',
      ),
      choices: described(
        list(fields({ rule: text(), kind: oneOf<'default' | 'else' | 'path'>('default', 'else', 'path'), number: nullable(count) })),
        'where the rule, or one around it, took its default, the else of its lookup, or a path after the first',
      ),
      notes: described(
        list(fields({ code: text(), rule: text(), to: text(), message: text() })),
        'what the mapping notes of the whole record, `to` in what it makes: what an `onError` left out, times that the zone skips or has twice, amounts with more decimals than their currency',
      ),
    }),
    handle: async ({ hub, params, query, desk }) => {
      const found = await explainValue(hub.database.read, hub.tenant, params.type, query.key, query.path)
      if (!found) throw noDocument(desk.options, params.type, query.key)
      if (found.value === undefined)
        throw new ProblemError(404, 'no-value', `The document has nothing at '${query.path}'. Look at it whole, then name a field it has.`)
      const envelope = found.envelope === null ? undefined : await envelopeOf(hub, found.envelope)
      const mapping = found.mapping === null ? undefined : await mappingByHash(hub, found.mapping)
      const rule = mapping && ruleOfPath(mapping.mapping, query.path)
      const again =
        envelope && mapping && rule
          ? await shownRerun(await rerun(hub, envelope, mapping.mapping, rule, query.path, { key: query.key, at: found.at }))
          : { raw: [], entries: [], choices: [], notes: [] }
      return {
        body: {
          type: params.type,
          key: query.key,
          path: query.path,
          value: found.value,
          before: found.before ?? null,
          version: found.version,
          at: iso(found.at),
          revision: found.revision,
          source: envelope === undefined ? null : await shownSource(hub, envelope),
          rule: found.mapping === null ? null : shownRule(found.mapping, mapping, rule),
          ...again,
        },
      }
    },
  }),
  rawRoute({
    id: 'getText',
    method: 'GET',
    path: '/v1/texts/{hash}',
    tag,
    scope: 'read',
    summary: { en: 'A text of the workspace by its hash: the mapping as it stood when it ran', zh: '按哈希取工作区文本：当时运行的映射' },
    params: { hash: pattern('^[0-9a-f]{64}$', 'SHA-256 of the text') },
    contentType: 'text/plain; charset=utf-8',
    handle: async ({ hub, params }) => {
      const body = await textByHash(hub.database.read, hub.tenant, params.hash)
      if (body === undefined) throw notFound()
      return { bytes: body }
    },
  }),
]

const envelopeOf = ({ database, tenant }: Context, envelope: string) =>
  database.read
    .selectFrom('envelope')
    .select(['id', 'connection', 'stream', 'key', 'op', 'as_of', 'received_at', 'slices'])
    .where('tenant', '=', tenant)
    .where('id', '=', envelope)
    .executeTakeFirst()

async function shownSource(
  { database, tenant }: Context,
  row: NonNullable<Awaited<ReturnType<typeof envelopeOf>>>,
): Promise<Of<typeof source>> {
  const slices = JSON.parse(row.slices) as readonly Slice[]
  const names = slices.map(({ receipt }) => receipt)
  const removed = await removedAmong(database.read, tenant, names)
  return {
    envelope: row.id,
    connection: row.connection,
    stream: row.stream,
    key: row.key,
    receivedAt: iso(row.received_at),
    receipts: slices.map((slice) => {
      const bytes =
        'from' in slice ? { receipt: slice.receipt, from: slice.from, to: slice.to } : { receipt: slice.receipt, from: null, to: null }
      return { ...bytes, removed: removed.has(slice.receipt) }
    }),
  }
}

/** Only the hash, where no text that compiles is stored under it. */
function shownRule(hash: string, found: FoundMapping | undefined, rule: FoundRule | undefined): Of<typeof ruleShape> {
  if (found === undefined)
    return { hash, mapping: null, version: null, rule: null, file: null, line: null, column: null, paths: [], settings: [], lookups: [] }
  return {
    hash,
    mapping: found.name,
    version: found.mapping.version,
    rule: rule?.rule ?? null,
    file: rule === undefined ? null : rule.over ? (found.overlay ?? null) : `mappings/${found.name}.json`,
    line: rule?.line ?? null,
    column: rule?.column ?? null,
    paths: rule?.lineage?.paths ?? [],
    settings: rule?.lineage?.context ?? [],
    lookups: rule?.lineage?.lookups ?? [],
  }
}
