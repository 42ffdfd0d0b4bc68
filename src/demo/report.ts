import { table } from '../commands/print.ts'
import type { Shell } from '../commands/shell.ts'
import type { JsonObject } from '../model/json.ts'
import type { LeftOut } from '../simulator/day/plan-left-out.ts'
import type { SystemRecords } from '../simulator/day/records.ts'
import type { HubCounts } from './counts.ts'
import type { PlayedDay } from './day.ts'
import { differing, type Foot, footFigures } from './proof.ts'

/** What one played day came to; printed as tables, or as one object with --json. */
export interface DayReport {
  readonly counts: HubCounts
  readonly foots: Readonly<Record<string, Foot>>
  readonly faults: Readonly<Record<string, number>>
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  /** what the systems of the pair cannot play; the day was played without it */
  readonly leftOut: readonly LeftOut[]
  /** why the proof fails; empty when everything foots */
  readonly problems: readonly string[]
  readonly elapsedMs: number
}

/** What may wait for a person in the evening, and how much of it. Anything else is a problem. */
const expectedOpen = (records: SystemRecords): Readonly<Record<string, number>> => ({
  'cancel-too-late': records.lateCancels,
  oversold: 1,
  'quantity-variance': 1,
  'dead-letter': 2,
})

export function reportOf(day: PlayedDay, counts: HubCounts): DayReport {
  const { records } = day
  const foots = footFigures(day.ledger, records.figures)
  const expected = expectedOpen(records)
  const open = [...new Set([...Object.keys(expected), ...Object.keys(counts.open)])].flatMap((kind) =>
    (expected[kind] ?? 0) === (counts.open[kind] ?? 0) ? [] : [`open ${kind}: ${counts.open[kind] ?? 0}, expected ${expected[kind] ?? 0}`],
  )
  const parked = counts.envelopes.parked ?? 0
  const found = (['lost', 'doubled', 'outOfOrder'] as const).flatMap((kind) =>
    records[kind].count === 0 ? [] : [`${kind}: ${records[kind].count} (${records[kind].examples.join('; ')})`],
  )
  return {
    counts,
    foots,
    faults: sumFaults(records),
    lost: records.lost.count,
    doubled: records.doubled.count,
    outOfOrder: records.outOfOrder.count,
    leftOut: day.leftOut,
    problems: [...day.problems, ...differing(foots), ...open, ...(parked > 0 ? [`parked envelopes: ${parked}`] : []), ...found],
    elapsedMs: day.elapsedMs,
  }
}

/** The object that `--json` prints; its problems are told on standard error. */
export const reportJson = (report: DayReport): JsonObject => ({
  envelopes: report.counts.envelopes,
  documents: report.counts.documents,
  deliveries: report.counts.deliveries,
  retries: report.counts.retries,
  faults: report.faults,
  foots: Object.fromEntries(Object.entries(report.foots).map(([name, foot]) => [name, { ledger: foot.ledger, systems: foot.systems }])),
  open: report.counts.open,
  lost: report.lost,
  doubled: report.doubled,
  outOfOrder: report.outOfOrder,
  ...(report.leftOut.length === 0 ? {} : { leftOut: report.leftOut.map(({ part, why }) => ({ part, why })) }),
  elapsedMs: report.elapsedMs,
})

export function printReport(shell: Shell, report: DayReport): void {
  const group = (title: string, prefix: string) => {
    const rows = Object.entries(report.foots)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { ledger, systems }]) => [
        words(name.slice(prefix.length)),
        shown(ledger),
        shown(systems),
        ledger === systems ? '=' : '≠',
      ])
    shell.out(`\n${title}\n${table(shell, [shell.say('demo.figure'), shell.say('demo.ledger'), shell.say('demo.systems'), ''], rows)}\n`)
  }
  group(shell.say('demo.pieces'), 'pieces.')
  for (const shop of ['shop-us', 'shop-eu'])
    group(shell.say('demo.orders', { shop, currency: String(report.foots[`shops.${shop}.currency`]?.ledger ?? '') }), `shops.${shop}.`)
  group(shell.say('demo.supplier'), 'supplier.')
  const { envelopes, deliveries, retries, open } = report.counts
  shell.out(`\n${shell.say('demo.messages')}\n`)
  for (const line of [
    shell.say('demo.received', { states: pairs(envelopes) }),
    shell.say('demo.sent', { states: pairs(deliveries), retries }),
    shell.say('demo.faultsSeen', { faults: pairs(report.faults) }),
  ])
    shell.out(`  ${line}\n`)
  if (report.leftOut.length > 0) shell.out(`\n${shell.say('demo.leftOut')}\n`)
  for (const { part, why } of report.leftOut) shell.out(`  ${part}: ${why}\n`)
  shell.out(`\n${shell.say('demo.open')}\n  ${pairs(open) || shell.say('demo.nothingOpen')}\n`)
}

const words = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
const pairs = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
const shown = (value: string | number): string => {
  const [whole = '', part] = String(value).split('.')
  const grouped = /^-?\d+$/.test(whole) ? whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',') : whole
  return part === undefined ? grouped : `${grouped}.${part}`
}

function sumFaults({ faults }: SystemRecords): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const system of Object.values(faults))
    for (const [kind, count] of Object.entries(system)) sums[kind] = (sums[kind] ?? 0) + (count ?? 0)
  return Object.fromEntries(Object.entries(sums).sort())
}
