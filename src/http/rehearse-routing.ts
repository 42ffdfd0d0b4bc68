import { decideOn, keptDecision, routeInputs } from '../ledger/order-routing.ts'
import type { LineDecision, RouteRules } from '../ledger/route-decision.ts'
import { rulesOf } from '../ledger/route-rules.ts'
import { openShelf } from '../ledger/shelf.ts'
import type { Catalogue } from '../pipeline/context.ts'
import type { Reader } from '../store/in-list.ts'
import { currentDecisions } from '../store/route-decision.ts'
import { salePage } from '../store/sale.ts'
import { ProblemError } from './problem.ts'
import { described, fields, list, type Of, optional, pattern, text, time, whole } from './shape.ts'
import { name } from './values.ts'

const words = list(text(500), 1000)
const amount = pattern('^[0-9]{1,14}([.][0-9]{1,4})?$', 'an amount')
/** Rules that stand nowhere yet, as `routing` of a workspace has them. */
export const proposedRules = fields({
  rules: list(
    fields({
      id: name,
      to: name,
      priority: optional(whole(-1_000_000, 1_000_000)),
      weight: optional(whole(0, 1_000_000)),
      match: optional(
        fields({
          merchants: optional(words),
          tiers: optional(words),
          origins: optional(words),
          channels: optional(words),
          regions: optional(words),
          categories: optional(words),
          skus: optional(words),
          currency: optional(pattern('^[A-Z]{3}$', 'ISO 4217')),
          minAmount: optional(amount),
          maxAmount: optional(amount),
          from: optional(time),
          until: optional(time),
        }),
      ),
      stockAt: optional(described(text(191), 'key of a location')),
    }),
    1000,
  ),
  fallback: optional(name),
})

/** The rules to decide by: those that are proposed, or those of the workspace. @throws ProblemError 409 `no-routing`, 422 `bad-rules` */
export function rulesToTry({ routing, connections }: Catalogue, proposed: Of<typeof proposedRules> | undefined): RouteRules {
  if (proposed === undefined) {
    if (routing !== undefined) return routing
    throw new ProblemError(
      409,
      'no-routing',
      'The workspace has no `routing`: send rules to try, or write them into crossdock.json, reload, and ask again.',
    )
  }
  const seen = new Set<string>()
  for (const { id, to } of proposed.rules) {
    if (seen.has(id)) throw new ProblemError(422, 'bad-rules', `The rule '${id}' stands twice.`)
    seen.add(id)
    if (!connections.has(to)) throw new ProblemError(422, 'bad-rules', `The rule '${id}' goes to '${to}', and there is no such connection.`)
  }
  if (proposed.fallback !== undefined && !connections.has(proposed.fallback))
    throw new ProblemError(422, 'bad-rules', `The fallback is '${proposed.fallback}', and there is no such connection.`)
  return rulesOf(JSON.parse(JSON.stringify(proposed)))
}

/** Orders that a dry run looks at, and differences it names. */
export const mostOrders = 10_000
const mostNamed = 500
const page = 200

interface Named {
  readonly key: string
  readonly line: string
  readonly before: string | null
  readonly after: string | null
  readonly rule: string | null
}

/** Decides orders placed since a time by these rules, and says what would go elsewhere than it went. */
export async function rehearseRouting(read: Reader, tenant: string, rules: RouteRules, since: number) {
  const counts = new Map<string | null, { before: number; after: number }>()
  const changes: Named[] = []
  let [orders, changed, whole] = [0, 0, true]
  for (let after: { at: number; key: string } | undefined; ; ) {
    const rows: readonly { readonly key: string; readonly placed_at: number }[] = await salePage(
      read,
      tenant,
      { placedSince: since },
      after,
      page,
    )
    const keys = rows.map((row) => row.key)
    const inputs = await routeInputs(openShelf(read, tenant), keys, rules)
    const kept = await currentDecisions(read, tenant, inputs.keys())
    for (const [key, given] of inputs) {
      const old = kept.get(key)
      const before = new Map<string, LineDecision>((old === undefined ? [] : keptDecision(old).lines).map((one) => [one.line, one]))
      const now = decideOn(rules, given, undefined)
      for (const one of now) add(counts, before.get(one.line)?.account ?? null, one.account)
      const moved = now.filter((one) => (before.get(one.line)?.account ?? null) !== one.account)
      if (moved.length > 0) changed++
      for (const one of moved) {
        if (changes.length >= mostNamed) break
        changes.push({ key, line: one.line, before: before.get(one.line)?.account ?? null, after: one.account, rule: one.rule })
      }
      orders++
    }
    const last = rows.at(-1)
    if (rows.length < page || last === undefined) break
    after = { at: last.placed_at, key: last.key }
    if (orders >= mostOrders) {
      whole = false
      break
    }
  }
  return {
    version: rules.version,
    orders,
    changed,
    whole,
    accounts: [...counts].map(([account, sums]) => ({ account, ...sums })).sort((a, b) => ((a.account ?? '') < (b.account ?? '') ? -1 : 1)),
    changes,
  }
}

function add(counts: Map<string | null, { before: number; after: number }>, before: string | null, after: string | null): void {
  for (const [account, side] of [
    [before, 'before'],
    [after, 'after'],
  ] as const) {
    const sums = counts.get(account) ?? { before: 0, after: 0 }
    counts.set(account, { ...sums, [side]: sums[side] + 1 })
  }
}
