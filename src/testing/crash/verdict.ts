import { disorder, doubledRows, missing, stockDifference, twice, unfinishedEvents } from './evidence.ts'
import { open } from './rest.ts'
import type { World } from './world.ts'

/** What one run came to; all from the partner's own log, the sender's memory and SQL. */
export interface Figures {
  /** events that were acknowledged */
  readonly accepted: number
  /** acknowledged events that came to the end they had to */
  readonly applied: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  /** difference between the hub's stock sums and those of the driver's orders; 0 */
  readonly ledgerSum: number
  readonly stuck: number
  /** longest time without any injection that an acknowledged order waited for its sale */
  readonly recoveryMsMax: number
  /** letters that wait for a person because nobody can know */
  readonly unknown: number
}
export interface Verdict extends Figures {
  readonly breaches: readonly string[]
}

/** Begins the breach of a scenario that did not come to its end. */
export const itselfFailed = 'the scenario itself failed'

export const emptyVerdict: Verdict = {
  accepted: 0,
  applied: 0,
  lost: 0,
  doubled: 0,
  outOfOrder: 0,
  ledgerSum: 0,
  stuck: 0,
  recoveryMsMax: 0,
  unknown: 0,
  breaches: [],
}
export const withBreaches = (verdict: Verdict, more: readonly string[]): Verdict => ({
  ...verdict,
  breaches: [...verdict.breaches, ...more],
})

const mostBreaches = 20

export async function judge(world: World, notes: readonly string[] = []): Promise<Verdict> {
  const { log } = world.partner
  const wrongAnswers = Object.keys(world.sender.statuses).filter((status) => status !== '0' && status !== '503' && !status.startsWith('2'))
  const breaches: string[] = [...notes, ...wrongAnswers.map((status) => `a sender was answered ${status}`)]
  const tell = (kind: string, found: readonly string[]): number => {
    if (found.length > 0)
      breaches.push(`${kind}: ${found.slice(0, mostBreaches).join('; ')}${found.length > mostBreaches ? ` … ${found.length} in all` : ''}`)
    return found.length
  }
  const accepted = world.sender.accepted
  const bad = await unfinishedEvents(world)
  const lostEffects = await missing(world)
  const lost = tell('lost', [...bad, ...lostEffects])
  const doubled = tell('doubled', [...twice(log.effects), ...(await doubledRows(world))])
  const outOfOrder = tell('out of order', disorder(world))
  const ledger = await stockDifference(world)
  tell('ledger', ledger.told)
  const stuck = tell('stuck', await open(world))
  const unknown = await world.ask(`select count(*) as n from delivery where state = 'parked' and reason = 'unknown'`)
  return {
    accepted: accepted.size,
    applied: accepted.size - bad.length,
    lost,
    doubled,
    outOfOrder,
    ledgerSum: ledger.sum,
    stuck,
    recoveryMsMax: recovery(world),
    unknown: Number(unknown[0]?.n),
    breaches,
  }
}

/** From the acknowledgement of an order, or the end of the last injection when that was later, to its sale. */
function recovery({ injections, sender, partner: { log } }: World): number {
  const sold = new Map(log.effects.filter(({ kind }) => kind === 'sale').map(({ what, at }) => [what, at]))
  let longest = 0
  for (const { order, at } of sender.accepted.values()) {
    const saleAt = sold.get(`shop/${order}`)
    if (saleAt === undefined || saleAt < at || injections.some(({ from, until }) => from <= saleAt && saleAt < until)) continue
    const peaceSince = Math.max(at, ...injections.filter(({ until }) => until <= saleAt).map(({ until }) => until))
    longest = Math.max(longest, saleAt - peaceSince)
  }
  return longest
}
