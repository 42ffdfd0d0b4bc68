import { explainValue } from '../ledger/read.ts'
import type { Slice } from '../model/envelope.ts'
import type { Context } from '../pipeline/context.ts'
import { textByHash } from '../store/revision.ts'
import { notFound, ProblemError } from './problem.ts'
import { rawRoute, route } from './route.ts'
import { anything, count, described, fields, list, nullable, type Of, pattern, text, time } from './shape.ts'
import { iso, key, name } from './values.ts'

const source = fields({
  envelope: text(),
  connection: text(),
  stream: text(),
  key: text(),
  receivedAt: time,
  receipts: list(fields({ receipt: text(), from: nullable(count), to: nullable(count) })),
})
const rule = fields({
  hash: text(),
  mapping: described(nullable(text()), 'its name, while the revision that holds it is current'),
  version: nullable(text()),
  rule: nullable(text()),
  line: nullable(count),
  column: nullable(count),
  paths: described(list(text()), 'fields of the record that the value is made of'),
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
      rule: nullable(rule),
    }),
    handle: async ({ hub, params, query }) => {
      const found = await explainValue(hub.database.read, hub.tenant, params.type, query.key, query.path)
      if (!found) throw notFound()
      if (found.value === undefined)
        throw new ProblemError(404, 'no-value', `The document has nothing at '${query.path}'. Look at it whole, then name a field it has.`)
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
          source: found.envelope === null ? null : await sourceOf(hub, found.envelope),
          rule: found.mapping === null ? null : ruleOf(hub, found.mapping, query.path),
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

async function sourceOf({ database, tenant }: Context, envelope: string): Promise<Of<typeof source> | null> {
  const row = await database.read
    .selectFrom('envelope')
    .select(['connection', 'stream', 'key', 'received_at', 'slices'])
    .where('tenant', '=', tenant)
    .where('id', '=', envelope)
    .executeTakeFirst()
  if (!row) return null
  const slices = JSON.parse(row.slices) as readonly Slice[]
  return {
    envelope,
    connection: row.connection,
    stream: row.stream,
    key: row.key,
    receivedAt: iso(row.received_at),
    receipts: slices.map((slice) =>
      'from' in slice ? { receipt: slice.receipt, from: slice.from, to: slice.to } : { receipt: slice.receipt, from: null, to: null },
    ),
  }
}

/** The rule that wrote a path, or the nearest one around it; only the hash when the mapping is no longer in the workspace. */
function ruleOf(hub: Context, hash: string, path: string): Of<typeof rule> {
  const unknown = { hash, mapping: null, version: null, rule: null, line: null, column: null, paths: [] }
  const found = [...hub.catalogue().mappings].find(([, mapping]) => mapping.hash === hash)
  if (!found) return unknown
  const [mappingName, mapping] = found
  const known = { ...unknown, mapping: mappingName, version: mapping.version }
  for (let at = rulePath(path); at !== ''; at = at.replace(/(?:^|\.)[^.]*$/, '')) {
    const position = mapping.lines.get(at)
    if (position) return { ...known, rule: at, line: position.line, column: position.column, paths: mapping.sources(at)?.paths ?? [] }
  }
  return known
}

/** `lines.0.sku` and `/lines/0/sku` as mappings write it: `lines[].sku`. */
const rulePath = (path: string): string => {
  const dotted = path.startsWith('/') ? path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~') : path
  return dotted.replace(/\.\d+(?=\.|$)/g, '[]')
}
