import { type HubError, reject, retry } from '../../model/errors.ts'
import { grouped } from '../../store/in-list.ts'
import { doneOf, doneOrRefused, type Outcome } from '../../store/joint-writes.ts'
import { type AllotLook, lookForAllot } from '../../store/number-look.ts'
import { drawStock } from '../../store/number-stock.ts'
import { findRequests, insertNumbers, insertRequests, lockScheme, saveNumbers } from '../../store/order-number.ts'
import type { NumberRequestTable, NumberStockTable, OrderNumberTable } from '../../store/tables-numbers.ts'
import { countHeld, type NumberDesk, pendingOf, tellNumbers } from './desk.ts'
import { generate } from './generate.ts'
import { absentScheme, type SchemeSettings, settingsOf } from './scheme.ts'
import { endLeases } from './settle.ts'
import { type FreeNumber, freeNumbers } from './stock.ts'

/** Most numbers of one request. */
export const mostNumbers = 1000
/** Leases that are over and are ended by a request on its way. */
const mostEnded = 200

export interface AllotRequest {
  readonly scheme: string
  /** of the caller; the same request gets the same numbers for ever */
  readonly request: string
  /** the business system that asks */
  readonly holder: string
  readonly count: number
  readonly reference?: string
  /** a block: the holder allots its numbers by itself, and tells later which it used */
  readonly block?: boolean
  readonly leaseMs?: number
  /** false: the numbers stay inside until they are completed */
  readonly exposed?: boolean
  /** who asks; that of the unit of work when left out */
  readonly actor?: string
}

export interface Allotted {
  readonly numbers: readonly string[]
  /** end of the lease as it is now, epoch ms; undefined for a request that is repeated: its numbers may have gone on */
  readonly until: number | undefined
  readonly repeated: boolean
}

/** One request in a transaction of its own. @throws HubError what {@link allotAll} refuses it with */
export const allot = async (desk: NumberDesk, ask: AllotRequest): Promise<Allotted> => doneOf((await allotAll(desk, [ask]))[0])

/**
 * Allots numbers to requests, one after the other, and marks them in the same transaction (R304, R305): the oldest available ones, each to one request only. A request that is repeated gets the numbers it got, also when both
 * stand in the same call. Refused are `unknown-number-scheme`, `number-request-differs`, `business-stopped` (reject), `numbers-exhausted` (retry).
 * @throws HubError `number-request-race` (retry) when another transaction was quicker with one of the requests
 */
export async function allotAll(desk: NumberDesk, asks: readonly AllotRequest[]): Promise<readonly Outcome<Allotted>[]> {
  const outcomes = new Map<AllotRequest, Outcome<Allotted>>()
  for (const [name, group] of [...grouped(asks, ({ scheme }) => scheme)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const look = await lookForAllot(
      desk.tx,
      desk.tenant,
      name,
      group.map(({ request }) => request),
    )
    if (look === undefined) for (const ask of group) outcomes.set(ask, { refused: absentScheme(name) })
    else for (const [ask, outcome] of await allotOf(desk, look, group)) outcomes.set(ask, outcome)
  }
  return asks.map((ask) => doneOrRefused(outcomes.get(ask)))
}

async function allotOf(
  desk: NumberDesk,
  look: AllotLook,
  asks: readonly AllotRequest[],
): Promise<ReadonlyMap<AllotRequest, Outcome<Allotted>>> {
  const { scheme, firstEnd = never, firstBack = never } = look
  const settings = settingsOf(scheme)
  const { tx, tenant, pending } = desk
  pending.isHeard = look.isHeard
  const names = asks.map(({ request }) => request)
  const before = look.isKnown ? await findRequests(tx, tenant, scheme.name, names) : []
  const known = new Map(before.map((row) => [row.request, row]))
  const wanted = asks.reduce((sum, { request, count }) => (known.has(request) ? sum : sum + count), 0)
  const isOpen = scheme.business === 'open' && wanted > 0
  const isOver = isOpen && firstEnd <= desk.now
  if (isOver) await endLeases(desk, scheme, mostEnded)
  const free = isOpen ? await take(desk, look, wanted, isOver || firstBack <= desk.now) : []
  const made: Made[] = []
  let taken = 0
  const outcomes = new Map(
    asks.map((ask): [AllotRequest, Outcome<Allotted>] => {
      const before = known.get(ask.request)
      if (before !== undefined) return [ask, repeated(ask, before)]
      if (scheme.business === 'stopped') return [ask, { refused: stopped(scheme.name) }]
      const left = free.length - taken
      if (left < ask.count) return [ask, { refused: exhausted(ask, left) }]
      const one = madeOf(desk, settings, ask, free.slice(taken, taken + ask.count))
      taken += ask.count
      made.push(one)
      known.set(ask.request, one.kept)
      return [ask, { done: { numbers: numbersOf(one.free), until: one.kept.until, repeated: false } }]
    }),
  )
  if (made.length === 0) return outcomes
  const left = look.available + pendingOf(desk, scheme.name).available - taken
  await write(desk, scheme.name, made)
  if (left < settings.low) await generate(desk, scheme.name, 0)
  return outcomes
}

const never = Number.POSITIVE_INFINITY

/** What a request gets, to be written. */
interface Made {
  readonly kept: NumberRequestTable & { readonly until: number }
  readonly free: readonly FreeNumber[]
  readonly exposed: boolean
}
const numbersOf = (free: readonly FreeNumber[]): readonly string[] => free.map(({ row }) => row.number)

function madeOf(desk: NumberDesk, settings: SchemeSettings, ask: AllotRequest, free: readonly FreeNumber[]): Made {
  const { tenant, now } = desk
  const until = now + (ask.leaseMs ?? settings.leaseMs)
  const numbers = JSON.stringify(numbersOf(free))
  return {
    kept: { tenant, scheme: ask.scheme, ...askedOf(ask), numbers, at: now, actor: ask.actor ?? desk.actor, until },
    free,
    exposed: ask.exposed ?? settings.exposed,
  }
}

const askedOf = ({ request, count, holder, reference, block }: AllotRequest) => ({
  ...{ request, count, holder, reference: reference ?? null, block: block === true ? (1 as const) : (0 as const) },
})

/** That a number is held, and for whom, is told by its row and its request: nothing else is written about it. */
async function write(desk: NumberDesk, scheme: string, made: readonly Made[]): Promise<void> {
  const { tx, now } = desk
  const [fresh, back]: [OrderNumberTable[], OrderNumberTable[]] = [[], []]
  const drawn = new Map<NumberStockTable, number>()
  for (const { kept, free, exposed } of made)
    for (const { row, stock } of free) {
      const { until, request, holder, reference, block } = kept
      const to = { state: 'locked', due_at: until, request, holder, reference, exposed: exposed ? 1 : 0, block } as const
      const held = { ...row, ...to, events: row.events + 1, changed_at: now }
      if (stock === undefined) back.push(held)
      else {
        fresh.push(held)
        drawn.set(stock, (drawn.get(stock) ?? 0) + 1)
      }
    }
  for (const [stock, count] of drawn) if (await drawStock(tx, stock, count)) countHeld(desk, scheme, stock.size)
  await insertNumbers(tx, fresh)
  await saveNumbers(tx, back)
  await insertRequests(
    tx,
    made.map(({ kept }) => kept),
  )
  if (back.length > 0) countHeld(desk, scheme, back.length)
  for (const { kept, free } of made)
    tellNumbers({ ...desk, actor: kept.actor }, 'number-allotted', scheme, kept.request, {
      holder: kept.holder,
      reference: kept.reference,
      numbers: numbersOf(free),
      block: kept.block === 1,
      until: new Date(kept.until).toISOString(),
    })
}

/** Who finds too few waits for the one that makes numbers now, looks again, and makes what is missing itself. Only where no more can be made it waits for those that others are taking. */
async function take(
  desk: NumberDesk,
  { scheme: { name: scheme }, stock }: AllotLook,
  count: number,
  isBack: boolean,
): Promise<readonly FreeNumber[]> {
  const { tx, tenant, clock } = desk
  const look = async (more: Partial<Parameters<typeof freeNumbers>[2]> = {}) =>
    freeNumbers(desk, scheme, { count, now: await clock(), wait: false, isBack: true, ...more })
  const some = await look({ isBack, stock })
  if (some.length === count) return some
  await lockScheme(tx, tenant, scheme, true)
  const again = await look()
  if (again.length === count) return again
  await generate(desk, scheme, count - again.length)
  const made = await look()
  return made.length === count ? made : look({ wait: true })
}

const stopped = (scheme: string): HubError =>
  reject('business-stopped', `the business of number scheme '${scheme}' is stopped: resume it, or ask again when it goes on`)

const exhausted = ({ scheme, count }: AllotRequest, left: number): HubError =>
  retry(
    'numbers-exhausted',
    `number scheme '${scheme}' has ${left} numbers free, and ${count} were asked for: ask again later, or look at its statistics`,
  )

function repeated(ask: AllotRequest, known: NumberRequestTable): Outcome<Allotted> {
  const asked = askedOf(ask)
  const differs = (['count', 'holder', 'reference', 'block'] as const).filter((field) => asked[field] !== known[field])
  if (differs.length > 0)
    return {
      refused: reject(
        'number-request-differs',
        `request '${ask.request}' of number scheme '${ask.scheme}' was made before with another ${differs.join(', ')}: give a new request another id`,
      ),
    }
  return { done: { numbers: JSON.parse(known.numbers) as string[], until: undefined, repeated: true } }
}
