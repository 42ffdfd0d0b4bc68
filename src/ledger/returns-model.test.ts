import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromScaled } from '../model/decimal.ts'
import { isHubError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, payment, record, ref, refund, sale, saleLine } from './ledger-kit.ts'
import { requestReturn } from './return-commands.ts'
import { verify } from './verify.ts'

const paid = 100
const order = ref('sales-order', 'shop-us', '1')

/** One case at a platform: what the buyer asks for, and the refund of the same money, each told when the platform pleases. */
interface Case {
  readonly kind: 'refund-only' | 'return'
  readonly cents: number
  readonly names: boolean
}
const caseOf: fc.Arbitrary<Case> = fc.record({
  kind: fc.constantFrom('refund-only', 'return'),
  cents: fc.integer({ min: 1, max: 3000 }),
  names: fc.boolean(),
})
const step = fc.record({
  of: fc.nat({ max: 2 }),
  tell: fc.oneof(
    fc.record({ type: fc.constant('return' as const), status: fc.constantFrom('requested', 'approved', 'received', 'closed', 'rejected') }),
    fc.record({ type: fc.constant('refund' as const), status: fc.constantFrom('pending', 'done', 'cancelled') }),
  ),
})

const money = (cents: number): string => fromScaled(BigInt(cents), 2, 2)
const open = ['requested', 'approved', 'received']

async function refundedOf({ database }: LedgerKit): Promise<number> {
  const rows = await database.read.selectFrom('order_state').select('refunded').where('key', '=', 'shop-us/1').execute()
  return rows.reduce((sum, row) => sum + Number(row.refunded) / 100, 0)
}

/** Asks for money by a command of the hub: what it is refused with, or nothing. */
async function ask(kit: LedgerKit, number: string, cents: number): Promise<string | undefined> {
  const asked: JsonObject = { kind: 'refund-only', reason: 'broken', amount: money(cents) }
  try {
    await kit.work((books) =>
      requestReturn(
        books,
        { number, order: 'shop-us/1', asked, author: { actor: 'k', why: 'broken' } },
        () => undefined,
        () => undefined,
      ),
    )
    return undefined
  } catch (error) {
    if (!isHubError(error)) throw error
    return error.detail.code
  }
}

test('a case of which a platform tells both what was asked and what was refunded gives money back once, and is asked for once', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(caseOf, { minLength: 3, maxLength: 3 }),
      fc.array(step, { minLength: 1, maxLength: 10 }),
      async (cases, steps) => {
        const kit = await openLedgerKit()
        await kit.apply(...masterData, sale('shop-us', '1', [saleLine('1', 'A', '9')]), payment('shop-us', '1', money(paid * 100)))
        const told = cases.map(() => ({ asked: '', refund: '' }))
        for (const { of, tell } of steps) {
          const [one, seen] = [cases[of], told[of]]
          if (one === undefined || seen === undefined) continue
          const amount = money(one.cents)
          if (tell.type === 'return') {
            seen.asked = tell.status
            const named = one.names ? { refund: ref('refund', 'shop-us', `m${of}`) } : {}
            await kit.apply(
              record('shop-us', 'return', `m${of}`, { order, kind: one.kind, status: tell.status, amount, currency: 'USD', ...named }),
            )
          } else {
            seen.refund = tell.status
            const { body } = refund('shop-us', `m${of}`, '1', amount)
            await kit.apply(record('shop-us', 'refund', `m${of}`, { ...body, status: tell.status }))
          }
          const done = cases.reduce((sum, { cents }, index) => sum + (told[index]?.refund === 'done' ? cents : 0), 0)
          expect(await refundedOf(kit)).toBe(done)
        }
        const left = cases.reduce((rest, { cents, names }, index) => {
          const { asked = '', refund: state = '' } = told[index] ?? {}
          const isOwed = open.includes(asked) && !(names && state === 'done')
          return rest - (state === 'done' ? cents : 0) - (isOwed ? cents : 0)
        }, paid * 100)
        expect(await ask(kit, 'AS-1', left + 1)).toBe('over-refunded')
        if (left > 0) expect(await ask(kit, 'AS-2', left)).toBe(undefined)
        expect((await verify(kit.database, kitTenant)).differences).toEqual([])
        await kit.database.close()
      },
    ),
    { numRuns: 25, verbose: fc.VerbosityLevel.None },
  )
})
