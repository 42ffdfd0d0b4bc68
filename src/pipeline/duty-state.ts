import type { StateAction } from '../connector/types.ts'
import { fetchDocument } from '../ledger/shelf.ts'
import { fromScaled, isDecimal, quantityScale, toScaled } from '../model/decimal.ts'
import { at, type Json, type JsonObject } from '../model/json.ts'
import { changeDelivery } from '../store/delivery.ts'
import { countReceived } from '../store/envelope.ts'
import { releaseLane } from '../store/lane.ts'
import { soldOf } from '../store/order.ts'
import { findPushed } from '../store/pushed.ts'
import { findSchedule } from '../store/schedule.ts'
import type { DeliveryTable, PushedTable } from '../store/tables.ts'
import { guardFall } from './duty-fall.ts'
import { beginAttempt, close, type Plan, parkFor, refuse, type Work } from './duty-work.ts'
import { render } from './render.ts'
import { isOffered } from './route-offers.ts'

export interface StatePlan {
  readonly kind: 'state'
  readonly action: StateAction
  readonly delivery: DeliveryTable
  readonly attempt: string
  readonly input: JsonObject
  /** comparison with the partner's figure, for actions that can read it */
  readonly guard?: Guard
}

/** Figures as the partner writes them. */
export interface Guard {
  readonly wanted: Json
  /** of the last push */
  readonly last?: string
  /** what it must show now if nothing but the orders we know happened; undefined: never pushed, or not a number */
  readonly expected?: string
  /** its own orders were pulled and taken in since the difference was seen: write whatever it shows */
  readonly ordersSeen: boolean
  /** to be remembered once the partner shows the wanted figure */
  readonly pushed: PushedTable
}

/** A state is rendered from the ledger when it is sent, never before (invariant 6). */
export async function beginState(work: Work, action: StateAction): Promise<Plan> {
  const { context, catalogue, setup, books, duty, now } = work
  const { tx, tenant } = books
  const document = await fetchDocument(books.data.shelf, duty.type, duty.key)
  if (document === undefined) return close(tx, tenant, duty, 'cancelled', 'no-document', now)
  if (!(await isOffered(books.data.shelf, setup, document))) return close(tx, tenant, duty, 'cancelled', 'not-offered', now)
  const asked = askedOf(work)
  const orders = asked === undefined || action.current === undefined ? 'not-asked' : await ordersPulled(work, action.current.orders, asked)
  if (orders === 'wait' && asked !== undefined) return later(work, { ...asked, waits: asked.waits + 1 })
  const rendered = await render(context, catalogue, setup, books.data.shelf, action, document)
  if ('waitsFor' in rendered) return parkFor(work, rendered)
  if (rendered.kind === 'invalid') return refuse(work, rendered.message)
  if (duty.shadow === 1) return close(tx, tenant, duty, 'cancelled', 'shadow', now, { body: JSON.stringify(rendered.body) })
  const guard = await guardOf(work, action, rendered.body, rendered.document, orders === 'seen')
  const held = guard === undefined || asked !== undefined ? undefined : await guardFall(work, guard.last, String(guard.wanted))
  if (held !== undefined) return held
  const begun = await beginAttempt(work, { document_version: document.version })
  if (begun === undefined) return { kind: 'again' }
  return {
    kind: 'state',
    action,
    delivery: begun.sending,
    attempt: begun.attempt,
    input: rendered.body,
    ...(guard === undefined ? {} : { guard }),
  }
}

/** The wanted figure stands in the input under its own path, or the one at which the partner shows it. */
async function guardOf(
  { books, duty, now }: Work,
  action: StateAction,
  input: JsonObject,
  document: JsonObject,
  ordersSeen: boolean,
): Promise<Guard | undefined> {
  const wanted = action.current === undefined ? undefined : at(input, action.current.wanted ?? action.current.value)
  if (wanted === undefined || wanted === null || typeof wanted === 'object') return undefined
  const { tx, tenant } = books
  const { connection, type, key } = duty
  const product = at(document, 'product.ref.key') ?? at(document, 'product.key')
  const [row] = typeof product === 'string' ? await soldOf(tx, tenant, [{ connection, product }]) : []
  const sold = BigInt(row?.quantity ?? 0)
  const last = await findPushed(tx, tenant, connection, type, key)
  const expected =
    last !== undefined && isDecimal(last.value)
      ? fromScaled(toScaled(last.value, quantityScale) - (sold - BigInt(last.sold)), quantityScale)
      : undefined
  return {
    wanted,
    ordersSeen,
    pushed: { tenant, connection, type, key, value: String(wanted), sold, at: now },
    ...(expected === undefined ? {} : { expected }),
    ...(last === undefined ? {} : { last: last.value }),
  }
}

/** A pull of the partner's own orders that was asked for, since when, and how often it was waited for. */
export interface AskedOrders {
  readonly at: number
  readonly waits: number
}
const maxWaits = 3

export const askedReason = ({ at, waits }: AskedOrders): string => `orders-first:${waits}:${at}`

function askedOf({ duty, older }: Work): AskedOrders | undefined {
  for (const { reason } of [duty, ...older.toReversed()]) {
    const match = /^orders-first:(\d+):(\d+)$/.exec(reason ?? '')
    if (match) return { waits: Number(match[1]), at: Number(match[2]) }
  }
  return undefined
}

/** seen: a whole run began after the question, ended well, and all it brought was taken in; or it took too long, and the figure must not wait for ever. */
async function ordersPulled({ context, books, duty }: Work, stream: string, asked: AskedOrders): Promise<'seen' | 'wait'> {
  if (asked.waits >= maxWaits) return 'seen'
  const run = await findSchedule(books.tx, books.tenant, { connection: duty.connection, stream, kind: 'pull' })
  if (run === undefined) return 'seen'
  const done =
    run.last_started_at !== null && run.last_started_at >= asked.at && run.last_good_at !== null && run.last_good_at >= run.last_started_at
  if (!done) return 'wait'
  return (await countReceived(books.tx, context.tenant, duty.connection)) === 0 ? 'seen' : 'wait'
}

/** Waits for the pull that was asked for; this is not a try. */
async function later(work: Work, asked: AskedOrders): Promise<Plan> {
  const { context, books, duty, lease, now } = work
  const dueAt = now + context.settings.sweepMs
  await changeDelivery(books.tx, books.tenant, duty.id, ['due', 'waiting', 'sending'], {
    state: 'waiting',
    reason: askedReason(asked),
    due_at: dueAt,
  })
  await releaseLane(books.tx, books.tenant, lease, dueAt)
  return { kind: 'left' }
}
