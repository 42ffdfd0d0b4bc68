import { lineOf, statementText } from '../ledger/statements/content.ts'
import type { Json } from '../model/json.ts'
import { statedPage, statementOf, statementPage } from '../store/statement.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { rawRoute, route } from './route.ts'
import { oneOf, optional, text } from './shape.ts'
import { kinds, noStatement, params, shown, statement, statuses, tag } from './statement-shape.ts'
import { document, key } from './values.ts'

export const statementRoutes = [
  route({
    id: 'listStatements',
    method: 'GET',
    path: '/v1/statements',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Statements of accounts, in the order of their numbers', zh: '对账单列表（按编号）' },
    query: {
      kind: optional(oneOf(...kinds)),
      status: optional(oneOf(...statuses)),
      party: optional(key),
      owner: optional(key),
      currency: optional(text(3)),
      ...paging,
    },
    answer: pageOf(statement),
    handle: async ({ hub, query }) => {
      const { limit: asked, after, ...filter } = query
      const limit = pageLimit(asked)
      const rows = await statementPage(hub.database.read, hub.tenant, filter, readCursor(after, 1)?.[0] ?? '', limit + 1)
      return { body: toPage(rows, limit, (row) => [row.key], shown) }
    },
  }),
  route({
    id: 'getStatement',
    method: 'GET',
    path: '/v1/statements/{id}',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'One statement: period, opening, sums by kind, closing, hash, disputes',
      zh: '一张对账单：期间、期初、分类合计、期末、哈希与异议',
    },
    params,
    answer: statement,
    handle: async ({ hub, params: { id: number } }) => {
      const row = await statementOf(hub.database.read, hub.tenant, number)
      if (row === undefined) throw noStatement(number)
      return { body: shown(row) }
    },
  }),
  route({
    id: 'listStatementLines',
    method: 'GET',
    path: '/v1/statements/{id}/lines',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Lines of a statement, each with its document', zh: '对账单明细行，附来源单据' },
    params,
    query: paging,
    answer: pageOf(document),
    handle: async ({ hub, params: { id: number }, query }) => {
      const { read } = hub.database
      const row = await statementOf(read, hub.tenant, number)
      if (row === undefined) throw noStatement(number)
      const limit = pageLimit(query.limit)
      const rows = await statedPage(read, hub.tenant, number, Number(readCursor(query.after, 1)?.[0] ?? 0) || 0, limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          ({ line }) => [String(line)],
          (one): Json => lineOf(row.kind, one),
        ),
      }
    },
  }),
  rawRoute({
    id: 'getStatementContent',
    method: 'GET',
    path: '/v1/statements/{id}/content',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'The whole content as canonical JSON, byte for byte what the hash is over',
      zh: '完整内容（规范 JSON），即计算哈希的字节',
    },
    params,
    contentType: 'application/json',
    handle: async ({ hub, params: { id: number } }) => {
      const { read } = hub.database
      const row = await statementOf(read, hub.tenant, number)
      if (row === undefined) throw noStatement(number)
      const bytes = new TextEncoder()
      return {
        bytes: ReadableStream.from(encoded(statementText(read, hub.tenant, row), bytes)),
        contentType: 'application/json; charset=utf-8',
        headers: { 'content-disposition': `attachment; filename="${row.key}-${row.revision}.json"`, 'x-statement-hash': row.hash },
      }
    },
  }),
]

async function* encoded(pieces: AsyncIterable<string>, encoder: TextEncoder): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield encoder.encode(piece)
}
