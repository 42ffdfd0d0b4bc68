import { accountsIn, decideOn, type KeptDecision, keptDecision, routeInputs } from '../ledger/order-routing.ts'
import type { RouteRules } from '../ledger/route-decision.ts'
import type { Books, Change } from '../ledger/types.ts'
import { writeJournal } from '../ledger/write-journal.ts'
import { idAfter } from '../model/id.ts'
import { currentDecisions, insertDecisions } from '../store/route-decision.ts'
import type { RouteDecisionTable } from '../store/tables.ts'

/** Accounts by order, of those that were decided. */
export interface Decided {
  readonly accounts: ReadonlyMap<string, readonly string[]>
  /** receivers of events that have something to be told */
  readonly told: readonly string[]
}

/** Decides where changed sales orders go, once for each line, and keeps why. What came with a baseline load is history: it goes nowhere. */
export async function decideOrders(books: Books, rules: RouteRules, changes: readonly Change[]): Promise<Decided> {
  const { tx, tenant, now, newId } = books
  const orders = changes.filter(({ type }) => type === 'sales-order')
  const before = await currentDecisions(
    tx,
    tenant,
    orders.map(({ key }) => key),
  )
  const kept = new Map([...before].map(([key, row]) => [key, keptDecision(row)]))
  const wanted = orders.filter(({ operation, baseline }) => operation === 'upsert' && !baseline).map(({ key }) => key)
  const inputs = await routeInputs(books.data.shelf, wanted, rules)
  const rows: RouteDecisionTable[] = []
  for (const [key, given] of inputs) {
    const old = kept.get(key)
    const lines = decideOn(rules, given, old)
    const fresh = lines.filter(({ line, account }) => account !== null && old?.lines.find((one) => one.line === line)?.account !== account)
    if (old !== undefined && fresh.length === 0) continue
    const decision: KeptDecision = { inputs: given, lines }
    kept.set(key, decision)
    rows.push({
      tenant,
      key,
      id: idAfter(before.get(key)?.id ?? '', newId()),
      at: now,
      version: rules.version,
      accounts: accountsIn(lines).join(' '),
      body: JSON.stringify(decision),
      actor: null,
      why: null,
    })
  }
  await insertDecisions(tx, rows)
  const told = await writeJournal(
    tx,
    tenant,
    rows.map(({ key, accounts, version }) => ({
      tenant,
      id: newId(),
      at: now,
      kind: 'order-routed',
      type: 'sales-order',
      key,
      version: null,
      envelope: null,
      delivery: null,
      detail: JSON.stringify({ before: { accounts: before.get(key)?.accounts ?? '' }, after: { accounts }, rules: version }),
      actor: null,
      why: null,
    })),
    now,
  )
  // an order that others count in the place of goes nowhere by itself
  for (const key of wanted) if (!inputs.has(key)) kept.delete(key)
  return { accounts: new Map([...kept].map(([key, { lines }]) => [key, accountsIn(lines)])), told }
}
