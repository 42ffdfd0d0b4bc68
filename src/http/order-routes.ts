import { accountsIn, keptDecision } from '../ledger/order-routing.ts'
import { reroute } from '../pipeline/reroute.ts'
import { decisionsOf } from '../store/route-decision.ts'
import type { RouteDecisionTable } from '../store/tables.ts'
import { ProblemError } from './problem.ts'
import { mostOrders, proposedRules, rehearseRouting, rulesToTry } from './rehearse-routing.ts'
import { route, writeRoute } from './route.ts'
import { anything, count, described, fields, flag, list, nullable, type Of, optional, text, time } from './shape.ts'
import { epoch, iso, key, note } from './values.ts'

const line = fields({
  line: text(),
  account: nullable(text()),
  rule: described(nullable(text()), '`fallback` where no rule took it, `person` where somebody said so'),
  passed: described(list(fields({ rule: text(), why: text() })), 'rules before it that did not take it, and why'),
})
const decision = fields({
  at: time,
  version: described(text(), 'hash of the rules'),
  accounts: list(text()),
  lines: list(line),
  inputs: described(anything, 'what it was decided by: with the same rules it is the same decision for ever'),
  actor: nullable(text()),
  why: nullable(text()),
})
const shown = (row: RouteDecisionTable): Of<typeof decision> => {
  const { lines, inputs } = keptDecision(row)
  return {
    at: iso(row.at),
    version: row.version,
    accounts: accountsIn(lines),
    lines,
    inputs: JSON.parse(JSON.stringify(inputs)),
    actor: row.actor,
    why: row.why,
  }
}

const tag = 'orders'

export const orderRoutingRoutes = [
  route({
    id: 'getOrderRoute',
    method: 'GET',
    path: '/v1/orders/route',
    tag,
    scope: 'read',
    summary: {
      en: 'Where a sales order goes, by which rule, why no other took it, and every decision before',
      zh: '销售订单的分流结果：所用规则、其他规则未命中的原因及历次决定',
    },
    query: { key: described(key, 'key of the order') },
    answer: fields({ key: text(), current: decision, former: list(decision) }),
    handle: async ({ hub, query }) => {
      const rows = await decisionsOf(hub.database.read, hub.tenant, [query.key])
      const last = rows.at(-1)
      if (last === undefined)
        throw new ProblemError(
          404,
          'not-found',
          `No decision was made about sales order '${query.key}': \`routing\` of the workspace decides orders as they come.`,
        )
      return { body: { key: query.key, current: shown(last), former: rows.slice(0, -1).slice(-100).map(shown) } }
    },
  }),
  writeRoute({
    id: 'rerouteOrder',
    method: 'POST',
    path: '/v1/orders/reroute',
    tag,
    scope: 'write',
    audit: { act: 'order-rerouted', asked: ['key', 'account', 'lines', 'why'] },
    summary: {
      en: 'Send a sales order, or some of its lines, to another account, before anything of it was submitted',
      zh: '在提交之前将订单或其部分明细改派到另一账号',
    },
    body: fields({
      key,
      account: text(64),
      lines: optional(described(list(text(64), 1000), 'keys of lines; all when left out')),
      why: note,
    }),
    answer: fields({ key: text(), accounts: list(text()), lines: list(line) }),
    effect: async (tx, { hub, who, body }) => {
      const { lines, account, why } = body
      const { result, ring } = await reroute(tx, hub, {
        key: body.key,
        account,
        author: { actor: who.id, why },
        ...(lines === undefined ? {} : { lines }),
      })
      return { body: { key: body.key, accounts: accountsIn(result.lines), lines: result.lines }, after: ring }
    },
  }),
  route({
    id: 'rehearseRouting',
    method: 'POST',
    path: '/v1/routing/dry-run',
    tag,
    scope: 'write',
    summary: {
      en: `Decide orders placed since a time by the rules of now, or by others to try, without any effect: what would change, at most ${mostOrders} orders`,
      zh: `以当前规则或所给的试行规则重新判断某时间以来的订单（不生效）：有何变化，最多 ${mostOrders} 单`,
    },
    body: fields({
      since: described(time, 'orders placed at or after it'),
      routing: optional(
        described(proposedRules, 'rules to try, as `routing` of crossdock.json has them; those of the workspace when left out'),
      ),
    }),
    answer: fields({
      version: text(),
      orders: count,
      changed: described(count, 'orders of which a line would go elsewhere'),
      whole: described(flag, 'false: there are more orders than were looked at'),
      accounts: list(fields({ account: nullable(text()), before: described(count, 'lines'), after: count })),
      changes: list(fields({ key: text(), line: text(), before: nullable(text()), after: nullable(text()), rule: nullable(text()) })),
    }),
    handle: async ({ hub, body }) => {
      const rules = rulesToTry(hub.catalogue(), body.routing)
      return { body: await rehearseRouting(hub.database.read, hub.tenant, rules, epoch('since', body.since)) }
    },
  }),
]
