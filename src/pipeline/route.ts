import { waitsForFunds } from '../ledger/deposit/derive.ts'
import { resolvedAll } from '../ledger/resolved.ts'
import { documentName, loadDocuments } from '../ledger/shelf.ts'
import type { Books, Change } from '../ledger/types.ts'
import { idAfter, sha256 } from '../model/id.ts'
import type { JsonObject } from '../model/json.ts'
import { changeDelivery, changeUnsent, dutiesOf, insertDeliveries, releaseThese } from '../store/delivery.ts'
import { readyLanes, stopLanes } from '../store/lane.ts'
import type { DeliveryTable } from '../store/tables.ts'
import { lifeOf, neverArrived, untouched } from './command-life.ts'
import type { Catalogue, Context, Route } from './context.ts'
import { type Decided, decideOrders } from './decide-orders.ts'
import { connectionsOf } from './release.ts'
import { legsOf } from './route-offers.ts'

/**
 * Makes the duties that follow from changed documents, in the transaction that changed them. Commands have a life per document, connection and action; a state route has one duty that waits,
 * however many changes it carries. An order that others count in the place of (its parts, what it was merged into) goes nowhere, and is called off where it went: those go in its place. What came with a baseline load, or was placed before a route's `from`, makes no command. Answers the connections that have work.
 */
export async function route(
  context: Context,
  books: Books,
  catalogue: Catalogue,
  changes: readonly Change[],
  traceOf: (envelope: string | null) => string | undefined = () => undefined,
): Promise<{ readonly connections: readonly string[]; readonly told: readonly string[] }> {
  const live = catalogue.routes.filter(({ mode }) => mode !== 'off')
  const decided = catalogue.routing === undefined ? nothing : await decideOrders(books, catalogue.routing, changes)
  const plan: Plan = {
    context,
    books,
    catalogue,
    decided,
    rows: [],
    lanes: new Map(),
    newest: new Map(),
    traceOf: ({ type, key }) => traceOf(books.data.shelf.documents.get(documentName({ type, key }))?.envelope ?? null),
  }
  for (const [type, group] of Map.groupBy(changes, (change) => change.type)) {
    const routes = live.filter(({ document }) => document === type)
    if (routes.length === 0) continue
    const { shelf } = books.data
    const legs = await legsOf(shelf, catalogue, type, routes, group)
    await stopLanes(
      books.tx,
      books.tenant,
      'deliver',
      legs.flatMap((leg) => leg.changes.flatMap(({ key }) => leg.routes.map(({ to }) => laneName(to, type, key)))),
    )
    const keys = new Set(legs.flatMap((leg) => leg.changes.map(({ key }) => key)))
    const duties = Map.groupBy(await dutiesOf(books.tx, books.tenant, type, [...keys]), ({ key }) => key)
    for (const leg of legs) {
      await loadDocuments(shelf, leg.changes)
      const known = leg.changes.flatMap((change) => shelf.documents.get(documentName(change)) ?? [])
      const bodies = new Map((await resolvedAll(shelf, known, leg.offer)).map((body, index) => [known[index]?.key, body]))
      for (const change of leg.changes) {
        const body = bodies.get(change.key)
        if (body !== undefined) await routeChange(plan, leg.routes, change, body, duties.get(change.key) ?? [])
      }
    }
  }
  for (const lane of books.data.deposits.woken) wake(plan, lane)
  for (const [at, lanes] of Map.groupBy(plan.lanes.keys(), (lane) => plan.lanes.get(lane) ?? books.now))
    await readyLanes(books.tx, books.tenant, 'deliver', lanes, at)
  await insertDeliveries(books.tx, plan.rows)
  return { told: decided.told, connections: connectionsOf([...plan.lanes].flatMap(([lane, at]) => (at <= books.now ? [lane] : []))) }
}

const nothing: Decided = { accounts: new Map(), told: [] }

interface Plan {
  readonly context: Context
  readonly books: Books
  readonly catalogue: Catalogue
  readonly decided: Decided
  readonly rows: DeliveryTable[]
  /** when each is ready, epoch ms; those that are not yet are found by the sweep */
  readonly lanes: Map<string, number>
  /** last id in each lane: a duty goes out after those before it, whichever host's clock made them */
  readonly newest: Map<string, string>
  readonly traceOf: (change: Change) => string | undefined
}

function wake({ lanes, books }: Pick<Plan, 'lanes' | 'books'>, lane: string, at = books.now): void {
  lanes.set(lane, Math.min(at, lanes.get(lane) ?? at))
}

async function routeChange(
  plan: Plan,
  routes: readonly Route[],
  change: Change,
  document: JsonObject,
  duties: readonly DeliveryTable[],
): Promise<void> {
  await freeHeld(plan, duties)
  for (const { lane, id } of duties) noteId(plan, lane, id)
  for (const route of routes) {
    const action = plan.catalogue.connections.get(route.to)?.connector.actions[route.action]
    if (action === undefined) continue
    const matches = route.when(document)
    if (action.kind === 'state') {
      if (matches && !change.baseline) await routeState(plan, route, change, duties)
      continue
    }
    const shadow = route.mode === 'shadow' ? 1 : 0
    const own = duties.filter(
      (duty) => duty.connection === route.to && duty.action === route.action && duty.op !== 'state' && duty.shadow === shadow,
    )
    if (change.replacedAt !== undefined) {
      // who put other orders in its place has done so in its own books
      if (!change.replacedAt.has(route.to)) await routeCancel(plan, route, change, own)
    } else if (route.decided && !plan.decided.accounts.get(change.key)?.includes(route.to)) await routeCancel(plan, route, change, own)
    else if (change.operation === 'cancel') await routeCancel(plan, route, change, own)
    else if (matches) await routeUpsert(plan, route, change, own)
  }
}

/** A change may have closed the finding that held a duty; the sender looks again. */
async function freeHeld(plan: Plan, duties: readonly DeliveryTable[]): Promise<void> {
  const { books } = plan
  const held = duties.filter(({ state, reason }) => state === 'parked' && reason === 'held').map(({ id }) => id)
  for (const lane of await releaseThese(books.tx, books.tenant, held, books.now)) wake(plan, lane)
}

/** Changes that no sender has begun with share one duty: it waits for more of them as long as its route says, and is rendered from the newest version when it is sent (invariant 6). */
async function routeState(plan: Plan, route: Route, change: Change, duties: readonly DeliveryTable[]): Promise<void> {
  const shadow = route.mode === 'shadow' ? 1 : 0
  const waiting = duties.findLast(
    (duty) => duty.op === 'state' && duty.route === route.id && duty.shadow === shadow && duty.state !== 'parked' && untouched(duty),
  )
  if (waiting === undefined || !(await renew(plan, waiting, change))) add(plan, route, change, 'state', 0)
}

async function routeUpsert(plan: Plan, route: Route, change: Change, own: readonly DeliveryTable[]): Promise<void> {
  const { books } = plan
  const life = lifeOf(own)
  if (life.stage === 'none') {
    const old = change.baseline || (change.placedAt !== null && change.placedAt < route.from)
    // what was sent once belongs to the partner's books: it comes back there too, whenever it was placed
    if (!old || life.creates > 0) add(plan, route, change, 'create', life.creates)
    return
  }
  const { create, changes } = life
  if (create.attempts === 0 && create.state === 'dead') {
    // it could not be made from the version before; nothing was sent, so this version has its chance
    await changeDelivery(books.tx, books.tenant, create.id, ['dead'], {
      ...(awaitsFunds(plan, change) ?? due),
      due_at: books.now,
      settled_at: null,
      document_version: change.version,
    })
    wake(plan, create.lane)
    return
  }
  const waiting = untouched(create) ? create : changes.findLast(untouched)
  if (waiting !== undefined && (await renew(plan, waiting, change))) return
  add(plan, route, change, 'change', changes.length)
}

/** What becomes of a command on an order whose merchant has not enough money for it: it waits until there is. */
const awaitsFunds = ({ books }: Plan, { type, key }: Change) =>
  type === 'sales-order' && books.data.deposits.awaiting.has(key)
    ? { state: 'parked' as const, reason: 'awaiting-funds', waits_for: waitsForFunds(key) }
    : undefined

/** Lets a duty that nobody has begun carry the new version; false: a sender was quicker, and took the version before. */
async function renew(plan: Plan, duty: DeliveryTable, change: Change): Promise<boolean> {
  const { books, traceOf } = plan
  const parked = duty.state === 'parked' && (duty.reason === 'missing-link' || duty.reason === 'missing-code')
  const trace = traceOf(change)
  const funds = duty.op === 'state' ? undefined : awaitsFunds(plan, change)
  const renewed = await changeUnsent(books.tx, books.tenant, duty.id, {
    document_version: change.version,
    ...(trace === undefined ? {} : { trace }),
    ...(funds ?? (parked ? { state: 'due', reason: null, waits_for: null, due_at: books.now } : {})),
  })
  if (renewed && parked && funds === undefined) wake(plan, duty.lane)
  return renewed
}

async function routeCancel(plan: Plan, route: Route, change: Change, own: readonly DeliveryTable[]): Promise<void> {
  const { tx, tenant, now } = plan.books
  const life = lifeOf(own)
  if (life.stage === 'none' || life.cancel !== undefined) return
  const { create, changes } = life
  for (const duty of changes.filter(untouched))
    await changeUnsent(tx, tenant, duty.id, { state: 'superseded', reason: 'cancelled', waits_for: null, settled_at: now })
  if (neverArrived(create) && (await closeCreate(plan, create))) wake(plan, create.lane)
  else add(plan, route, change, 'cancel', life.creates)
}

const closeCreate = ({ books: { tx, tenant, now } }: Plan, create: DeliveryTable): Promise<boolean> =>
  create.state === 'dead'
    ? changeDelivery(tx, tenant, create.id, ['dead'], { state: 'cancelled', settled_at: now })
    : changeUnsent(tx, tenant, create.id, { state: 'cancelled', reason: 'never-sent', waits_for: null, settled_at: now })

const noteId = ({ newest }: Plan, lane: string, id: string): void => {
  if (id > (newest.get(lane) ?? '')) newest.set(lane, id)
}

/** Longest name of a lane that a column holds. */
const maxLane = 191
const laneName = (connection: string, type: string, key: string): string => {
  const name = `${connection}/${type}/${key}`
  return name.length <= maxLane ? name : `${connection}/${type}/#${sha256(key)}`
}

const due = { state: 'due' as const, reason: null, waits_for: null }

/**
 * `sequence` tells duties of one operation apart: creates so far, changes so far, for a state the duty itself. The effect key is made of what asked for the effect, so that the
 * same cause cannot make a second duty (design.md section 8).
 */
function add(plan: Plan, route: Route, change: Change, op: DeliveryTable['op'], sequence: number): void {
  const { tenant, now, revision, newId } = plan.books
  const { type, key, version } = change
  const shadow = route.mode === 'shadow'
  const lane = laneName(route.to, type, key)
  const id = idAfter(plan.newest.get(lane) ?? '', newId())
  noteId(plan, lane, id)
  const cause = op === 'state' ? id : op === 'change' ? `${version}/${sequence}` : String(sequence)
  const dueAt = op === 'state' ? now + route.coalesceMs : now
  wake(plan, lane, dueAt)
  plan.rows.push({
    tenant,
    id,
    route: route.id,
    connection: route.to,
    action: route.action,
    op,
    type,
    key,
    document_version: version,
    effect_key: sha256(tenant, route.id, type, key, op, cause, '0', shadow ? 'shadow' : 'live'),
    generation: 0,
    lane,
    ...(op === 'create' || op === 'change' ? (awaitsFunds(plan, change) ?? due) : due),
    body: null,
    partner_key: null,
    attempts: 0,
    due_at: dueAt,
    ambiguous: 0,
    shadow: shadow ? 1 : 0,
    revision,
    created_at: now,
    settled_at: null,
    trace: plan.traceOf(change) ?? null,
  })
}
