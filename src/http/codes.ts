import type { Context } from '../pipeline/context.ts'
import type { CodeLine } from '../pipeline/judge-codes.ts'
import { endCode, saveCodes, tryCodes } from '../pipeline/save-codes.ts'
import { type CodeFilter, codePage } from '../store/code.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import { wantConnection } from './absent.ts'
import { type Cells, codeColumns, type FileFormat, fileFormats, fileHead, maxLines, mediaTypes, writeLine } from './crosswalk-files.ts'
import { importAnswer, importFile, maxFileBytes } from './crosswalk-import.ts'
import { pageLimit, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { rawRoute, route, uploadRoute, writeRoute } from './route.ts'
import { described, fields, flag, list, mapOf, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { id, iso, isoOrNull, key, name } from './values.ts'

const word = text(191)
const code = fields({
  id: text(),
  kind: text(),
  code: described(text(), "the partner's word"),
  hub: described(text(), 'ours'),
  connection: described(text(), 'empty: of all connections'),
  organisation: described(text(), 'empty: of all organisations'),
  product: described(text(), 'product whose pack this is; empty: no pack'),
  factor: described(nullable(text()), 'base units of the product in one pack'),
  validFrom: described(nullable(text()), 'first business date it holds on'),
  validTo: described(nullable(text()), 'last business date it holds on'),
  savedAt: time,
  savedBy: text(),
  endedAt: nullable(time),
  endedBy: nullable(text()),
})
const shown = (row: CodeTable): Of<typeof code> => ({
  id: row.id,
  kind: row.kind,
  code: row.code,
  hub: row.hub,
  connection: row.connection,
  organisation: row.organisation,
  product: row.product,
  factor: row.factor,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  savedAt: iso(row.saved_at),
  savedBy: row.saved_by,
  endedAt: isoOrNull(row.ended_at),
  endedBy: row.ended_by,
})

const filters = { kind: optional(name), connection: optional(name), code: optional(word), hub: optional(word), product: optional(key) }

const cellsOf = (row: CodeTable): Cells => ({
  kind: row.kind,
  code: row.code,
  hub: row.hub,
  connection: row.connection,
  organisation: row.organisation,
  product: row.product,
  factor: row.factor ?? '',
  validFrom: row.valid_from ?? '',
  validTo: row.valid_to ?? '',
})
const toLine = (cells: Cells): CodeLine => ({
  kind: cells.kind ?? '',
  code: cells.code ?? '',
  hub: cells.hub ?? '',
  connection: cells.connection ?? '',
  organisation: cells.organisation ?? '',
  product: cells.product ?? '',
  factor: cells.factor || null,
  validFrom: cells.validFrom || null,
  validTo: cells.validTo || null,
})

const exportPage = 1000

async function* exported({ database, tenant }: Context, filter: CodeFilter, format: FileFormat): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode(fileHead(format, codeColumns))
  for (let after = ''; ; ) {
    const rows = await codePage(database.read, tenant, filter, after, exportPage)
    if (rows.length > 0) yield encoder.encode(rows.map((row) => writeLine(format, codeColumns, cellsOf(row))).join(''))
    const last = rows.at(-1)
    if (rows.length < exportPage || last === undefined) return
    after = last.id
  }
}

const tag = 'crosswalk'

export const codeRoutes = [
  route({
    id: 'listCodes',
    method: 'GET',
    path: '/v1/crosswalk/codes',
    tag,
    scope: 'read',
    summary: {
      en: 'Saved codes, and the code lists of the workspace they go before',
      zh: '已保存的代码，以及优先级低于它们的工作区代码表',
    },
    query: { ...filters, ended: optional(described(flag, 'those that ended as well')), ...paging },
    answer: fields({
      items: list(code),
      next: nullable(text()),
      codes: described(mapOf(mapOf(text())), 'the lists of the workspace file: external code to hub code, by kind'),
    }),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const [after = ''] = readCursor(query.after, 1) ?? []
      const rows = await codePage(hub.database.read, hub.tenant, query, after, limit + 1)
      return {
        body: {
          ...toPage(rows, limit, (row) => [row.id], shown),
          codes: Object.fromEntries([...hub.catalogue().codes].map(([kind, codes]) => [kind, Object.fromEntries(codes)])),
        },
      }
    },
  }),
  writeRoute({
    id: 'putCode',
    method: 'PUT',
    path: '/v1/crosswalk/codes',
    tag,
    scope: 'write',
    audit: { act: 'code-saved', asked: ['kind', 'code', 'hub', 'connection', 'organisation', 'product'], answered: ['outcome'] },
    summary: { en: 'Save one code; what waited for it goes on by itself', zh: '保存一个代码；等待它的工作会自动继续' },
    body: fields({
      kind: name,
      code: word,
      hub: word,
      connection: optional(name),
      organisation: optional(text(64)),
      product: optional(word),
      factor: optional(text(40)),
      validFrom: optional(text(10)),
      validTo: optional(text(10)),
    }),
    answer: fields({ outcome: oneOf<'made' | 'kept' | 'changed'>('made', 'kept', 'changed') }),
    effect: async (tx, { hub, body, who }) => {
      const { outcomes, ring } = await saveCodes(tx, hub, [toLine(body)], who.id)
      const [first] = outcomes
      if (first?.outcome === 'refused') throw new ProblemError(first.code === 'code-conflict' ? 409 : 422, first.code, first.message)
      return { body: { outcome: first?.outcome ?? 'kept' }, after: ring }
    },
  }),
  writeRoute({
    id: 'endCode',
    method: 'DELETE',
    path: '/v1/crosswalk/codes/{id}',
    tag,
    scope: 'write',
    audit: { act: 'code-ended', answered: ['ended'] },
    summary: { en: 'End a saved code; what was made with it stays', zh: '停用一个已保存的代码；已用它生成的内容保持不变' },
    params: { id },
    answer: fields({ ended: described(flag, 'false: it had ended before') }),
    effect: async (tx, { hub, params, who }) => {
      const found = await endCode(tx, hub, params.id, who.id)
      if (found === undefined) throw notFound()
      return { body: { ended: found.ended }, after: found.ring }
    },
  }),
  rawRoute({
    id: 'exportCodes',
    method: 'GET',
    path: '/v1/crosswalk/codes/export',
    tag,
    scope: 'read',
    summary: { en: 'All saved codes that hold, as a file', zh: '导出所有有效的已保存代码' },
    query: { ...filters, format: optional(oneOf<FileFormat>(...fileFormats)) },
    contentType: 'text/csv',
    handle: async ({ hub, query }) => {
      const format = query.format ?? 'csv'
      return {
        bytes: ReadableStream.from(exported(hub, query, format)),
        contentType: `${mediaTypes[format]}; charset=utf-8`,
        headers: { 'content-disposition': `attachment; filename="codes.${format}"` },
      }
    },
  }),
  uploadRoute({
    id: 'importCodes',
    method: 'POST',
    path: '/v1/crosswalk/codes/import',
    tag,
    scope: 'write',
    audit: { act: 'codes-imported', answered: ['made', 'kept', 'changed', 'refused'] },
    summary: {
      en: `Save the codes of a CSV or NDJSON file, at most ${maxLines}; refused lines are told, the others stand, and the same file may be sent again`,
      zh: `导入 CSV 或 NDJSON 代码文件（最多 ${maxLines} 行）；被拒绝的行会列出，其余生效，可重复导入`,
    },
    query: { dryRun: optional(described(flag, 'only say what would happen')) },
    contentTypes: Object.values(mediaTypes),
    maxBytes: maxFileBytes,
    answer: importAnswer,
    handle: async ({ hub, query, body, contentType, who }) => ({
      body: await importFile(hub, { columns: codeColumns, contentType, body, dryRun: query.dryRun === true }, toLine, {
        attempt: (lines) => tryCodes(hub.database.read, hub, lines),
        save: (tx, lines) => saveCodes(tx, hub, lines, who.id),
      }),
    }),
  }),
]
