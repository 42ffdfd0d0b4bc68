import { isSameFigure } from '../connector/current.ts'
import type { StateAction } from '../connector/types.ts'
import { openBooks } from '../ledger/books.ts'
import { resolvedAll } from '../ledger/resolved.ts'
import { openShelf, type Shelf, toDocument } from '../ledger/shelf.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { reject } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import { dutiesOf } from '../store/delivery.ts'
import { documentPage } from '../store/document.ts'
import type { Catalogue, ConnectionSetup, Context, Route } from './context.ts'
import { isSame, note, openFindings, type ReconcileAsk, type ReconcileReport } from './reconcile-report.ts'
import { openTally } from './reconcile-tally.ts'
import { render } from './render.ts'
import { route as routeChanges } from './route.ts'
import { isOffered } from './route-offers.ts'

const batch = 200
/** Figures one comparison asks the partner for, one by one. */
const maxFigures = 20_000

interface Work {
  readonly context: Context
  readonly catalogue: Catalogue
  readonly setup: ConnectionSetup
  readonly route: Route
  readonly action: StateAction
  readonly current: NonNullable<StateAction['current']>
}

/** Routes to a connection whose figures the partner can show. */
export function figureRoutes(context: Context, setup: ConnectionSetup): readonly Route[] {
  return context.catalogue().routes.filter((route) => {
    const action = setup.connector.actions[route.action]
    return route.to === setup.name && route.mode === 'live' && action?.kind === 'state' && action.current !== undefined
  })
}

/**
 * Holds the figures that a route keeps at the partner against what the ledger would write there now, one by one. Healing by pushing makes a duty for each that differs: the live delivery then pulls the partner's own orders before it
 * overwrites a figure that nobody expects.
 * @throws HubError (reject) `too-many-figures`; what asking the partner throws
 */
export async function reconcileFigures(
  context: Context,
  setup: ConnectionSetup,
  route: Route,
  ask: ReconcileAsk,
  signal: AbortSignal,
): Promise<ReconcileReport | undefined> {
  const { database, tenant } = context
  const action = setup.connector.actions[route.action]
  if (action?.kind !== 'state' || action.current === undefined) return undefined
  const work: Work = { context, catalogue: context.catalogue(), setup, route, action, current: action.current }
  const began = await database.now()
  const findings = openFindings()
  const tally = openTally()
  const wrong: LedgerDocument[] = []
  let records = 0
  for (let after = ''; ; ) {
    const rows = await documentPage(database.read, tenant, route.document, after, batch)
    const shelf = openShelf(database.read, tenant)
    for (const document of await routed(work, shelf, rows.map(toDocument))) {
      if (++records > maxFigures)
        throw reject(
          'too-many-figures',
          `the route ${route.id} keeps more than ${maxFigures} figures at ${setup.name}, more than are asked for one by one`,
        )
      const figures = await figuresOf(work, shelf, document, signal)
      if (figures === undefined) continue
      const { wanted, shown } = figures
      const { type, key } = document
      const entry = { type, day: '', key, figures: [] }
      tally.add('here', { ...entry, hash: plain(wanted) })
      if (shown !== undefined) tally.add('there', { ...entry, hash: isSameFigure(shown, wanted) ? plain(wanted) : plain(shown) })
      if (shown !== undefined && isSameFigure(shown, wanted)) continue
      wrong.push(document)
      note(findings, {
        kind: shown === undefined ? 'missing-there' : 'edited-there',
        type,
        day: '',
        externalKey: key,
        key,
        byItself: await isUnderWay(work, document),
        detail: `route ${route.id}`,
        changes: [{ path: work.current.value, before: wanted, after: shown ?? null }],
        heal: ask.heal === 'push' ? 'pushed' : null,
      })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) break
    after = last.key
  }
  if (ask.heal === 'push' && !ask.dryRun) await push(work, wrong)
  return {
    ...ask,
    stream: route.id,
    beganAt: new Date(began).toISOString(),
    endedAt: new Date(await database.now()).toISOString(),
    same: isSame(findings),
    records,
    counts: findings.counts,
    days: tally.days(),
    differences: findings.differences,
  }
}

const plain = (value: Json): string => String(value)

async function routed({ route, setup }: Work, shelf: Shelf, all: readonly LedgerDocument[]): Promise<readonly LedgerDocument[]> {
  const documents: LedgerDocument[] = []
  for (const document of all) if (await isOffered(shelf, setup, document)) documents.push(document)
  const bodies = await resolvedAll(shelf, documents, setup.offer)
  return documents.filter((document, place) => {
    const body = bodies[place]
    return !document.deleted && body !== undefined && route.when(body)
  })
}

/** What should stand there and what does; undefined where the partner does not know the thing yet, or it cannot be shown there. */
async function figuresOf(
  { context, catalogue, setup, action, current }: Work,
  shelf: Shelf,
  document: LedgerDocument,
  signal: AbortSignal,
): Promise<{ readonly wanted: Json; readonly shown: Json | undefined } | undefined> {
  const rendered = await render(context, catalogue, setup, shelf, action, document)
  if (rendered.kind !== 'body') return undefined
  const wanted = at(rendered.body, current.wanted ?? current.value)
  if (wanted === undefined || wanted === null || typeof wanted === 'object') return undefined
  return { wanted, shown: await context.access(setup).current(action, rendered.body, signal) }
}

async function isUnderWay({ context, route }: Work, { type, key }: LedgerDocument): Promise<boolean> {
  const duties = await context.database.write((tx) => dutiesOf(tx, context.tenant, type, [key]))
  return duties.some((duty) => duty.route === route.id && duty.op === 'state' && duty.state !== 'parked')
}

/** A duty for each, made as if its document had just changed. */
async function push({ context, catalogue, setup, route }: Work, documents: readonly LedgerDocument[]): Promise<void> {
  const { database, tenant, newId } = context
  for (let from = 0; from < documents.length; from += batch) {
    const changes = documents.slice(from, from + batch).map(({ type, key, version, placedAt }) => ({
      type,
      key,
      version,
      operation: 'upsert' as const,
      baseline: false,
      placedAt,
    }))
    await database.write(async (tx) => {
      const books = await openBooks(tx, {
        tenant,
        now: await database.now(),
        newId,
        revision: catalogue.revision,
        matching: catalogue.matching,
      })
      await routeChanges(context, books, { ...catalogue, routes: [route] }, changes)
    })
  }
  if (documents.length > 0) context.bell.ring({ kind: 'deliver', connection: setup.name })
}
