import { differing, type Foot, footFigures } from '../demo/proof.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { DayPlan } from '../simulator/day/plan.ts'
import { type Compared, compareRecords } from './compare.ts'
import { purchasePairings } from './compare-purchases.ts'
import { salesPairings } from './compare-sales.ts'
import { stockPairing } from './compare-stock.ts'
import { part } from './document-values.ts'
import type { House } from './house.ts'
import { type Ledger, readLedger } from './ledger.ts'
import { ledgerFigures } from './ledger-figures.ts'
import { readTruth } from './truth.ts'
import { truthFigures } from './truth-figures.ts'

/** What the day came to: figures and records of both sides, and everything that should not be. */
export interface Proof {
  readonly figures: Readonly<Record<string, Foot>>
  readonly records: readonly Compared[]
  /** findings, parked and dead things, each with what the plan foresees */
  readonly open: Readonly<Record<string, { readonly found: number; readonly expected: number }>>
  /** counts of `GET /v1/stats` */
  readonly envelopes: JsonObject
  readonly deliveries: JsonObject
  readonly retries: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly differences: readonly string[]
}

/** Reads both sides and holds them against each other and against the plan. `opening`: the ledger's stock in the morning. */
export async function proveDay(house: House, opening: number): Promise<Proof> {
  const ledger = await readLedger(house.hub)
  const truth = await readTruth(house)
  const systems = truthFigures(house, truth)
  const figures = footFigures(ledgerFigures(ledger, opening), systems)
  const records = [...purchasePairings(ledger, truth), ...salesPairings(ledger, truth), stockPairing(house, ledger, truth)].map(
    compareRecords,
  )
  const open = openThings(ledger, house.plan)
  const planned = Object.entries(footFigures(house.plan.figures, systems)).flatMap(([name, foot]) =>
    foot.ledger === foot.systems ? [] : [`${name}: the plan foresees ${foot.ledger}, the systems have ${foot.systems}`],
  )
  const unexpected = Object.entries(open).flatMap(([what, { found, expected }]) =>
    found === expected ? [] : [`open ${what}: ${found}, expected ${expected}`],
  )
  const { envelopes, deliveries, attempts } = ledger.stats
  return {
    figures,
    records,
    open,
    envelopes: objectOf(part(envelopes, 'byState')),
    deliveries: objectOf(part(deliveries, 'byState')),
    retries: Number(part(attempts, 'retries')),
    lost: records.flatMap(({ lost }) => lost),
    doubled: records.flatMap(({ doubled }) => doubled),
    differences: [
      ...differing(figures),
      ...planned,
      ...records.flatMap(({ differences }) => differences),
      ...unexpected,
      ...(unexpected.length === 0 ? [] : ledger.dead.map((delivery) => `dead: ${JSON.stringify(delivery)}`)),
      ...ledger.unproven.map((difference) => `the ledger computed again differs: ${difference}`),
    ],
  }
}

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** What waits for a person at the end of the day, beside what the plan foresees; anything else is a difference. */
function openThings({ stats }: Ledger, { orders, purchases }: DayPlan): Proof['open'] {
  const expected: Readonly<Record<string, number>> = {
    'finding cancel-too-late': orders.filter(({ lateCancel }) => lateCancel).length,
    'finding oversold': 1,
    'finding quantity-variance': purchases.filter(({ lines }) => lines.some(({ broken }) => broken > 0)).length,
  }
  const kinds = {
    findings: 'finding',
    parkedEnvelopes: 'parked',
    deadEnvelopes: 'dead',
    parkedDeliveries: 'parked',
    deadDeliveries: 'dead',
  }
  const found = Object.entries(kinds).flatMap(([group, word]) =>
    Object.entries(objectOf(part(stats.open, group))).map(([name, count]) => [`${word} ${name}`, Number(count)] as const),
  )
  const names = new Set([...Object.keys(expected), ...found.map(([name]) => name)])
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      { found: found.reduce((sum, [one, count]) => sum + (one === name ? count : 0), 0), expected: expected[name] ?? 0 },
    ]),
  )
}
