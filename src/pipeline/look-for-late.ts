import { assemble } from '../ledger/assemble.ts'
import type { Note } from '../ledger/findings.ts'
import { lateCodes, lateOrder, lateParcel, type ShippingRules } from '../ledger/lateness.ts'
import { overdueCodes, overduePayout } from '../ledger/overdue-payout.ts'
import { parcelCases } from '../ledger/parcel-figures.ts'
import { openShelf } from '../ledger/shelf.ts'
import { awaiting, forgottenMs, silentCodes, silentPayment } from '../ledger/silent-payment.ts'
import { openParcels, unchangedIn, unshippedOrders } from '../store/late.ts'
import { overdueSettlements } from '../store/payout.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { DocumentTable, SettlementTable } from '../store/tables.ts'
import { breathing } from './breath.ts'
import type { Context } from './context.ts'
import { mostFindings, settleFindings } from './settle-findings.ts'

const page = 200
const dayMs = 86_400_000

/**
 * One look at all that is paid and not shipped, and all that is on its way: what is late by the workspace's rules and the database's clock becomes a finding, and what is not any more, or arrived, has none. Like alarms,
 * findings are made equal to what is so: a look that is lost or comes twice changes nothing.
 */
export async function lookForLate(context: Context, lease: RunLease, signal: AbortSignal): Promise<void> {
  if (context.settings.shipping !== undefined) await lookForLateGoods(context, lease, signal, context.settings.shipping)
  await lookForOverduePayouts(context, lease, signal)
  await lookForSilentPayments(context, lease, signal)
}

async function lookForLateGoods(context: Context, lease: RunLease, signal: AbortSignal, rules: ShippingRules): Promise<void> {
  const { database, tenant, settings } = context
  const now = await database.now()
  const breathe = breathing()
  const found: Note[] = []
  const inPages = async (look: (after: string) => Promise<{ readonly last: string | undefined; readonly notes: readonly Note[] }>) => {
    for (let after: string | undefined = ''; after !== undefined && found.length < mostFindings; ) {
      signal.throwIfAborted()
      const { last, notes } = await look(after)
      found.push(...notes)
      after = last
      await breathe()
    }
  }
  await inPages((after) =>
    database.moment(async (read) => {
      const keys = await unshippedOrders(read, tenant, after, page)
      const cases = await assemble(
        openShelf(read, tenant),
        keys.map((key) => ({ type: 'sales-order', key })),
      )
      return {
        last: keys.length === page ? keys.at(-1) : undefined,
        notes: [...cases.values()].flatMap((each) => lateOrder(each, rules, now)),
      }
    }),
  )
  await inPages((after) =>
    database.moment(async (read) => {
      const numbers = await openParcels(read, tenant, after, page)
      const cases = await parcelCases(openShelf(read, tenant), numbers)
      return { last: numbers.length === page ? numbers.at(-1) : undefined, notes: cases.flatMap((each) => lateParcel(each, rules, now)) }
    }),
  )
  const told = await database.write(async (tx) => {
    const at = await database.now()
    await holdRun(tx, tenant, lease, at + settings.leaseMs)
    return settleFindings(context, tx, lateCodes, found, at)
  })
  for (const subscription of told) context.bell.ring({ kind: 'events', subscription })
}

/** Orders that platforms should have paid by now, as the terms of their connections say. */
async function lookForOverduePayouts(context: Context, lease: RunLease, signal: AbortSignal): Promise<void> {
  const { database, tenant, settings } = context
  const now = await database.now()
  const found: Note[] = []
  const isWatched = [...context.catalogue().connections.values()].some(({ settlement }) => settlement !== undefined)
  for (let after: { at: number; key: string } | undefined = { at: 0, key: '' }; isWatched && after !== undefined; ) {
    signal.throwIfAborted()
    const rows: SettlementTable[] = await overdueSettlements(database.read, tenant, now, after, page)
    found.push(...rows.flatMap((row) => overduePayout(row, now)))
    const last: SettlementTable | undefined = rows.length === page ? rows.at(-1) : undefined
    after = last === undefined || found.length >= mostFindings ? undefined : { at: last.due_at ?? 0, key: last.key }
  }
  const told = await database.write(async (tx) => {
    const at = await database.now()
    await holdRun(tx, tenant, lease, at + settings.leaseMs)
    return settleFindings(context, tx, overdueCodes, found, at)
  })
  for (const subscription of told) context.bell.ring({ kind: 'events', subscription })
}

/** Payments and payouts of connections that are watched, of which nothing was heard in the time in which the platform has to pay. */
async function lookForSilentPayments(context: Context, lease: RunLease, signal: AbortSignal): Promise<void> {
  const { database, tenant, settings } = context
  const now = await database.now()
  const found: Note[] = []
  const watched = [...context.catalogue().connections.values()].flatMap(({ name, settlement }) =>
    settlement === undefined ? [] : [{ name, dueDays: settlement.dueDays }],
  )
  for (const [dueDays, connections] of Map.groupBy(watched, (one) => one.dueDays))
    for (const type of ['payment', 'payout'] as const)
      for (let after: string | undefined = ''; after !== undefined && found.length < mostFindings; ) {
        signal.throwIfAborted()
        const wanted = { type, origins: connections.map(({ name }) => name), statuses: awaiting[type] }
        const times = { from: now - forgottenMs, until: now - dueDays * dayMs }
        const rows: DocumentTable[] = await unchangedIn(database.read, tenant, wanted, times, after, page)
        found.push(...rows.map((row) => silentPayment(row, dueDays)))
        after = rows.length === page ? rows.at(-1)?.key : undefined
      }
  const told = await database.write(async (tx) => {
    const at = await database.now()
    await holdRun(tx, tenant, lease, at + settings.leaseMs)
    return settleFindings(context, tx, silentCodes, found, at)
  })
  for (const subscription of told) context.bell.ring({ kind: 'events', subscription })
}
