import { between, type Chance } from '../../simulator/day/chance.ts'
import { type Amount, cent, written } from './exact.ts'
import type { Month } from './month.ts'
import { compare, type Difference } from './proof.ts'

/** Business systems that let the hub number their orders: what each asked for and was given, in the generator's own words. */
export interface NumberBooks {
  readonly requests: Map<string, NumberRequest>
  /** numbers that two requests had at the same time */
  readonly twice: Set<string>
  /** numbers that a request was given and does not find again */
  readonly lost: Set<string>
}

interface NumberRequest {
  readonly id: string
  readonly holder: string
  readonly count: number
  /** numbers that stay inside until they are completed: what is given back of them is used again */
  readonly inside: boolean
  readonly day: number
  numbers: readonly string[]
  state: 'locked' | 'consumed' | 'released'
  /** of the business of each number */
  amount: Amount
}

const scheme = 'month'
const mostCallers = 8
const mostNumbers = 4
const yearMs = 31_536_000_000

export const openNumberBooks = (): NumberBooks => ({ requests: new Map(), twice: new Set(), lost: new Set() })

export async function openNumbers({ hub }: Month): Promise<void> {
  const settings = { format: 'M{ts:yyMMdd}{seq:5,day}{check:mod97}', low: 40, high: 120, batch: 60, leaseMs: yearMs }
  await hub.send('PUT', `/v1/order-numbers/schemes/${scheme}`, { settings })
}

/** Every system asks for the numbers of its day at the same time as the others, and says of those of the day before what became of them. */
export async function numberOrders(month: Month, chance: Chance): Promise<void> {
  const { cast, day, numbers } = month
  const asked = cast.merchants.slice(0, mostCallers).map(({ connection: holder }): NumberRequest => {
    const count = between(chance, 1, mostNumbers)
    return { id: `${holder}-${day}`, holder, count, inside: chance() < 0.3, day, numbers: [], state: 'locked', amount: 0n }
  })
  const open = [...numbers.requests.values()].filter((one) => one.day === day - 1).map((one) => ({ one, mood: chance() }))
  await Promise.all([
    ...asked.map(async (one) => {
      one.numbers = await allot(month, one)
      own(numbers, one)
    }),
    ...open.map(({ one, mood }) => settle(month, one, mood)),
  ])
}

/** Each asks for the numbers of its day again, as one that does not know whether it was heard. */
export async function askAgain(month: Month, day: number = month.day): Promise<void> {
  const { requests, lost, twice } = month.numbers
  for (const one of requests.values()) {
    if (one.day !== day || one.state === 'released') continue
    const again = await allot(month, one)
    for (const number of one.numbers) if (!again.includes(number)) lost.add(number)
    for (const number of again) if (!one.numbers.includes(number)) twice.add(number)
  }
}

async function allot({ hub }: Month, { id, holder, count, inside }: NumberRequest): Promise<readonly string[]> {
  const { numbers } = await hub.send('POST', '/v1/order-numbers/allot', {
    scheme,
    requestId: id,
    holder,
    count,
    ...(inside ? { exposed: false } : {}),
  })
  return Array.isArray(numbers) ? numbers.map(String) : []
}

/** Writes down what a request was given; a number that another one has as well was given twice. */
export function own({ requests, twice, lost }: NumberBooks, given: NumberRequest): void {
  for (const other of requests.values())
    if (other.state !== 'released' || !other.inside)
      for (const number of other.numbers) if (given.numbers.includes(number)) twice.add(number)
  if (new Set(given.numbers).size !== given.count) lost.add(`${given.id} has ${given.numbers.length} of ${given.count}`)
  requests.set(given.id, given)
}

async function settle({ hub }: Month, one: NumberRequest, mood: number): Promise<void> {
  if (mood < 0.6) {
    one.amount = BigInt(1 + Math.floor(mood * 100_000)) * cent
    const amount = written(one.amount)
    await hub.send('POST', '/v1/order-numbers/complete', {
      scheme,
      requestId: one.id,
      items: one.numbers.map((number) => ({ number, amount })),
    })
    one.state = 'consumed'
  } else if (mood < 0.8) {
    await hub.send('POST', '/v1/order-numbers/release', { scheme, requestId: one.id, why: 'not needed' })
    one.state = 'released'
  }
}

/** The book of numbers against what each system was given and did with it. */
export async function numberDifferences(month: Month): Promise<readonly Difference[]> {
  const { hub, numbers } = month
  const differences: Difference[] = []
  for (let day = 1; day <= month.day; day++) await askAgain(month, day)
  const requests = [...numbers.requests.values()]
  const live = requests.filter(({ state, inside }) => state !== 'released' || !inside)
  for (const one of live) {
    const rows = await Promise.all(
      one.numbers.map((number) => hub.get(`/v1/order-numbers/one?scheme=${scheme}&number=${encodeURIComponent(number)}`)),
    )
    for (const row of rows) {
      const state = one.state === 'released' ? 'retired' : one.state
      if (row.state !== state || row.requestId !== one.id) numbers.lost.add(String(row.number))
      compare(differences, `number ${row.number}`, `${state} for ${one.id}`, `${row.state} for ${row.requestId}`)
    }
  }
  const stats = await hub.get(`/v1/order-numbers/stats?scheme=${scheme}`)
  const count = (state: NumberRequest['state']) =>
    String(live.filter((one) => one.state === state).reduce((sum, one) => sum + one.count, 0))
  const amount = requests.reduce((sum, one) => sum + one.amount * BigInt(one.count), 0n)
  compare(differences, 'numbers locked', count('locked'), stats.locked)
  compare(differences, 'numbers consumed', count('consumed'), stats.consumed)
  compare(differences, 'numbers retired', count('released'), stats.retired)
  compare(differences, 'numbers amount', written(amount), stats.amount)
  return differences
}

export const allotted = ({ requests }: NumberBooks): number => [...requests.values()].reduce((sum, one) => sum + one.numbers.length, 0)
