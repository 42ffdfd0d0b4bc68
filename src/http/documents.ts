import { isMergedKey } from '../ledger/merged-keys.ts'
import { documentStretch, versionAt, versionsOf } from '../store/document.ts'
import { findingsOf } from '../store/finding.ts'
import { journalOf } from '../store/journal.ts'
import { linksTo } from '../store/link.ts'
import type { DocumentTable, FindingTable, LinkTable } from '../store/tables.ts'
import { noDocument } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage, toPart } from './page.ts'
import { type Call, route } from './route.ts'
import { anything, count, day, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { document, epoch, iso, isoOrNull, key, name, stored } from './values.ts'

const head = {
  type: text(),
  key: text(),
  version: count,
  origin: text(),
  number: nullable(text()),
  status: nullable(text()),
  businessDate: nullable(text()),
  placedAt: nullable(time),
  deleted: flag,
  baseline: flag,
  changedAt: time,
}
const headShape = fields(head)
const headOf = (row: DocumentTable): Of<typeof headShape> => ({
  type: row.type,
  key: row.key,
  version: row.version,
  origin: row.origin,
  number: row.number,
  status: row.status,
  businessDate: row.business_date,
  placedAt: isoOrNull(row.placed_at),
  deleted: row.deleted === 1,
  baseline: row.baseline === 1,
  changedAt: iso(row.changed_at),
})

const link = fields({
  connection: text(),
  externalKey: text(),
  version: nullable(text()),
  linkedBy: oneOf<LinkTable['linked_by']>('origin', 'hub-ref', 'identifier', 'delivery', 'person', 'merge'),
  at: time,
})
const finding = fields({
  code: text(),
  path: text(),
  state: oneOf<FindingTable['state']>('open', 'closed'),
  detail: anything,
  openedAt: time,
})

const tag = 'documents'
const params = { type: name }
const keyQuery = { key: described(key, 'key of the document; it may hold slashes, so it stands here and not in the path') }

/** The document's own row. @throws ProblemError 404, also for a type that has no schema */
async function find(call: Call<{ type: string }, { key: string }>): Promise<DocumentTable> {
  const { database, tenant } = call.hub
  const row = await database.read
    .selectFrom('document')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', call.params.type)
    .where('key', '=', call.query.key)
    .executeTakeFirst()
  if (!row) throw noDocument(call.desk.options, call.params.type, call.query.key)
  return row
}

export const documentRoutes = [
  route({
    id: 'listDocuments',
    method: 'GET',
    path: '/v1/documents/{type}',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Documents of one type in the order of their keys', zh: '某一类型的单据，按键排序' },
    params,
    query: {
      number: optional(text(200)),
      status: optional(text(50)),
      origin: optional(name),
      from: optional(described(day, 'business date, inclusive')),
      to: optional(described(day, 'business date, inclusive')),
      deleted: optional(flag),
      ...paging,
    },
    answer: pageOf(headShape),
    handle: async ({ hub, params, query, desk, who }) => {
      if (desk.options.schemas && !desk.options.schemas.has(`${params.type}@1`)) throw noDocument(desk.options, params.type)
      const limit = pageLimit(query.limit)
      const after = readCursor(query.after, 1)
      let rows = hub.database.read.selectFrom('document').selectAll().where('tenant', '=', hub.tenant).where('type', '=', params.type)
      if (query.number !== undefined) rows = rows.where('number', '=', query.number)
      if (query.status !== undefined) rows = rows.where('status', '=', query.status)
      if (query.origin !== undefined) rows = rows.where('origin', '=', query.origin)
      if (query.from !== undefined) rows = rows.where('business_date', '>=', query.from)
      if (query.to !== undefined) rows = rows.where('business_date', '<=', query.to)
      if (query.deleted !== undefined) rows = rows.where('deleted', '=', query.deleted ? 1 : 0)
      if (after) rows = rows.where('key', '>', after[0])
      const { number, status, origin, from, to, deleted } = query
      const isSieved = number === undefined && [status, origin, from, to, deleted].some((one) => one !== undefined)
      // a party's own documents are looked for by their keys
      const end =
        isSieved && who.party === null ? await documentStretch(hub.database.read, hub.tenant, params.type, after?.[0] ?? '') : undefined
      if (end !== undefined) rows = rows.where('key', '<=', end)
      const found = await rows
        .orderBy('key')
        .limit(limit + 1)
        .execute()
      return { body: toPart(found, limit, (row) => [row.key], headOf, end === undefined ? undefined : [end]) }
    },
  }),
  route({
    id: 'getDocument',
    method: 'GET',
    path: '/v1/documents/{type}/one',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'One document as it stands, with its links and findings', zh: '一张单据的当前内容、关联和问题' },
    params,
    query: keyQuery,
    answer: fields({ ...head, document, links: list(link), findings: list(finding), envelope: nullable(text()) }),
    handle: async (call) => {
      const row = await find(call)
      const { database, tenant } = call.hub
      const links = (await linksTo(database.read, tenant, row.type, [row.key])).filter((link) => !isMergedKey(link))
      const findings = await findingsOf(database.read, tenant, row.type, [row.key])
      return {
        body: {
          ...headOf(row),
          document: stored(row.body),
          links: links.map((one) => ({
            connection: one.connection,
            externalKey: one.external_key,
            version: one.version,
            linkedBy: one.linked_by,
            at: iso(one.at),
          })),
          findings: findings.map((one) => ({
            code: one.code,
            path: one.path,
            state: one.state,
            detail: stored(one.detail),
            openedAt: iso(one.opened_at),
          })),
          envelope: row.envelope,
        },
      }
    },
  }),
  route({
    id: 'getDocumentAt',
    method: 'GET',
    path: '/v1/documents/{type}/as-of',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'One document as the hub knew it at a time', zh: '单据在某一时刻的内容' },
    params,
    query: { ...keyQuery, at: time },
    answer: fields({ type: text(), key: text(), version: count, at: time, deleted: flag, document, envelope: nullable(text()) }),
    handle: async (call) => {
      const { database, tenant } = call.hub
      const row = await versionAt(database.read, tenant, call.params.type, call.query.key, epoch('at', call.query.at))
      if (!row) throw noDocument(call.desk.options, call.params.type, call.query.key)
      const { type, key, version, envelope } = row
      return { body: { type, key, version, at: iso(row.at), deleted: row.deleted === 1, document: stored(row.body), envelope } }
    },
  }),
  route({
    id: 'getDocumentHistory',
    method: 'GET',
    path: '/v1/documents/{type}/history',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Every version of a document, the first one first', zh: '单据的全部版本，最早在前' },
    params,
    query: { ...keyQuery, ...paging },
    answer: pageOf(
      fields({
        version: count,
        at: time,
        deleted: flag,
        envelope: nullable(text()),
        mapping: nullable(text()),
        revision: nullable(text()),
        actor: described(nullable(text()), 'who commanded it; null where a record of a connection made it'),
        why: nullable(text()),
        document,
      }),
    ),
    handle: async (call) => {
      const row = await find(call)
      const limit = pageLimit(call.query.limit)
      const [after] = readCursor(call.query.after, 1) ?? ['0']
      const { database, tenant } = call.hub
      const rows = await versionsOf(database.read, tenant, row.type, row.key, wholeOf(after), limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (one) => [String(one.version)],
          (one) => ({
            version: one.version,
            at: iso(one.at),
            deleted: one.deleted === 1,
            envelope: one.envelope,
            mapping: one.mapping,
            revision: one.revision,
            actor: one.actor,
            why: one.why,
            document: stored(one.body),
          }),
        ),
      }
    },
  }),
  route({
    id: 'getDocumentJournal',
    method: 'GET',
    path: '/v1/documents/{type}/journal',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'What happened to a document: at most the first 500 effects', zh: '单据发生过的事情（最多前 500 条）' },
    params,
    query: keyQuery,
    answer: fields({
      items: list(
        fields({
          id: text(),
          at: time,
          kind: text(),
          version: nullable(count),
          envelope: nullable(text()),
          delivery: nullable(text()),
          detail: anything,
          actor: nullable(text()),
          why: nullable(text()),
        }),
      ),
    }),
    handle: async (call) => {
      const row = await find(call)
      const rows = await journalOf(call.hub.database.read, call.hub.tenant, row.type, row.key, 500)
      return {
        body: {
          items: rows.map(({ id, at, kind, version, envelope, delivery, detail, actor, why }) => ({
            id,
            at: iso(at),
            kind,
            version,
            envelope,
            delivery,
            detail: stored(detail),
            actor,
            why,
          })),
        },
      }
    },
  }),
]

const wholeOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0)
