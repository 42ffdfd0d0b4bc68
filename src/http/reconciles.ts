import { reconcile } from '../pipeline/reconcile-run.ts'
import { findReport, listReports } from '../store/report.ts'
import { noConnection, noStream, wantConnection } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound, ProblemError } from './problem.ts'
import { reportPage } from './report-page.ts'
import { day, headOf, heal, report, reportHead, reportOf } from './report-shape.ts'
import { rawRoute, route } from './route.ts'
import { described, fields, flag, oneOf, optional } from './shape.ts'
import { id, name, streamName } from './values.ts'

const tag = 'reports'
/** A comparison that a request waits for ends by then; a longer range is compared in parts, or by the clock. */
const longestMs = 600_000

export const reconcileRoutes = [
  route({
    id: 'reconcile',
    method: 'POST',
    path: '/v1/connections/{name}/reconcile',
    tag,
    scope: 'write',
    summary: {
      en: "Compare the partner's records with the ledger, day by day, down to the field; heal what differs",
      zh: '按日逐字段核对合作方记录与账本；可修复差异',
    },
    params: { name },
    body: fields({
      stream: optional(streamName),
      from: optional(day),
      until: optional(day),
      heal: optional(described(heal, 'pull: what differs is read again here; push: figures that differ are sent again')),
      dryRun: optional(described(flag, 'only say what healing would do')),
    }),
    answer: report,
    handle: async ({ hub, params, body, who, request }) => {
      const { stream, from = null, until = null } = body
      const setup = hub.catalogue().connections.get(params.name)
      if (setup === undefined) throw noConnection(params.name)
      if (stream !== undefined && !setup.streams.has(stream)) throw noStream(hub.catalogue(), { name: params.name, stream })
      for (const bound of [from, until])
        if (bound !== null && Number.isNaN(Date.parse(`${bound}T00:00:00Z`)))
          throw new ProblemError(400, 'bad-range', `${bound} is no date.`)
      if (from !== null && until !== null && from > until) throw new ProblemError(400, 'bad-range', 'The range must begin before it ends.')
      const wish = { connection: setup.name, from, until, heal: body.heal ?? 'none', dryRun: body.dryRun === true, askedBy: who.id }
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(longestMs)])
      return { body: reportOf(await reconcile(hub, { ...wish, ...(stream === undefined ? {} : { stream }) }, signal)) }
    },
  }),
  route({
    id: 'listReports',
    method: 'GET',
    path: '/v1/reports',
    tag,
    scope: 'read',
    summary: { en: 'Comparisons with partners, newest first', zh: '与合作方的核对报告，最新在前' },
    query: { connection: optional(name), ...paging },
    answer: pageOf(reportHead),
    handle: async ({ hub, query }) => {
      await wantConnection(hub, query.connection)
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const { connection } = query
      const rows = await listReports(hub.database.read, hub.tenant, {
        ...(connection === undefined ? {} : { connection }),
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return { body: toPage(rows, limit, (row) => [row.id], headOf) }
    },
  }),
  route({
    id: 'getReport',
    method: 'GET',
    path: '/v1/reports/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One report with its days and differences', zh: '一份核对报告，含每日数字与差异' },
    params: { id },
    answer: report,
    handle: async ({ hub, params }) => {
      const row = await findReport(hub.database.read, hub.tenant, params.id)
      if (row === undefined) throw notFound()
      return { body: reportOf(row) }
    },
  }),
  rawRoute({
    id: 'getReportPage',
    method: 'GET',
    path: '/v1/reports/{id}/page',
    tag,
    scope: 'read',
    summary: { en: 'The same as one page to keep or print', zh: '同一报告的单页版，可保存或打印' },
    params: { id },
    query: { lang: optional(oneOf<'en' | 'zh'>('en', 'zh')) },
    contentType: 'text/html; charset=utf-8',
    handle: async ({ hub, params, query }) => {
      const row = await findReport(hub.database.read, hub.tenant, params.id)
      if (row === undefined) throw notFound()
      return { bytes: await reportPage(row, query.lang ?? 'en') }
    },
  }),
]
