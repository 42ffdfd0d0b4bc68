import { acceptDrift, driftText, parentOf } from '../pipeline/drift.ts'
import { toRing } from '../pipeline/lanes.ts'
import { writeAudit } from '../store/audit.ts'
import { listShapes } from '../store/shape.ts'
import type { ShapeTable } from '../store/tables.ts'
import { wantConnection } from './absent.ts'
import { clean } from './options.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { ProblemError } from './problem.ts'
import { type Call, route, writeRoute } from './route.ts'
import { count, described, fields, flag, list, nullable, type Of, oneOf, optional, text, time } from './shape.ts'
import { iso, isoOrNull, name, streamName } from './values.ts'

const change = fields({
  id: text(),
  connection: text(),
  stream: described(text(), 'a stream, or `<stream>/<child>`'),
  path: described(text(), 'of the field in the record, dotted; `*` is each item of a list; "" the record itself'),
  kind: described(
    oneOf<'new-field' | 'new-type' | 'new-word'>('new-field', 'new-type', 'new-word'),
    'a field that no record had before, another type of one that they had, or another word of one whose values are a few words',
  ),
  former: described(list(text()), 'types, or words, before'),
  type: nullable(text()),
  example: described(nullable(text()), 'a value by its form: letters and digits are replaced'),
  envelope: described(text(), 'the first record that showed it'),
  state: oneOf<'open' | 'accepted'>('open', 'accepted'),
  policy: oneOf<'accept' | 'warn' | 'stop'>('accept', 'warn', 'stop'),
  message: text(),
  seenAt: time,
  acceptedAt: nullable(time),
  acceptedBy: described(nullable(text()), 'null: by the policy of the stream'),
})

function shown(row: ShapeTable, { hub, desk }: Call): Of<typeof change> {
  const former = row.former === null ? [] : (JSON.parse(row.former) as readonly string[])
  return {
    id: row.id,
    connection: row.connection,
    stream: row.stream,
    path: row.path,
    kind: row.type === 'word' ? 'new-word' : former.length === 0 ? 'new-field' : 'new-type',
    former: former.map((one) => clean(desk.options, one)),
    type: row.type === 'word' ? null : row.type,
    example: row.example === null ? null : clean(desk.options, row.example),
    envelope: row.envelope,
    state: row.accepted_at === null ? 'open' : 'accepted',
    policy: hub.catalogue().connections.get(row.connection)?.streams.get(parentOf(row.stream))?.drift ?? 'accept',
    message: clean(desk.options, driftText(row)),
    seenAt: iso(row.seen_at),
    acceptedAt: isoOrNull(row.accepted_at),
    acceptedBy: row.accepted_by,
  }
}

const tag = 'drift'

export const driftRoutes = [
  route({
    id: 'listDrift',
    method: 'GET',
    path: '/v1/drift',
    tag,
    scope: 'read',
    summary: {
      en: 'Changes in how the records of partners look, after the first read; newest first',
      zh: '首次读取之后合作方记录结构的变化，最新在前',
    },
    query: {
      connection: optional(name),
      open: optional(described(flag, 'true: only those that nobody has accepted; false: only accepted ones')),
      ...paging,
    },
    answer: pageOf(change),
    handle: async (call) => {
      const { connection, open, limit: asked, after } = call.query
      await wantConnection(call.hub, connection)
      const limit = pageLimit(asked)
      const [before] = readCursor(after, 1) ?? []
      const rows = await listShapes(call.hub.database.read, call.hub.tenant, {
        ...(connection === undefined ? {} : { connection }),
        ...(open === undefined ? {} : { open }),
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => shown(row, call),
        ),
      }
    },
  }),
  writeRoute({
    id: 'acceptDrift',
    method: 'POST',
    path: '/v1/connections/{name}/streams/{stream}/drift/accept',
    tag,
    scope: 'write',
    summary: {
      en: 'Accept what has changed in the records of a stream; one that stopped at it goes on, with all that waited, in order',
      zh: '接受数据流记录结构的变化；因此停止的数据流将按顺序继续处理所有等待的记录',
    },
    params: { name, stream: streamName },
    body: fields({ paths: optional(described(list(text(1000), 1000), 'only these; all when left out')) }),
    answer: fields({
      accepted: count,
      open: described(count, 'changes of the stream that still wait'),
      goesOn: described(flag, 'nothing holds the stream any more'),
    }),
    effect: async (tx, call) => {
      const { hub, now, who } = call
      const { name: connection, stream } = call.params
      if (hub.catalogue().connections.get(connection)?.connector.streams[stream] === undefined)
        throw new ProblemError(404, 'not-found', `'${connection}' has no stream '${stream}'. GET /v1/drift has the changes that wait.`)
      const done = await acceptDrift(tx, hub.tenant, { connection, stream, paths: call.body.paths }, { who: who.id, at: now })
      if ('missing' in done)
        throw new ProblemError(
          409,
          'no-such-change',
          `No change of '${done.missing}' waits in ${connection} ${stream}. GET /v1/drift?open=true has those that do.`,
        )
      const detail = { changes: done.accepted.map(({ path, type, word, former }) => ({ path, type, word, former })) }
      await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act: 'drift-accepted', connection, stream, detail })
      return {
        body: { accepted: done.accepted.length, open: done.open, goesOn: done.open === 0 },
        after: () => {
          for (const lane of toRing(done.lanes)) hub.bell.ring({ kind: 'ingest', lane })
          if (done.open === 0) hub.bell.ring({ kind: 'pull', connection, stream })
        },
      }
    },
  }),
]
