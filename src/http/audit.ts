import { keyNames } from '../store/api-key.ts'
import { listAudit } from '../store/audit.ts'
import type { AuditTable } from '../store/tables.ts'
import { wantConnection } from './absent.ts'
import { clean } from './options.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { type Call, route } from './route.ts'
import { anything, described, fields, nullable, type Of, optional, text, time } from './shape.ts'
import { epochOr, iso, name, stored, streamName } from './values.ts'

const line = fields({
  id: text(),
  at: time,
  who: described(text(), 'id of the key that was used; `local`: the key of this machine; `crossdock`: the hub itself'),
  name: described(nullable(text()), 'what the key is called'),
  act: text(),
  connection: nullable(text()),
  stream: nullable(text()),
  detail: described(anything, 'what was asked, or what stood before and after'),
})

const shown = (row: AuditTable, names: ReadonlyMap<string, string>, { desk }: Call): Of<typeof line> => ({
  id: row.id,
  at: iso(row.at),
  who: row.who,
  name: names.get(row.who) ?? null,
  act: row.act,
  connection: row.connection,
  stream: row.stream,
  detail: row.detail === null ? null : stored(clean(desk.options, row.detail)),
})

export const auditRoutes = [
  route({
    id: 'listAudit',
    method: 'GET',
    path: '/v1/audit',
    tag: 'audit',
    scope: 'read',
    summary: { en: 'What people did to the hub, newest first', zh: '人员对枢纽所做的操作，最新在前' },
    query: {
      connection: optional(name),
      stream: optional(streamName),
      who: optional(text(191)),
      act: optional(text(64)),
      since: optional(time),
      ...paging,
    },
    answer: pageOf(line),
    handle: async (call) => {
      const { hub, query } = call
      await wantConnection(hub, query.connection)
      const { connection, stream, who, act } = query
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const rows = await listAudit(
        hub.database.read,
        hub.tenant,
        { connection, stream, who, act, since: epochOr('since', query.since), before },
        limit + 1,
      )
      const names = await keyNames(
        hub.database.read,
        hub.tenant,
        rows.map((row) => row.who),
      )
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => shown(row, names, call),
        ),
      }
    },
  }),
]
