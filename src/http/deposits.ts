import { accountEntries, depositPage, depositsOf } from '../store/deposit.ts'
import type { Reader } from '../store/in-list.ts'
import { csvLine } from './csv.ts'
import { accountOf, depositShape, entryShape, shownDeposits, shownEntry } from './deposit-shape.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid, ProblemError } from './problem.ts'
import { rawRoute, route } from './route.ts'
import { day, described, fields, flag, list, oneOf, optional, pattern } from './shape.ts'
import { key } from './values.ts'

const tag = 'deposits'
const merchant = described(key, 'key of the party; it may hold slashes, so it stands here and not in the path')
const currency = pattern('^[A-Z]{3}$', 'ISO 4217')
const ofEntries = {
  merchant,
  currency: optional(described(currency, 'may be left out where the merchant has one deposit')),
  account: optional(described(oneOf('available', 'frozen'), 'available when left out')),
  from: optional(described(day, 'first business day')),
  until: optional(described(day, 'last business day')),
}

const noDeposit = (party: string): ProblemError =>
  new ProblemError(404, 'no-deposit', `${party} has no such deposit: \`crossdock deposits list\` has those there are.`)

/** The deposit that is meant; a merchant with several has to be asked for one of them. */
async function depositNamed(read: Reader, tenant: string, party: string, wanted: string | undefined) {
  const rows = (await depositsOf(read, tenant, [party])).filter((row) => wanted === undefined || row.currency === wanted)
  if (rows.length > 1)
    throw invalid([
      {
        in: 'query',
        path: 'currency',
        message: `say which: ${rows
          .map((row) => row.currency)
          .sort()
          .join(', ')}`,
      },
    ])
  if (rows[0] === undefined) throw noDeposit(party)
  return rows[0]
}

export const depositRoutes = [
  route({
    id: 'listDeposits',
    method: 'GET',
    path: '/v1/deposits',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'Deposits of merchants, with what is available, frozen and waited for', zh: '商户预存款：可用、冻结及待款订单' },
    query: { merchant: optional(merchant), low: optional(described(flag, 'only those that are low, or are not')), ...paging },
    answer: pageOf(depositShape),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const place = readCursor(query.after, 3)
      const rows = await depositPage(hub.database.read, hub.tenant, {
        ...(query.merchant === undefined ? {} : { party: query.merchant }),
        ...(query.low === undefined ? {} : { low: query.low }),
        ...(place === undefined ? {} : { after: [place[1], place[2]] as const }),
        limit: limit + 1,
      })
      const shown = await shownDeposits(hub.database.read, hub.tenant, rows.slice(0, limit))
      const page = toPage(
        rows,
        limit,
        (row) => ['deposit', row.party, row.currency],
        (row) => row,
      )
      return { body: { items: shown, next: page.next } }
    },
  }),
  route({
    id: 'getDeposits',
    method: 'GET',
    path: '/v1/deposits/one',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'The deposits of one merchant, one for each currency', zh: '某商户的预存款，每币种一个' },
    query: { merchant },
    answer: fields({ merchant: key, items: list(depositShape) }),
    handle: async ({ hub, query }) => {
      const rows = await depositsOf(hub.database.read, hub.tenant, [query.merchant])
      if (rows.length === 0) throw noDeposit(query.merchant)
      return { body: { merchant: query.merchant, items: await shownDeposits(hub.database.read, hub.tenant, rows) } }
    },
  }),
  route({
    id: 'listDepositEntries',
    method: 'GET',
    path: '/v1/deposits/entries',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Every change of a deposit with what was there before and after, the newest first',
      zh: '预存款变动记录：每笔变动前后余额，最新在前',
    },
    query: { ...ofEntries, ...paging },
    answer: pageOf(entryShape),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const limit = pageLimit(query.limit)
      const deposit = await depositNamed(read, hub.tenant, query.merchant, query.currency)
      const place = readCursor(query.after, 1)
      if (place !== undefined && !/^\d{1,15}$/.test(place[0]))
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before' }])
      const rows = await accountEntries(read, hub.tenant, {
        ...{ account: accountOf(deposit, query.account ?? 'available'), newest: true, limit: limit + 1 },
        ...(query.from === undefined ? {} : { from: query.from }),
        ...(query.until === undefined ? {} : { until: query.until }),
        ...(place === undefined ? {} : { after: Number(place[0]) }),
      })
      return { body: toPage(rows, limit, (row) => [String(row.seq)], shownEntry) }
    },
  }),
  rawRoute({
    id: 'exportDepositEntries',
    method: 'GET',
    path: '/v1/deposits/entries/export',
    tag,
    scope: 'read',
    party: 'own',
    summary: { en: 'The same as a CSV file, the oldest first', zh: '同上，导出 CSV 文件，最早在前' },
    query: ofEntries,
    contentType: 'text/csv',
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const deposit = await depositNamed(read, hub.tenant, query.merchant, query.currency)
      const asked = {
        ...{ account: accountOf(deposit, query.account ?? 'available'), newest: false, limit: pageRows },
        ...(query.from === undefined ? {} : { from: query.from }),
        ...(query.until === undefined ? {} : { until: query.until }),
      }
      return {
        bytes: ReadableStream.from(csvOf(read, hub.tenant, asked, [deposit.party, deposit.currency, query.account ?? 'available'])),
        contentType: 'text/csv; charset=utf-8',
        headers: { 'content-disposition': 'attachment; filename="deposit.csv"' },
      }
    },
  }),
]

/** Rows read at once, and lines of one file at most. */
const pageRows = 500
const mostRows = 1_000_000
const columns = [
  'merchant',
  'currency',
  'account',
  'seq',
  'at',
  'businessDate',
  'period',
  'kind',
  'amount',
  'before',
  'after',
  'refType',
  'refKey',
  'why',
]

async function* csvOf(
  read: Reader,
  tenant: string,
  asked: Parameters<typeof accountEntries>[2],
  head: readonly string[],
): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder()
  yield bytes.encode(csvLine(columns))
  for (let after: number | undefined, done = 0; done < mostRows; ) {
    const rows = await accountEntries(read, tenant, { ...asked, ...(after === undefined ? {} : { after }) })
    const lines = rows
      .map(shownEntry)
      .map((one) =>
        csvLine([
          ...head,
          ...[String(one.seq), one.at, one.businessDate, one.period, one.kind, one.amount, one.before, one.after],
          ...[one.ref?.type ?? '', one.ref?.key ?? '', one.why ?? ''],
        ]),
      )
    yield bytes.encode(lines.join(''))
    done += rows.length
    after = rows.at(-1)?.seq
    if (rows.length < pageRows) return
  }
}
