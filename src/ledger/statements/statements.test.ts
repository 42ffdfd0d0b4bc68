import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isHubError } from '../../model/errors.ts'
import { statementOf } from '../../store/statement.ts'
import { kitTenant, type LedgerKit, openLedgerKit, record } from '../ledger-kit.ts'
import { verify } from '../verify.ts'
import { provenLines, statementLines, statementText } from './content.ts'
import { generateStatement } from './generate.ts'
import { approveStatement, confirmStatement, disputeStatement, payStatement, publishStatement, reviseStatement } from './steps.ts'

let kit: LedgerKit
beforeEach(async () => {
  kit = await openLedgerKit()
  await kit.apply(supplier)
})
afterEach(() => kit.database.close())

const anna = { actor: 'anna', why: null }
const ben = { actor: 'ben', why: null }
const fits = () => undefined
const side = (key: string) => ({ ref: { type: 'party', key } })
const supplier = record(
  'crm',
  'party',
  'N',
  { number: 'N', name: 'Ningbo', roles: ['supplier'] },
  { identity: { kind: 'master', key: 'number', identifiers: [] } },
)
/** A fee that we owe, or, below zero, one that the supplier owes: the shortest way to an entry. */
const fee = (key: string, day: string, amount: number) => {
  const [payer, payee] = amount > 0 ? ['harbour', 'N'] : ['N', 'harbour']
  return record('erp', 'payment', key, {
    kind: 'fee',
    status: 'captured',
    amount: `${Math.abs(amount)}.00`,
    currency: 'CNY',
    payer: side(payer),
    payee: side(payee),
    paidAt: `${day}T08:00:00.000Z`,
  })
}
const generate = async (until: string) =>
  (
    await kit.work((books) =>
      generateStatement(books, { kind: 'supplier', owner: 'harbour', party: 'N', currency: 'CNY', until, author: anna }),
    )
  ).result
const linesOf = async (key: string) => {
  const found = []
  const row = await statementOf(kit.database.read, kitTenant, key)
  if (row === undefined) throw new Error(key)
  for await (const lines of statementLines(kit.database.read, kitTenant, row)) found.push(...lines)
  return found
}
const textOf = async (key: string) => {
  const row = await statementOf(kit.database.read, kitTenant, key)
  if (row === undefined) throw new Error(key)
  return (await Array.fromAsync(statementText(kit.database.read, kitTenant, row))).join('')
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const refusal = async (work: Promise<unknown>) => {
  try {
    await work
    return 'done'
  } catch (error) {
    if (isHubError(error)) return error.detail.code
    throw error
  }
}
const step = <T>(work: Parameters<LedgerKit['work']>[0]) => kit.work(work) as Promise<{ readonly result: T }>

test('opening, lines and closing; the hash is that of the text anybody can read; what comes late is in the next one', async () => {
  await kit.apply(fee('f1', '2026-10-05', 100), fee('f2', '2026-10-06', -30))
  const october = await generate('2026-10-31')
  expect(october).toMatchObject({
    key: 'ST-2026-00001',
    from_date: '2026-10-05',
    opening: 0n,
    closing: 700_000n,
    line_count: 2,
    totals: '{"fee":"70.00"}',
  })
  expect((await linesOf(october.key)).map(({ line, amount, businessDate, kind }) => [line, amount, businessDate, kind])).toEqual([
    [1, '100.00', '2026-10-05', 'fee'],
    [2, '-30.00', '2026-10-06', 'fee'],
  ])
  expect(JSON.parse(await textOf(october.key))).toMatchObject({
    closing: '70.00',
    lines: [{ line: 1 }, { line: 2 }],
    lineCount: 2,
    number: october.key,
  })
  expect(sha256(await textOf(october.key))).toBe(october.hash)
  await kit.apply(fee('late', '2026-10-07', 5), fee('f3', '2026-11-02', 1))
  const november = await generate('2026-11-10')
  expect(november).toMatchObject({ opening: 700_000n, closing: 760_000n, from_date: '2026-11-01', place: 2 })
  expect((await linesOf(november.key)).map(({ businessDate }) => businessDate)).toEqual(['2026-10-07', '2026-11-02'])
  expect(await refusal(generate('2026-11-10'))).toBe('period-order')
  expect(await refusal(generate('2026-11-23'))).toBe('period-open')
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

test('confirmed by its hash, disputed and revised with what was corrected, approved by another person, paid in parts', async () => {
  await kit.apply(fee('f1', '2026-10-05', 100))
  const { key, hash } = await generate('2026-10-31')
  const confirm = (of: string) => step((books) => confirmStatement(books, { key, hash: of, author: ben }))
  expect(await refusal(confirm(hash))).toBe('illegal-transition')
  await step((books) => publishStatement(books, { key, author: anna }))
  expect(
    await refusal(step((books) => disputeStatement(books, { key, hash, author: ben, disputes: [{ line: 2, reason: 'no such goods' }] }))),
  ).toBe('no-line')
  await step((books) => disputeStatement(books, { key, hash, author: ben, disputes: [{ line: 1, reason: 'it was 90' }] }))
  await kit.apply(fee('f1', '2026-10-05', 90))
  const revised = (await kit.work((books) => reviseStatement(books, { key, author: anna }))).result
  expect(revised).toMatchObject({ revision: 2, closing: 900_000n, line_count: 2, status: 'generated' })
  expect(revised.hash).not.toBe(hash)
  await step((books) => publishStatement(books, { key, author: anna }))
  expect(await refusal(confirm(hash))).toBe('outdated-version')
  await confirm(revised.hash)
  await confirm(revised.hash)
  const pay = (number: string, amount: string, of = revised.hash) =>
    step((books) => payStatement(books, { key, hash: of, number, amount, paidAt: '2026-11-20T08:00:00.000Z', author: ben }, fits))
  expect(await refusal(pay('p0', '10.00'))).toBe('not-confirmed')
  const approve = (author: typeof anna) => step((books) => approveStatement(books, { key, hash: revised.hash, author, ownApproval: false }))
  expect(await refusal(approve(anna))).toBe('own-approval')
  await approve(ben)
  expect(await refusal(pay('p0', '10.00', hash))).toBe('outdated-version')
  expect(await refusal(pay('p0', '90.01'))).toBe('more-than-owed')
  await pay('p1', '40.00')
  expect(await statementOf(kit.database.read, kitTenant, key)).toMatchObject({ status: 'part-paid' })
  expect(await refusal(pay('p2', '50.01'))).toBe('more-than-owed')
  await pay('p2', '50.00')
  expect(await statementOf(kit.database.read, kitTenant, key)).toMatchObject({ status: 'paid' })
  const told = await kit.database.read.selectFrom('journal').select('kind').where('type', '=', 'statement').orderBy('id').execute()
  expect(told.map(({ kind }) => kind.replace('statement-', ''))).toEqual([
    'generated',
    'published',
    'disputed',
    'revised',
    'published',
    'confirmed',
    'approved',
    'payment',
    'payment',
  ])
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
})

const move = fc.record({
  day: fc.integer({ min: 1, max: 20 }),
  amount: fc.integer({ min: -50, max: 50 }).filter((amount) => amount !== 0),
  entry: fc.nat(5),
})
const cut = fc.record({ until: fc.integer({ min: 1, max: 21 }) })

test('whatever happens in whatever order: closing is opening and all lines, statements follow each other, every entry is in one statement at most', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 3, arbitrary: move }, { weight: 1, arbitrary: cut }), { minLength: 3, maxLength: 9 }),
      async (happenings) => {
        await kit.database.close()
        kit = await openLedgerKit()
        await kit.apply(supplier)
        const day = (of: number) => `2026-11-${String(of).padStart(2, '0')}`
        for (const one of happenings) {
          if ('until' in one) await refusal(generate(day(one.until)))
          else await kit.apply(fee(`f${one.entry}`, day(one.day), one.amount))
        }
        await refusal(generate('2026-11-22'))
        const rows = await kit.database.read.selectFrom('statement').selectAll().orderBy('place').execute()
        let before = 0n
        for (const row of rows) {
          const lines = await linesOf(row.key)
          const sum = lines.reduce((total, { amount }) => total + BigInt(Math.round(Number(amount) * 10_000)), 0n)
          expect(BigInt(row.opening)).toBe(before)
          expect(BigInt(row.closing)).toBe(before + sum)
          expect(sha256(await textOf(row.key))).toBe(row.hash)
          before = BigInt(row.closing)
        }
        const accounts = await kit.database.read.selectFrom('account').select('balance').where('party', '=', 'N').execute()
        expect(before).toBe(-accounts.reduce((total, { balance }) => total + BigInt(balance), 0n))
        expect((await verify(kit.database, kitTenant)).differences).toEqual([])
      },
    ),
    { numRuns: 6 },
  )
})

test('a copy of a version holds its lines and no later ones, and one that does not come to its sums is none', async () => {
  await kit.apply(fee('1', '2026-11-02', 100))
  const first = await generate('2026-11-10')
  await kit.work((books) => publishStatement(books, { key: first.key, author: anna }))
  await kit.work((books) =>
    disputeStatement(books, { key: first.key, author: anna, hash: first.hash, disputes: [{ reason: 'one is missing' }] }),
  )
  await kit.apply(fee('2', '2026-11-03', 7))
  await kit.work((books) => reviseStatement(books, { key: first.key, author: anna }))
  const copied = async (row: typeof first) => (await Array.fromAsync(provenLines(kit.database.read, kitTenant, row))).flat()
  const second = await statementOf(kit.database.read, kitTenant, first.key)
  if (second === undefined) throw new Error(first.key)
  expect((await copied(first)).map(({ amount }) => amount)).toEqual(['100.00'])
  expect((await copied(second)).map(({ amount }) => amount)).toEqual(['100.00', '7.00'])
  await expect(copied({ ...second, closing: BigInt(second.closing) + 1n })).rejects.toThrow(/come to 107.00/)
  await expect(copied({ ...first, hash: second.hash })).rejects.toThrow(/crossdock ledger verify/)
})
