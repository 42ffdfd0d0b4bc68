import { findingKinds, kindOf, type Severity } from '../ledger/finding-codes.ts'
import { findFinding, findingPage, findingsByAge } from '../store/finding.ts'
import { ageBands, countByAge } from '../store/finding-counts.ts'
import { finding, nameOf, owner, params, type State, severity, shown } from './finding-shape.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { count, described, fields, list, nullable, oneOf, optional, pattern, text } from './shape.ts'
import { key, name } from './values.ts'

const tag = 'findings'
const span = pattern('^[0-9]{1,5}[hd]$', 'hours or days: 12h, 7d')

const codesOf = (wanted: Severity): readonly string[] =>
  Object.entries(findingKinds).flatMap(([code, kind]) => (kind.severity === wanted ? [code] : []))

const msOf = (text: string): number => Number.parseInt(text, 10) * (text.endsWith('h') ? 3_600_000 : 86_400_000)

export const findingRoutes = [
  route({
    id: 'listFindings',
    method: 'GET',
    path: '/v1/findings',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'What the ledger found wrong, with its arithmetic and what is proposed', zh: '账本发现的问题、计算过程与建议操作' },
    query: {
      state: optional(oneOf<State>('open', 'closed')),
      code: optional(text(100)),
      severity: optional(severity),
      type: optional(name),
      key: optional(key),
      owner: optional(described(text(200), '`person/<name>`, `party/<key>`, or `none`')),
      olderThan: optional(described(span, 'opened at least so long ago: 12h, 7d')),
      order: optional(described(oneOf<'name' | 'age'>('name', 'age'), 'by their names when left out; age: the oldest first')),
      ...paging,
    },
    answer: pageOf(finding),
    handle: async ({ hub, query, who, now }) => {
      const limit = pageLimit(query.limit)
      const { state, code, severity: wanted, type, key: of, owner: whose, olderThan } = query
      if (who.party !== null && whose !== undefined && whose !== `party/${who.party}`)
        throw new ProblemError(
          403,
          'not-for-parties',
          `Who looks after a finding is shown to the operator only. Ask for those of your own: owner=party/${who.party}.`,
        )
      const codes = code === undefined ? (wanted === undefined ? undefined : codesOf(wanted)) : [code]
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(codes === undefined ? {} : { codes }),
        ...(type === undefined ? {} : { type }),
        ...(of === undefined ? {} : { key: of }),
        ...(whose === undefined ? {} : { owner: whose === 'none' ? null : whose }),
        ...(olderThan === undefined ? {} : { before: now - msOf(olderThan) }),
      }
      const { read } = hub.database
      if (query.order === 'age') {
        const place = readCursor(query.after, 5)
        const after = place && { opened_at: Number(place[0]), type: place[1], key: place[2], code: place[3], path: place[4] }
        const rows = await findingsByAge(read, hub.tenant, filter, after, limit + 1)
        const placeOf = (row: (typeof rows)[number]) => [String(row.opened_at), row.type, row.key, row.code, row.path] as const
        return { body: toPage(rows, limit, placeOf, (row) => shown(row, now)) }
      }
      const place = readCursor(query.after, 4)
      const after = place && { type: place[0], key: place[1], code: place[2], path: place[3] }
      const rows = await findingPage(read, hub.tenant, filter, after, limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.type, row.key, row.code, row.path],
          (row) => shown(row, now),
        ),
      }
    },
  }),
  route({
    id: 'countFindings',
    method: 'GET',
    path: '/v1/findings/counts',
    tag,
    scope: 'read',
    summary: { en: 'Open findings by age, severity, code and owner', zh: '未关闭问题按时长、严重程度、代码与负责人统计' },
    answer: fields({
      total: count,
      counts: list(
        fields({
          band: described(
            oneOf(...ageBands.map(({ band }) => band)),
            'age from its opening: up to this long, and longer than the band before',
          ),
          code: text(),
          severity,
          owner: nullable(text()),
          count,
        }),
      ),
    }),
    handle: async ({ hub, now }) => {
      const counts = await countByAge(hub.database.read, hub.tenant, now)
      return {
        body: {
          total: counts.reduce((sum, one) => sum + one.count, 0),
          counts: counts.map(({ band, code, owner: who, count: of }) => ({
            band,
            code,
            severity: severityOf(code),
            owner: who,
            count: of,
          })),
        },
      }
    },
  }),
  writeRoute({
    id: 'assignFinding',
    method: 'POST',
    path: '/v1/findings/{id}/assign',
    tag,
    scope: 'write',
    audit: { act: 'finding-assigned', asked: ['owner'], answered: ['type', 'key', 'code', 'path'] },
    summary: { en: 'Say who looks after a finding, or that nobody does', zh: '指定或取消问题的负责人' },
    params,
    body: fields({ owner: nullable(owner) }),
    answer: finding,
    effect: async (tx, { hub, params: { id }, body, now }) => {
      const wanted = nameOf(id)
      const before = await findFinding(tx, hub.tenant, wanted)
      if (before === undefined) throw notFound()
      if (body.owner?.kind === 'party') {
        const party = await tx
          .selectFrom('document')
          .select('key')
          .where('tenant', '=', hub.tenant)
          .where('type', '=', 'party')
          .where('key', '=', body.owner.name)
          .executeTakeFirst()
        if (party === undefined) throw new ProblemError(409, 'no-party', `The ledger has no party '${body.owner.name}'.`)
      }
      const change = {
        owner: body.owner === null ? null : `${body.owner.kind}/${body.owner.name}`,
        owned_at: body.owner === null ? null : now,
      }
      await tx
        .updateTable('finding')
        .set(change)
        .where('tenant', '=', hub.tenant)
        .where('type', '=', wanted.type)
        .where('key', '=', wanted.key)
        .where('code', '=', wanted.code)
        .where('path', '=', wanted.path)
        .execute()
      return { body: shown({ ...before, ...change }, now) }
    },
  }),
]

const severityOf = (code: string): Severity => kindOf(code).severity
