import { amountScale, toScaled } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { findRequest, findScheme, lockNumbers, takeDue } from '../../store/order-number.ts'
import type { NumberSchemeTable, OrderNumberTable } from '../../store/tables-numbers.ts'
import { changeNumbers, type NumberChange, type NumberDesk, tellNumbers } from './desk.ts'
import { givenBack } from './give-back.ts'
import { absentScheme, settingsOf } from './scheme.ts'
import { numberInStock } from './stock.ts'

/** Numbers of one request; all of them when `numbers` is left out. */
interface OfRequest {
  readonly scheme: string
  readonly request: string
  readonly numbers?: readonly string[]
}
export interface Settled {
  readonly number: string
  readonly state: OrderNumberTable['state']
  readonly changed: boolean
}

/**
 * The business of numbers is done (R306): they are consumed, with its amount where there is one. All or none. Repeating it changes nothing.
 * @throws HubError (reject) `unknown-number-scheme`, `unknown-order-number`, `order-number-not-held`, `lease-over`, `order-number-completed` for another amount
 */
export async function complete(
  desk: NumberDesk,
  {
    scheme,
    request,
    items,
  }: {
    readonly scheme: string
    readonly request: string
    readonly items: readonly { readonly number: string; readonly amount?: string }[]
  },
): Promise<readonly Settled[]> {
  const amounts = new Map(items.map(({ number, amount }) => [number, amount]))
  const { rows } = await held(desk, { scheme, request, numbers: [...amounts.keys()] })
  const changes: NumberChange[] = []
  const settled = rows.map((row): Settled => {
    const { number } = row
    const given = amounts.get(number)
    const amount = given === undefined ? null : toScaled(given, amountScale)
    if (row.request !== request) throw notHeld(row, request)
    if (row.state === 'consumed') {
      if ((row.amount === null ? null : BigInt(row.amount)) !== amount)
        throw reject('order-number-completed', `order number ${number} was completed with another amount: what is done stays as it is`)
      return { number, state: 'consumed', changed: false }
    }
    if (row.state !== 'locked') throw notHeld(row, request)
    if (row.due_at <= desk.now)
      throw reject(
        'lease-over',
        `the lease of order number ${number} ended at ${new Date(row.due_at).toISOString()}: renew leases before they end`,
      )
    changes.push({ row, to: { state: 'consumed', amount } })
    return { number, state: 'consumed', changed: true }
  })
  await changeNumbers(desk, scheme, changes)
  tellChanged(desk, 'number-completed', scheme, request, settled, { amounts: items.map(({ amount }) => amount ?? null) })
  return settled
}

/**
 * The business of numbers is not done (R307): their holder gives them back. What was done already stays so, and repeating it changes nothing.
 * @throws HubError (reject) `unknown-number-scheme`, `unknown-order-number`, `order-number-not-held`, `order-number-completed`
 */
export async function release(
  desk: NumberDesk,
  { unused = false, why = 'released', ...of }: OfRequest & { readonly unused?: boolean; readonly why?: string },
): Promise<readonly Settled[]> {
  const { row: scheme, rows, own } = await held(desk, of)
  const { quarantineMs } = settingsOf(scheme)
  const isAll = of.numbers === undefined
  const changes: NumberChange[] = []
  const settled = rows.flatMap((row): Settled[] => {
    const { number, state } = row
    if (row.request !== of.request) {
      if (!own.has(number)) throw notHeld(row, of.request)
      return isAll ? [] : [{ number, state, changed: false }]
    }
    if (state === 'consumed') {
      if (isAll) return []
      throw reject('order-number-completed', `order number ${number} was completed: what is done cannot be released`)
    }
    if (state !== 'locked') return [{ number, state, changed: false }]
    const change = givenBack(row, desk.now, { quarantineMs, why, unused })
    changes.push(change)
    return [{ number, state: change.to.state, changed: true }]
  })
  await changeNumbers(desk, of.scheme, changes)
  tellChanged(desk, 'number-released', of.scheme, of.request, settled, { why })
  return settled
}

/** Makes the leases of a request last from now on as long as it says. @throws HubError as {@link complete} */
export async function renew(desk: NumberDesk, { leaseMs, ...of }: OfRequest & { readonly leaseMs?: number }): Promise<number> {
  const { row: scheme, rows } = await held(desk, of)
  const until = desk.now + (leaseMs ?? settingsOf(scheme).leaseMs)
  const changes: NumberChange[] = []
  for (const row of rows) {
    if (row.request !== of.request || row.state !== 'locked') {
      if (of.numbers === undefined) continue
      throw notHeld(row, of.request)
    }
    if (row.due_at <= desk.now)
      throw reject(
        'lease-over',
        `the lease of order number ${row.number} ended at ${new Date(row.due_at).toISOString()}: ask for new numbers`,
      )
    changes.push({ row, to: { due_at: until }, why: 'renewed' })
  }
  await changeNumbers(desk, of.scheme, changes)
  return until
}

/** Ends leases that are over, up to `limit`. What nobody asks about is ended by the clock so. Answers how many. */
export async function endLeases(desk: NumberDesk, scheme: Pick<NumberSchemeTable, 'name' | 'settings'>, limit: number): Promise<number> {
  const over = await takeDue(desk.tx, desk.tenant, scheme.name, 'locked', desk.now, limit)
  const { quarantineMs } = settingsOf(scheme)
  const byRequest = new Map<string, Settled[]>()
  const changes = over.map((row) => givenBack(row, desk.now, { quarantineMs, why: 'lease-over', unused: false }))
  for (const { row, to } of changes) {
    const request = row.request ?? ''
    byRequest.set(request, [...(byRequest.get(request) ?? []), { number: row.number, state: to.state, changed: true }])
  }
  await changeNumbers(desk, scheme.name, changes)
  for (const [request, settled] of byRequest) tellChanged(desk, 'number-released', scheme.name, request, settled, { why: 'lease-over' })
  return over.length
}

async function held({ tx, tenant }: NumberDesk, { scheme, request, numbers }: OfRequest) {
  const row = await findScheme(tx, tenant, scheme)
  if (row === undefined) throw absentScheme(scheme)
  const asked = await findRequest(tx, tenant, scheme, request)
  if (asked === undefined)
    throw reject(
      'order-number-not-held',
      `number scheme '${scheme}' has no request '${request}': give the request that the numbers were allotted to`,
    )
  const own = new Set(JSON.parse(asked.numbers) as string[])
  const wanted = numbers ?? [...own]
  const rows = await lockNumbers(tx, tenant, scheme, wanted)
  const there = new Set(rows.map(({ number }) => number))
  const [stranger] = wanted.filter((number) => !there.has(number))
  if (stranger !== undefined) {
    const free = await numberInStock(tx, tenant, scheme, stranger)
    throw free === undefined
      ? reject('unknown-order-number', `number scheme '${scheme}' never made the number '${stranger}'`)
      : notHeld(free, request)
  }
  return { row, rows, own }
}

const notHeld = ({ number, state }: OrderNumberTable, request: string) =>
  reject('order-number-not-held', `order number ${number} is ${state} and not held for request '${request}' now: ask for a new one`)

function tellChanged(
  desk: NumberDesk,
  kind: string,
  scheme: string,
  request: string,
  settled: readonly Settled[],
  more: Readonly<Record<string, string | readonly (string | null)[]>>,
): void {
  const changed = settled.filter((one) => one.changed)
  if (changed.length === 0) return
  tellNumbers(desk, kind, scheme, request, {
    numbers: changed.map(({ number }) => number),
    states: changed.map(({ state }) => state),
    ...more,
  })
}
