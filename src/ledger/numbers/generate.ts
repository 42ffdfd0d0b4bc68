import { countsOf, listDecisions } from '../../store/number-count.ts'
import { lockScheme, updateScheme } from '../../store/order-number.ts'
import type { NumberSchemeTable } from '../../store/tables-numbers.ts'
import { countMade, decide, type NumberDesk, pendingOf } from './desk.ts'
import { type NumberFormat, patternOf, periodOf } from './format.ts'
import { formatOf, settingsOf } from './scheme.ts'
import { layAside } from './stock.ts'

/** Numbers that one unit of work makes at most. */
const mostAtOnce = 5000

/**
 * Makes numbers in batches when fewer than the scheme's `low` are available, up to `high` (R301, R317), or as many as are missing now. One transaction makes numbers of a scheme at a time: with `missing` it waits for
 * its turn, without it leaves the work to the one that is at it. Numbers of a period that is full, or that were made before, are not made.
 */
export async function generate(desk: NumberDesk, name: string, missing: number): Promise<void> {
  const { tx, tenant } = desk
  const row = await lockScheme(tx, tenant, name, missing > 0)
  if (row === undefined || row.generation === 'off' || row.business === 'stopped') return
  const settings = settingsOf(row)
  const available = (await countsOf(tx, tenant, name)).available + pendingOf(desk, name).available
  if (missing === 0 && available >= settings.low) return
  const format = formatOf(settings)
  const wanted = Math.min(mostAtOnce, Math.max(missing, settings.high - available))
  const place = placeOf(format, row, desk.now)
  const written = await make(desk, format, row, place, wanted, settings.batch)
  const { period, next_seq: from } = place
  const inputs = { available, low: settings.low, high: settings.high, missing, period, from, capacity: format.capacity }
  if (written > 0) await decide(desk, name, 'generate', { ...inputs, written }, `made ${written} numbers`)
  else if (!(await isToldAlready(desk, name))) await decide(desk, name, 'capacity-ended', inputs, 'no number is left in this period')
}

type Place = Pick<NumberSchemeTable, 'period' | 'next_seq'>

function placeOf(format: NumberFormat, row: NumberSchemeTable, now: number): Place {
  const period = periodOf(format, now)
  return period === row.period ? row : { period, next_seq: 1 }
}

async function make(
  desk: NumberDesk,
  format: NumberFormat,
  row: NumberSchemeTable,
  { period, next_seq }: Place,
  wanted: number,
  batch: number,
): Promise<number> {
  const pattern = patternOf(format, desk.now)
  let [seq, place, written] = [next_seq, row.next_place, 0]
  while (written < wanted && seq <= format.capacity && seq - next_seq < mostAtOnce) {
    const most = Math.min(wanted - written, format.capacity - seq + 1)
    const sizes = Array.from({ length: Math.ceil(most / batch) }, (_, i) => Math.min(batch, most - i * batch))
    const stretches = sizes.map((size, i) => ({ size, seq: seq + i * batch, place: place + i * batch }))
    written += await layAside(desk, row.name, pattern, stretches)
    seq += most
    place += most
  }
  await updateScheme(desk.tx, row, { period, next_seq: seq, next_place: place })
  countMade(desk, row.name, written)
  return written
}

async function isToldAlready({ tx, tenant }: NumberDesk, name: string): Promise<boolean> {
  const [last] = await listDecisions(tx, tenant, name, { limit: 1 })
  return last?.kind === 'capacity-ended'
}
