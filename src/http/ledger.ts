import { type Difference, maxDifferences, verify } from '../ledger/verify.ts'
import { breathing } from '../pipeline/breath.ts'
import { verifyLedger } from '../pipeline/verify-ledger.ts'
import type { VerificationTable } from '../store/tables.ts'
import { findVerification, listVerifications } from '../store/verification.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { notFound } from './problem.ts'
import { route } from './route.ts'
import { count, described, fields, flag, list, mapOf, nullable, type Of, text, time } from './shape.ts'
import { id, iso } from './values.ts'

const tag = 'figures'
/** A verification that a request waits for ends by then; a larger ledger is verified by the clock. */
const longestMs = 600_000

const difference = fields({
  table: text(),
  key: text(),
  stored: nullable(described(text(), 'JSON of the row as it stands; null: it is missing')),
  computed: nullable(described(text(), 'JSON of the row as the documents say; null: there should be none')),
  of: described(fields({ type: text(), key: text() }), 'the order, product, parcel or document that has to be derived again'),
})
const shown = ({ table, key, stored, computed, of }: Difference): Of<typeof difference> => ({
  table,
  key,
  stored,
  computed,
  of: { type: of.type, key: of.key },
})
const differences = described(list(difference), `at most ${maxDifferences}`)
const checked = described(mapOf(count), 'rows looked at, by table')
const whole = described(flag, `false: it ended at ${maxDifferences} differences, before it had looked at everything`)

const head = {
  id: text(),
  ok: flag,
  whole,
  checked,
  startedAt: time,
  endedAt: time,
  found: described(count, 'differences at the end'),
  mended: described(nullable(count), 'rows that were derived again; null: nobody asked for it'),
  askedBy: text(),
}
const verification = fields(head)
const headOf = (row: Omit<VerificationTable, 'body'>): Of<typeof verification> => ({
  id: row.id,
  ok: row.differences === 0,
  whole: row.whole === 1,
  checked: JSON.parse(row.checked),
  startedAt: iso(row.started_at),
  endedAt: iso(row.ended_at),
  found: row.differences,
  mended: row.mended,
  askedBy: row.asked_by,
})
const kept = fields({ ...head, differences })
const keptOf = (row: VerificationTable): Of<typeof kept> => {
  const found: readonly Difference[] = JSON.parse(row.body)
  return { ...headOf(row), differences: found.map(shown) }
}

export const ledgerRoutes = [
  route({
    id: 'verifyLedger',
    method: 'GET',
    path: '/v1/ledger/verify',
    tag,
    scope: 'read',
    summary: {
      en: 'Compute every derived figure again from the documents and list what differs',
      zh: '用单据重新计算全部派生数据并列出差异',
    },
    answer: fields({ ok: flag, whole, checked, differences }),
    handle: async ({ hub, request }) => {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(longestMs)])
      const breathe = breathing()
      const found = await verify(hub.database, hub.tenant, () => {
        signal.throwIfAborted()
        return breathe()
      })
      const { length } = found.differences
      return { body: { ok: length === 0, whole: found.whole, checked: found.checked, differences: found.differences.map(shown) } }
    },
  }),
  route({
    id: 'repairLedger',
    method: 'POST',
    path: '/v1/ledger/repair',
    tag,
    scope: 'write',
    audit: { act: 'ledger-repaired', answered: ['id', 'mended', 'found'] },
    summary: {
      en: 'The same, and derive again what differs; each repair is a line of the journal',
      zh: '同上，并重新派生有差异的数据；每次修复记入流水',
    },
    body: fields({}),
    answer: fields({
      ...head,
      repaired: described(list(difference), 'what was found'),
      differences: described(differences, 'what differs still'),
    }),
    handle: async ({ hub, request, who }) => {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(longestMs)])
      const { row, found } = await verifyLedger(hub, { repair: true, askedBy: who.id }, signal)
      return { body: { ...keptOf(row), repaired: found.differences.map(shown) } }
    },
  }),
  route({
    id: 'listVerifications',
    method: 'GET',
    path: '/v1/ledger/verifications',
    tag,
    scope: 'read',
    summary: { en: 'Verifications by the clock and repairs, newest first', zh: '定时核验与修复记录，最新在前' },
    query: paging,
    answer: pageOf(verification),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const rows = await listVerifications(hub.database.read, hub.tenant, {
        ...(before === undefined ? {} : { before }),
        limit: limit + 1,
      })
      return { body: toPage(rows, limit, (row) => [row.id], headOf) }
    },
  }),
  route({
    id: 'getVerification',
    method: 'GET',
    path: '/v1/ledger/verifications/{id}',
    tag,
    scope: 'read',
    summary: { en: 'One verification with what differed', zh: '一次核验及其差异' },
    params: { id },
    answer: kept,
    handle: async ({ hub, params }) => {
      const row = await findVerification(hub.database.read, hub.tenant, params.id)
      if (row === undefined) throw notFound()
      return { body: keptOf(row) }
    },
  }),
]
