import type { Context } from '../pipeline/context.ts'
import type { LinkTable } from '../store/tables.ts'
import { wantConnection } from './absent.ts'
import { type Cells, type FileFormat, fileFormats, fileHead, linkColumns, maxLines, mediaTypes, writeLine } from './crosswalk-files.ts'
import { importAnswer, importFile, maxFileBytes } from './crosswalk-import.ts'
import { type Line, linkLines, tryLines } from './crosswalk-write.ts'
import { documentTypes } from './document-types.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { ProblemError } from './problem.ts'
import { rawRoute, route, uploadRoute, writeRoute } from './route.ts'
import { described, fields, flag, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { iso, key, name } from './values.ts'

const link = fields({
  type: text(),
  connection: text(),
  externalKey: text(),
  key: text(),
  version: nullable(text()),
  linkedBy: oneOf<LinkTable['linked_by']>('origin', 'hub-ref', 'identifier', 'delivery', 'person', 'merge'),
  at: time,
})
const shown = (row: LinkTable): Of<typeof link> => ({
  type: row.type,
  connection: row.connection,
  externalKey: row.external_key,
  key: row.key,
  version: row.version,
  linkedBy: row.linked_by,
  at: iso(row.at),
})

interface Filter {
  readonly type?: string
  readonly connection?: string
  readonly key?: string
  readonly externalKey?: string
}
const filters = { type: optional(name), connection: optional(name), key: optional(key), externalKey: optional(key) }

/** Lines in the order of (type, connection, external key), after one. */
function page(
  { database, tenant }: Context,
  filter: Filter,
  after: readonly [string, string, string] | undefined,
  limit: number,
): Promise<LinkTable[]> {
  let rows = database.read.selectFrom('link').selectAll().where('tenant', '=', tenant).where('connection', '!=', '')
  if (filter.type !== undefined) rows = rows.where('type', '=', filter.type)
  if (filter.connection !== undefined) rows = rows.where('connection', '=', filter.connection)
  if (filter.key !== undefined) rows = rows.where('key', '=', filter.key)
  if (filter.externalKey !== undefined) rows = rows.where('external_key', '=', filter.externalKey)
  if (after) {
    const [type, connection, external] = after
    rows = rows.where((is) =>
      is.or([
        is('type', '>', type),
        is.and([is('type', '=', type), is('connection', '>', connection)]),
        is.and([is('type', '=', type), is('connection', '=', connection), is('external_key', '>', external)]),
      ]),
    )
  }
  return rows.orderBy('type').orderBy('connection').orderBy('external_key').limit(limit).execute()
}

const placeOf = (row: LinkTable): readonly [string, string, string] => [row.type, row.connection, row.external_key]
const exportPage = 1000

async function* exported(hub: Context, filter: Filter, format: FileFormat): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode(fileHead(format, linkColumns))
  for (let after: readonly [string, string, string] | undefined; ; ) {
    const rows = await page(hub, filter, after, exportPage)
    if (rows.length > 0)
      yield encoder.encode(
        rows
          .map(shown)
          .map(({ type, connection, externalKey, key }) => writeLine(format, linkColumns, { type, connection, externalKey, key }))
          .join(''),
      )
    const last = rows.at(-1)
    if (rows.length < exportPage || last === undefined) return
    after = placeOf(last)
  }
}

const tag = 'crosswalk'

const toLine = ({ type = '', connection = '', externalKey = '', key = '' }: Cells): Line => ({ type, connection, externalKey, key })

export const crosswalkRoutes = [
  route({
    id: 'listCrosswalk',
    method: 'GET',
    path: '/v1/crosswalk',
    tag,
    scope: 'read',
    summary: { en: 'Our keys beside the keys at the connections', zh: '内部键与外部键的对照' },
    query: { ...filters, ...paging },
    answer: pageOf(link),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const rows = await page(hub, query, readCursor(query.after, 3), limit + 1)
      return { body: toPage(rows, limit, placeOf, shown) }
    },
  }),
  writeRoute({
    id: 'putCrosswalk',
    method: 'PUT',
    path: '/v1/crosswalk',
    tag,
    scope: 'write',
    audit: { act: 'crosswalk-added', asked: ['type', 'connection', 'externalKey', 'key'], answered: ['outcome'] },
    summary: { en: 'Add one line; what waited for it goes on by itself', zh: '添加一行对照；等待它的工作会自动继续' },
    body: fields({ type: name, connection: name, externalKey: key, key }),
    answer: fields({ outcome: oneOf<'made' | 'kept'>('made', 'kept') }),
    effect: async (tx, { hub, body, desk }) => {
      const { outcomes, ring } = await linkLines(tx, hub, [body], documentTypes(desk.options))
      const [first] = outcomes
      if (first?.outcome === 'refused') throw new ProblemError(first.code === 'link-conflict' ? 409 : 422, first.code, first.message)
      return { body: { outcome: first?.outcome ?? 'kept' }, after: ring }
    },
  }),
  rawRoute({
    id: 'exportCrosswalk',
    method: 'GET',
    path: '/v1/crosswalk/export',
    tag,
    scope: 'read',
    summary: { en: 'All lines as a file', zh: '导出对照表文件' },
    query: { ...filters, format: optional(oneOf<FileFormat>(...fileFormats)) },
    contentType: 'text/csv',
    handle: async ({ hub, query }) => {
      const format = query.format ?? 'csv'
      return {
        bytes: ReadableStream.from(exported(hub, query, format)),
        contentType: `${mediaTypes[format]}; charset=utf-8`,
        headers: { 'content-disposition': `attachment; filename="crosswalk.${format}"` },
      }
    },
  }),
  uploadRoute({
    id: 'importCrosswalk',
    method: 'POST',
    path: '/v1/crosswalk/import',
    tag,
    scope: 'write',
    audit: { act: 'crosswalk-imported', answered: ['made', 'kept', 'refused'] },
    summary: {
      en: `Add the lines of a CSV or NDJSON file, at most ${maxLines}; refused lines are told, the others stand, and the same file may be sent again`,
      zh: `导入 CSV 或 NDJSON 文件（最多 ${maxLines} 行）；被拒绝的行会列出，其余生效，可重复导入`,
    },
    query: { dryRun: optional(described(flag, 'only say what would happen')) },
    contentTypes: Object.values(mediaTypes),
    maxBytes: maxFileBytes,
    answer: importAnswer,
    handle: async ({ hub, query, body, contentType, desk }) => {
      const types = documentTypes(desk.options)
      return {
        body: await importFile(hub, { columns: linkColumns, contentType, body, dryRun: query.dryRun === true }, toLine, {
          attempt: (lines) => tryLines(hub.database.read, hub, lines, types),
          save: (tx, lines) => linkLines(tx, hub, lines, types),
        }),
      }
    },
  }),
]
