import type { Database, Tx } from '../store/database.ts'
import { releaseThese } from '../store/delivery.ts'
import { insertJournal } from '../store/journal.ts'
import { hurryLanes } from '../store/lane.ts'
import type { FindingTable } from '../store/tables.ts'
import { pageLimit, pageOf, paging, readCursor, readPlace, toPage, writePlace } from './page.ts'
import { notFound } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { anything, fields, nullable, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { iso, isoOrNull, key, name, note, stored } from './values.ts'

type State = FindingTable['state']
const finding = fields({
  id: text(),
  type: text(),
  key: text(),
  code: text(),
  path: text(),
  state: oneOf<State>('open', 'closed'),
  detail: anything,
  openedAt: time,
  closedAt: nullable(time),
})
const shown = (row: FindingTable): Of<typeof finding> => ({
  id: idOf(row),
  type: row.type,
  key: row.key,
  code: row.code,
  path: row.path,
  state: row.state,
  detail: stored(row.detail),
  openedAt: iso(row.opened_at),
  closedAt: isoOrNull(row.closed_at),
})

type Name = Pick<FindingTable, 'type' | 'key' | 'code' | 'path'>

/** A finding is named by its document, code and path; they may hold anything, so the id is their JSON in base64url. */
const idOf = ({ type, key, code, path }: Name): string => writePlace([type, key, code, path])

function nameOf(id: string): Name {
  const place = readPlace(id, 4)
  if (!place) throw notFound()
  const [type, key, code, path] = place
  return { type, key, code, path }
}

interface Filter {
  readonly state?: State
  readonly code?: string
  readonly type?: string
  readonly key?: string
}

/** Findings in the order of their names, after one. */
function page(database: Database, tenant: string, filter: Filter, after: Name | undefined, limit: number): Promise<FindingTable[]> {
  let rows = database.read.selectFrom('finding').selectAll().where('tenant', '=', tenant)
  if (filter.state !== undefined) rows = rows.where('state', '=', filter.state)
  if (filter.code !== undefined) rows = rows.where('code', '=', filter.code)
  if (filter.type !== undefined) rows = rows.where('type', '=', filter.type)
  if (filter.key !== undefined) rows = rows.where('key', '=', filter.key)
  if (after)
    rows = rows.where((is) =>
      is.or([
        is('type', '>', after.type),
        is.and([is('type', '=', after.type), is('key', '>', after.key)]),
        is.and([is('type', '=', after.type), is('key', '=', after.key), is('code', '>', after.code)]),
        is.and([is('type', '=', after.type), is('key', '=', after.key), is('code', '=', after.code), is('path', '>', after.path)]),
      ]),
    )
  return rows.orderBy('type').orderBy('key').orderBy('code').orderBy('path').limit(limit).execute()
}

/** Deliveries of the document that a finding may hold become ready; the sender looks again. Answers their connections. */
async function freeHeld(tx: Tx, tenant: string, { type, key }: Name, now: number): Promise<readonly string[]> {
  const held = await tx
    .selectFrom('delivery')
    .select(['id', 'connection'])
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .where('state', '=', 'parked')
    .where('reason', '=', 'held')
    .execute()
  const lanes = await releaseThese(
    tx,
    tenant,
    held.map(({ id }) => id),
    now,
  )
  await hurryLanes(tx, tenant, 'deliver', lanes, now)
  return [...new Set(held.map(({ connection }) => connection))]
}

const tag = 'findings'

export const findingRoutes = [
  route({
    id: 'listFindings',
    method: 'GET',
    path: '/v1/findings',
    tag,
    scope: 'read',
    summary: { en: 'What the ledger found wrong, with its arithmetic', zh: '账本发现的问题及其计算过程' },
    query: {
      state: optional(oneOf<State>('open', 'closed')),
      code: optional(text(100)),
      type: optional(name),
      key: optional(key),
      ...paging,
    },
    answer: pageOf(finding),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const place = readCursor(query.after, 4)
      const after = place && { type: place[0], key: place[1], code: place[2], path: place[3] }
      const rows = await page(hub.database, hub.tenant, query, after, limit + 1)
      return { body: toPage(rows, limit, ({ type, key, code, path }) => [type, key, code, path], shown) }
    },
  }),
  writeRoute({
    id: 'closeFinding',
    method: 'POST',
    path: '/v1/findings/{id}/close',
    tag,
    scope: 'write',
    audit: { act: 'finding-closed', asked: ['note'], answered: ['type', 'key', 'code', 'path'] },
    summary: {
      en: 'Close a finding with a note; it opens again when the document changes and it still holds',
      zh: '附说明关闭问题；若单据变化后问题仍存在会再次打开',
    },
    params: { id: pattern('^[0-9A-Za-z_-]{4,900}$', 'id of a finding') },
    body: fields({ note }),
    answer: finding,
    effect: async (tx, { hub, params, body, now, who }) => {
      const wanted = nameOf(params.id)
      const one = () =>
        tx
          .selectFrom('finding')
          .selectAll()
          .where('tenant', '=', hub.tenant)
          .where('type', '=', wanted.type)
          .where('key', '=', wanted.key)
          .where('code', '=', wanted.code)
          .where('path', '=', wanted.path)
          .executeTakeFirst()
      const before = await one()
      if (!before) throw notFound()
      if (before.state === 'closed') return { body: shown(before) }
      await tx
        .updateTable('finding')
        .set({ state: 'closed', closed_at: now })
        .where('tenant', '=', hub.tenant)
        .where('type', '=', wanted.type)
        .where('key', '=', wanted.key)
        .where('code', '=', wanted.code)
        .where('path', '=', wanted.path)
        .execute()
      const { type, key, code, path } = wanted
      await insertJournal(tx, [
        {
          tenant: hub.tenant,
          id: hub.newId(),
          at: now,
          kind: 'finding-closed',
          type,
          key,
          version: null,
          envelope: null,
          delivery: null,
          detail: JSON.stringify({ code, path, note: body.note, by: who.id }),
        },
      ])
      const connections = await freeHeld(tx, hub.tenant, wanted, now)
      return {
        body: shown({ ...before, state: 'closed', closed_at: now }),
        after: () => {
          for (const connection of connections) hub.bell.ring({ kind: 'deliver', connection })
        },
      }
    },
  }),
]
