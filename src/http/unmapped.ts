import { type Suggestion, suggest } from '../pipeline/suggest-links.ts'
import { type Unmapped, unmapped, waiting } from '../pipeline/unmapped.ts'
import { wantConnection } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { route } from './route.ts'
import { count, described, fields, flag, list, nullable, oneOf, optional, type Shape, text, time } from './shape.ts'
import { isoOrNull, name } from './values.ts'

const missing = oneOf<Unmapped['missing']>('link', 'key', 'code', 'hub-code')
/** 0 to 1 */
const score: Shape<number> = { schema: { type: 'number', minimum: 0, maximum: 1 } }
const suggestion = fields({
  key: described(text(), 'our key for a link, theirs for a key, the code for a code'),
  reason: oneOf<Suggestion['reason']>('gtin', 'sku', 'supplier-sku', 'name', 'same-word', 'meaning'),
  value: described(text(), 'what both have'),
  score,
})

export const unmappedRoutes = [
  route({
    id: 'listUnmapped',
    method: 'GET',
    path: '/v1/crosswalk/unmapped',
    tag: 'crosswalk',
    scope: 'read',
    summary: {
      en: 'Missing links and codes, each once, with what waits for it and what it may be',
      zh: '缺失的对照与代码，各列一次，附等待数量与建议',
    },
    query: {
      connection: optional(name),
      type: optional(name),
      missing: optional(missing),
      suggest: optional(described(flag, 'false: without suggestions')),
      ...paging,
    },
    answer: pageOf(
      fields({
        missing: described(
          missing,
          'link: their key, nothing of ours. key: our key, nothing of theirs. code: their word. hub-code: our code that they have no word for',
        ),
        type: described(text(), 'of the document, or kind of the code'),
        connection: text(),
        key: text(),
        envelopes: described(count, 'parked envelopes'),
        deliveries: described(count, 'parked deliveries'),
        documents: described(count, 'documents that refer to it, or were made without it'),
        since: nullable(time),
        suggestions: list(suggestion, 5),
      }),
    ),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const [after] = readCursor(query.after, 1) ?? []
      const all = await unmapped(hub)
      const rows = all
        .filter(
          (row) =>
            (query.connection === undefined || row.connection === query.connection) &&
            (query.type === undefined || row.type === query.type) &&
            (query.missing === undefined || row.missing === query.missing) &&
            (after === undefined || placeOf(row) > after),
        )
        .slice(0, limit + 1)
      const found = query.suggest === false ? new Map<string, readonly Suggestion[]>() : await suggest(hub, rows.slice(0, limit), all)
      return {
        body: toPage(
          rows,
          limit,
          (row) => [placeOf(row)],
          ({ name: of, since, ...row }) => ({ ...row, since: isoOrNull(since), suggestions: found.get(of) ?? [] }),
        ),
      }
    },
  }),
]

const most = 1e12
/** In the order of the list: what most waits for first, then by name. */
const placeOf = (row: Unmapped): string => `${String(most - waiting(row)).padStart(13, '0')} ${row.name}`
