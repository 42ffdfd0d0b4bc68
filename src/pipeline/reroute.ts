import type { Author } from '../ledger/books.ts'
import { journal, openBooks } from '../ledger/books.ts'
import { noteAwaiting } from '../ledger/deposit/derive.ts'
import { finish } from '../ledger/finish.ts'
import { accountsIn, type KeptDecision, keptDecision } from '../ledger/order-routing.ts'
import { fetchDocument } from '../ledger/shelf.ts'
import { reject } from '../model/errors.ts'
import { idAfter } from '../model/id.ts'
import type { Tx } from '../store/database.ts'
import { dutiesOf } from '../store/delivery.ts'
import { orderStatesOf } from '../store/order.ts'
import { currentDecisions, insertDecisions } from '../store/route-decision.ts'
import { lifeOf, neverArrived } from './command-life.ts'
import type { Context } from './context.ts'
import type { Written } from './ledger-write.ts'
import { route } from './route.ts'

/**
 * Sends an order, or some lines of it, to another account, on the word of a person and before anything of them was submitted (R110).
 * @throws HubError (reject) `not-routed`, `counts-by-others`, `unknown-account`, `unmatched-line`, `already-submitted`
 */
export async function reroute(
  tx: Tx,
  hub: Context,
  {
    key,
    account,
    lines,
    author,
  }: { readonly key: string; readonly account: string; readonly lines?: readonly string[]; readonly author: Author },
): Promise<Written<KeptDecision>> {
  const { tenant, newId, bell } = hub
  const now = await hub.database.now()
  const catalogue = hub.catalogue()
  const books = await openBooks(tx, { tenant, now, newId, revision: catalogue.revision, matching: catalogue.matching })
  const order = await fetchDocument(books.data.shelf, 'sales-order', key)
  const before = (await currentDecisions(tx, tenant, [key])).get(key)
  if (order === undefined || before === undefined)
    throw reject('not-routed', `sales order ${key} was not routed: \`crossdock orders list\` has those there are`)
  if (!catalogue.routes.some((one) => one.decided && one.to === account))
    throw reject('unknown-account', `no route with \`"to": "decided"\` leads to '${account}': its rules name the accounts there are`)
  const [state] = await orderStatesOf(tx, tenant, 'sales-order', [key])
  if (state?.status === 'split' || state?.status === 'merged')
    throw reject(
      'counts-by-others',
      `sales order ${key} was ${state.status}: the orders in its place are routed, \`crossdock orders show ${key}\` names them`,
    )
  const old = keptDecision(before)
  const wanted = new Set(lines ?? old.lines.map(({ line }) => line))
  const unknown = [...wanted].find((line) => !old.lines.some((one) => one.line === line))
  if (unknown !== undefined) throw reject('unmatched-line', `sales order ${key} has no line '${unknown}'`)
  const moved = old.lines.filter(({ line, account: was }) => wanted.has(line) && was !== account)
  const touched = new Set([account, ...moved.flatMap(({ account: was }) => was ?? [])])
  const duties = await dutiesOf(tx, tenant, 'sales-order', [key])
  const decided = new Set(catalogue.routes.flatMap((one) => (one.decided && touched.has(one.to) ? [one.id] : [])))
  for (const [id, own] of Map.groupBy(duties, (duty) => duty.route)) {
    const life = lifeOf(own.filter(({ shadow }) => shadow === 0))
    if (decided.has(id) && life.stage === 'begun' && !neverArrived(life.create))
      throw reject('already-submitted', `sales order ${key} was submitted to ${life.create.connection}: cancel it there, and place it anew`)
  }
  const decision: KeptDecision = {
    inputs: old.inputs,
    lines: old.lines.map((one) => (wanted.has(one.line) ? { line: one.line, account, rule: 'person', passed: [] } : one)),
  }
  const accounts = accountsIn(decision.lines).join(' ')
  await insertDecisions(tx, [
    {
      tenant,
      key,
      id: idAfter(before.id, newId()),
      at: now,
      version: before.version,
      accounts,
      body: JSON.stringify(decision),
      actor: author.actor,
      why: author.why,
    },
  ])
  books.data.cause = { baseline: false, envelope: null, author }
  journal(books, 'order-rerouted', order, { before: { accounts: before.accounts }, after: { accounts }, lines: [...wanted] }, null)
  const finished = await finish(books)
  const { type, version, placedAt } = order
  await noteAwaiting(books, [key])
  const routed = await route(hub, books, catalogue, [{ type, key, version, operation: 'upsert', baseline: false, placedAt }])
  return {
    result: decision,
    ring: () => {
      for (const connection of routed.connections) bell.ring({ kind: 'deliver', connection })
      for (const subscription of new Set([...finished.told, ...routed.told])) bell.ring({ kind: 'events', subscription })
    },
  }
}
