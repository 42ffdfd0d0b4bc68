import { approveSuggestions, rejectSuggestions } from '../ledger/replenish-approve.ts'
import { suggestionType } from '../ledger/replenish-row.ts'
import { reject } from '../model/errors.ts'
import type { Catalogue } from '../pipeline/context.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { lookForNeeds } from '../pipeline/replenish.ts'
import { documentsByKey } from '../store/document.ts'
import { replenishmentPage } from '../store/replenishment.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { route, writeRoute } from './route.ts'
import { count, described, fields, flag, list, nullable, oneOf, optional, text } from './shape.ts'
import { document, key, note, stored } from './values.ts'

const tag = 'replenishment'
const statuses = ['suggested', 'approved', 'ordered', 'received', 'rejected', 'superseded'] as const
const suggestion = fields({
  key: text(),
  status: text(),
  product: text(),
  location: text(),
  supplier: described(nullable(text()), 'null: nobody is known to supply it'),
  order: described(nullable(text()), 'key of the purchase order it became'),
  document: described(document, 'with every figure of the arithmetic'),
})
const keys = described(list(key, 500), 'keys of suggestions that are open')

function rulesOf({ replenishment }: Catalogue) {
  if (replenishment === undefined)
    throw reject(
      'no-rules',
      'the workspace has no `replenishment`: say there which places are filled up, and who buys (docs/replenishment.md)',
    )
  return replenishment
}

export const replenishmentRoutes = [
  route({
    id: 'listReplenishment',
    method: 'GET',
    path: '/v1/replenishment',
    tag,
    scope: 'read',
    summary: { en: 'Suggestions to order, the oldest first, each with its arithmetic', zh: '补货建议（先旧后新），附完整计算过程' },
    query: {
      status: optional(oneOf(...statuses)),
      supplier: optional(key),
      product: optional(key),
      location: optional(key),
      ...paging,
    },
    answer: pageOf(suggestion),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const limit = pageLimit(query.limit)
      const { limit: _, after, ...filter } = query
      const rows = await replenishmentPage(read, hub.tenant, filter, readCursor(after, 1)?.[0] ?? '', limit + 1)
      const found = await documentsByKey(
        read,
        hub.tenant,
        suggestionType,
        rows.map((row) => row.key),
      )
      const bodies = new Map(found.map((row) => [row.key, row.body]))
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.key],
          (row) => ({
            key: row.key,
            status: row.status,
            product: row.product,
            location: row.location,
            supplier: row.supplier === '' ? null : row.supplier,
            order: row.order_key,
            document: stored(bodies.get(row.key) ?? null),
          }),
        ),
      }
    },
  }),
  route({
    id: 'runReplenishment',
    method: 'POST',
    path: '/v1/replenishment/run',
    tag,
    scope: 'write',
    audit: { act: 'replenishment-run', asked: ['why'], answered: ['suggested', 'superseded', 'received', 'kept'] },
    summary: { en: 'Look now for what is to be ordered, as the nightly look does', zh: '立即计算补货建议，与夜间任务相同' },
    body: fields({ why: optional(note) }),
    answer: fields({
      suggested: described(count, 'suggestions made'),
      superseded: described(count, 'suggestions that are over'),
      received: described(count, 'suggestions whose goods came'),
      kept: described(count, 'open suggestions that say the same still'),
    }),
    handle: async ({ hub, who, body }) => {
      rulesOf(hub.catalogue())
      return { body: await lookForNeeds(hub, { actor: who.id, why: body.why ?? null }) }
    },
  }),
  writeRoute({
    id: 'approveReplenishment',
    method: 'POST',
    path: '/v1/replenishment/approve',
    tag,
    scope: 'write',
    audit: { act: 'replenishment-approved', asked: ['keys', 'why'], answered: ['orders'] },
    summary: {
      en: 'Approve suggestions: one purchase order for each supplier, all of them or none',
      zh: '批准补货建议：每个供应商生成一张采购订单，全部成功或全部不做',
    },
    body: fields({
      keys,
      issue: optional(described(flag, 'false: the orders are drafts; left out, they are issued')),
      why: optional(note),
    }),
    answer: fields({ orders: list(text()) }),
    effect: async (tx, { hub, who, body }) => {
      const catalogue = hub.catalogue()
      const rules = rulesOf(catalogue)
      const approval = { keys: body.keys, issue: body.issue !== false, author: { actor: who.id, why: body.why ?? null } }
      const { result, ring } = await writeLedger(tx, hub, (books) => approveSuggestions(books, approval, rules, catalogue.validate))
      return { body: { orders: result.map((order) => order.key) }, after: ring }
    },
  }),
  writeRoute({
    id: 'rejectReplenishment',
    method: 'POST',
    path: '/v1/replenishment/reject',
    tag,
    scope: 'write',
    audit: { act: 'replenishment-rejected', asked: ['keys', 'reason'], answered: ['keys'] },
    summary: {
      en: 'Refuse suggestions, with a reason; the same is not suggested again for some days',
      zh: '拒绝补货建议并说明原因；若干天内不再建议',
    },
    body: fields({ keys, reason: note }),
    answer: fields({ keys: list(text()) }),
    effect: async (tx, { hub, who, body }) => {
      const { keys: wanted, reason } = body
      const author = { actor: who.id, why: reason }
      const { validate } = hub.catalogue()
      const { result, ring } = await writeLedger(tx, hub, (books) => rejectSuggestions(books, { keys: wanted, reason, author }, validate))
      return { body: { keys: result.map((one) => one.key) }, after: ring }
    },
  }),
]
