import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { record } from '../ledger/ledger-kit.ts'
import { amountText } from '../ledger/money/account.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import { later } from '../testing/bed-questions.ts'
import { Killed, mortal } from '../testing/mortal.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { runJob } from './jobs.ts'
import { endOfLastMonth, generateAll } from './make-statements.ts'

const suppliers = ['S1', 'S2', 'S3']
/** Of the first of December in Shanghai, when it is still November in UTC. */
const due = Date.parse('2026-11-30T18:00:00Z')

let bed: Bed
beforeEach(async () => {
  bed = await openBed({
    routes: [],
    settings: {
      timeZone: 'Asia/Shanghai',
      statements: {
        kinds: ['supplier'],
        publish: true,
        timing: { kind: 'cron', cron: '0 2 1 * *', zone: 'Asia/Shanghai', jitterMs: 0, misfire: 'once' },
      },
    },
  })
  await apply(...suppliers.map(supplier))
  for (const [place, key] of suppliers.entries()) await apply(fee(`${key}-1`, key, '2026-11-02', 100 + place))
})
afterEach(async () => {
  expect((await verify(bed.database, 'default')).differences).toEqual([])
  await bed.close()
})

const apply = (...records: readonly Incoming[]) =>
  bed.database.write(async (tx) => {
    const books = await openBooks(tx, { tenant: 'default', now: bed.clock.now, newId: bed.context.newId, revision: 'r' })
    await preload(books, records)
    for (const one of records) await applyPart(books, one)
    await finish(books)
  })
const supplier = (key: string) =>
  record(
    'crm',
    'party',
    key,
    { number: key, name: key, roles: ['supplier'] },
    { identity: { kind: 'master', key: 'number', identifiers: [] } },
  )
const side = (key: string) => ({ ref: { type: 'party', key } })
const fee = (key: string, payee: string, day: string, amount: number) =>
  record('erp', 'payment', key, {
    ...{ kind: 'fee', status: 'captured', amount: `${amount}.37`, currency: 'CNY', paidAt: `${day}T08:00:00.000Z` },
    ...{ payer: side('harbour'), payee: side(payee) },
  })
const statements = async () =>
  (await bed.database.read.selectFrom('statement').selectAll().orderBy('party').orderBy('place').execute()).map(
    ({ party, until_date, status, closing, made_by }) => [party, until_date, status, amountText(BigInt(closing)), made_by],
  )
const told = async () =>
  (await bed.database.read.selectFrom('journal').select('kind').where('type', '=', 'statement').execute()).map(({ kind }) => kind).sort()
/** Moves the clock to a time and works off what is due then. */
const at = async (ms: number) => {
  await later(bed, ms - bed.clock.now)
  await later(bed, 1000)
}
const november = (place: number) => [suppliers[place], '2026-11-30', 'published', `${100 + place}.37`, 'schedule']

test("the statements of a month are made once it is over in the operator's zone, for every party, and told", async () => {
  await at(due - 60_000)
  expect(await statements()).toEqual([])
  await at(due)
  expect(await statements()).toEqual([0, 1, 2].map(november))
  expect(await told()).toEqual([...suppliers.map(() => 'statement-generated'), ...suppliers.map(() => 'statement-published')])
  await at(due + 86_400_000)
  expect(await statements()).toHaveLength(3)
  // only who has something new gets another one
  await apply(fee('S2-2', 'S2', '2026-12-05', 7))
  await at(Date.parse('2026-12-31T18:00:00Z'))
  expect(await statements()).toEqual([november(0), november(1), ['S2', '2026-12-31', 'published', '108.74', 'schedule'], november(2)])
})

test('a run that was missed is made up for by one, up to the month that ended last', async () => {
  await apply(fee('S1-2', 'S1', '2026-12-05', 7))
  await at(Date.parse('2027-01-14T09:00:00Z'))
  expect((await statements()).map(([party, until]) => [party, until])).toEqual(suppliers.map((key) => [key, '2026-12-31']))
})

test('a process that is killed after any commit leaves each statement whole, and the next one makes the rest', async () => {
  await at(due - 60_000)
  bed.clock.now = due
  let deaths = 0
  for (let commits = 1; ; commits++) {
    const process = mortal(bed.database, commits)
    const result = await runJob(bed.another(process.database), 'statements', '', '').catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
      return undefined
    })
    for (const [, , status] of await statements()) expect(status).toBe('published')
    if (!process.dead) {
      expect(result).toEqual({ state: 'done' })
      break
    }
    deaths++
    bed.clock.now += bed.context.settings.leaseMs + 1000
  }
  expect(deaths).toBeGreaterThan(2)
  expect(await statements()).toEqual([0, 1, 2].map(november))
  expect(await told()).toHaveLength(6)
})

test('two runs at once make each statement once, and neither fails', async () => {
  const making = { kind: 'supplier', until: '2026-11-22', publish: false, author: { actor: 'anna', why: null } } as const
  const runs = await Promise.all([bed.another(), bed.another()].map((context) => generateAll(context, making)))
  expect(runs.map(({ made, kept }) => made + kept)).toEqual([3, 3])
  expect(runs.reduce((sum, { made }) => sum + made, 0)).toBe(3)
  expect((await statements()).map(([party, until]) => [party, until])).toEqual(suppliers.map((key) => [key, '2026-11-22']))
})

test('the last day of the month before', () => {
  expect(['2026-12-01', '2026-03-28', '2028-03-01', '2027-01-31'].map(endOfLastMonth)).toEqual([
    ...['2026-11-30', '2026-02-28'],
    ...['2028-02-29', '2026-12-31'],
  ])
})
