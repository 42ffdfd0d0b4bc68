import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHubError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { orderLinesOf, orderStatesOf } from '../store/order.ts'
import { testServer } from '../testing/test-store.ts'
import { answerOrder } from './answer-order.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, record } from './ledger-kit.ts'
import { amendOrder, createOrder, moveOrder } from './purchase-commands.ts'
import {
  figuresOf,
  findingsOf,
  type Happening,
  happen,
  type Line,
  lineNames,
  newPurchase,
  type Purchase,
  paidOf,
  refusal,
} from './purchase-model.ts'
import { purchaseView } from './purchase-view.ts'
import { moveReceipt, receiveGoods } from './receive-goods.ts'
import type { Books, LedgerDocument } from './types.ts'
import { verify } from './verify.ts'

const key = 'hub/P-1'
const order: JsonObject = { type: 'purchase-order', key }
const author = { actor: 'key-1', why: null }
const fits = () => undefined
const skus: Readonly<Record<Line, string>> = { a: 'A', b: 'B' }
const item = (line: Line): JsonObject => ({ ref: { type: 'product', key: skus[line] } })
const goodsLine = ({
  line,
  accepted,
  rejected,
}: {
  readonly line: Line
  readonly accepted: number
  readonly rejected: number
}): JsonObject => ({
  order,
  orderLine: { key: line },
  product: item(line),
  accepted: String(accepted),
  rejected: String(rejected),
  unit: 'EA',
})
const noon = Date.parse('2026-11-23T12:00:00.000Z')

/** Lets it happen in the ledger: key and time of what was written. @throws HubError of a command that is refused */
async function play(kit: LedgerKit, happening: Happening, count: number): Promise<{ readonly key: string; readonly at: number }> {
  const command = async (work: (books: Books) => Promise<LedgerDocument>) => {
    const { result } = await kit.work(work)
    return { key: result.key, at: Date.parse(String(result.body.respondedAt ?? '')) || 0 }
  }
  const tell = async (type: string, name: number, body: JsonObject, at = 0) => {
    await kit.apply(record('erp', type, `${type}-${name}`, body))
    return { key: `erp/${type}-${name}`, at }
  }
  switch (happening.does) {
    case 'create': {
      const lines = lineNames.map((line) => ({ key: line, product: item(line), quantity: String(happening[line]), unit: 'EA' }))
      const document: JsonObject = { issueDate: '2026-11-23', currency: 'CNY', taxBasis: 'none', lines }
      return command((books) => createOrder(books, { number: 'P-1', document, issue: happening.issue, author }, fits))
    }
    case 'amend':
    case 'cancel-line': {
      const change = happening.does === 'amend' ? { quantity: String(happening.quantity) } : { status: 'cancelled' }
      return command((books) => amendOrder(books, { key, changes: { lines: [{ key: happening.line, ...change }] }, author }, fits))
    }
    case 'issue':
      return command((books) => moveOrder(books, { key, to: 'issued', from: 'draft', author }, fits))
    case 'reopen':
      return command((books) => moveOrder(books, { key, to: 'issued', from: 'closed', author }, fits))
    case 'close':
      return command((books) => moveOrder(books, { key, to: 'closed', author }, fits))
    case 'cancel':
      return command((books) => moveOrder(books, { key, to: 'cancelled', author }, fits))
    case 'answer': {
      const { line, quantity } = happening
      const action =
        quantity === 0 ? ({ line, action: 'reject' } as const) : ({ line, action: 'change', quantity: String(quantity) } as const)
      return command((books) => answerOrder(books, { order: key, kind: 'changed', lines: [action], author }, fits))
    }
    case 'receive':
    case 'return': {
      const { line, accepted, rejected } = happening
      const kind = happening.does === 'receive' ? 'receipt' : 'supplier-return'
      const lines = [{ line, accepted: String(accepted), rejected: String(rejected), reason: 'wet' }]
      return command((books) =>
        receiveGoods(
          books,
          { kind, number: String(count), order: key, head: { location: { code: 'MAIN' } }, lines, draft: false, author },
          fits,
        ),
      )
    }
    case 'reverse':
      return command((books) => moveReceipt(books, { key: `hub/${happening.which}`, to: 'reversed', author }, fits))
    case 'partner-answers': {
      const at = noon + happening.second * 1000
      const row = { orderLine: { key: happening.line }, action: 'change', quantity: String(happening.quantity), unit: 'EA' }
      return tell('order-response', happening.record, { order, kind: 'changed', respondedAt: new Date(at).toISOString(), lines: [row] }, at)
    }
    case 'partner-receives':
    case 'partner-returns':
      return tell('goods-receipt', happening.record + (happening.does === 'partner-returns' ? 100 : 0), {
        kind: happening.does === 'partner-receives' ? 'receipt' : 'supplier-return',
        status: happening.posted ? 'posted' : 'reversed',
        receivedAt: '2026-11-23T10:00:00.000Z',
        location: { code: 'MAIN' },
        lines: [goodsLine(happening)],
      })
    case 'partner-invoices':
      return tell('invoice', happening.record, {
        kind: happening.credit ? 'credit-note' : 'invoice',
        status: 'posted',
        currency: 'CNY',
        totals: {},
        lines: [{ order, orderLine: { key: happening.line }, quantity: String(happening.quantity), unit: 'EA', unitPrice: '1.00' }],
      })
    case 'partner-pays':
      return tell('payment', happening.record, {
        kind: 'payment',
        status: happening.captured ? 'captured' : 'pending',
        amount: `${happening.amount}.00`,
        currency: 'CNY',
        allocations: [{ ref: order, amount: `${happening.amount}.00` }],
      })
  }
}

const small = fc.integer({ min: 0, max: 8 })
const some = fc.integer({ min: 1, max: 8 })
const line = fc.constantFrom<Line>('a', 'b')
const name = fc.integer({ min: 1, max: 3 })
const goods = { line, accepted: some, rejected: fc.integer({ min: 0, max: 3 }) }
const does = <const D extends string>(word: D) => fc.constant(word)
const facts = fc.oneof(
  fc.record({ does: does('partner-answers'), record: name, line, quantity: small, second: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ does: does('partner-receives'), record: name, posted: fc.boolean(), ...goods }),
  fc.record({ does: does('partner-returns'), record: name, posted: fc.boolean(), ...goods }),
  fc.record({ does: does('partner-invoices'), record: name, line, quantity: some, credit: fc.boolean() }),
  fc.record({ does: does('partner-pays'), record: name, amount: some, captured: fc.boolean() }),
)
const commands = fc.oneof(
  fc.record({ does: does('create'), a: some, b: some, issue: fc.boolean() }),
  fc.record({ does: does('amend'), line, quantity: some }),
  fc.record({ does: does('cancel-line'), line }),
  fc.record({ does: fc.constantFrom('issue' as const, 'close' as const, 'reopen' as const, 'cancel' as const) }),
  fc.record({ does: does('answer'), line, quantity: small }),
  fc.record({ does: fc.constantFrom('receive' as const, 'return' as const), ...goods }),
  fc.record({ does: does('reverse'), which: fc.integer({ min: 0, max: 20 }) }),
)
const created = fc.record({ does: does('create'), a: some, b: some, issue: does('yes').map(() => true) })

async function ledgerSays({ database: { read } }: LedgerKit) {
  const rows = await orderLinesOf(read, kitTenant, 'purchase-order', [key])
  const number = (value: bigint | number) => Number(value) / 1e6
  const findings = await read
    .selectFrom('finding')
    .select(['code', 'detail'])
    .where('state', '=', 'open')
    .where('code', 'in', ['over-received', 'short-received'])
    .execute()
  const [state] = await orderStatesOf(read, kitTenant, 'purchase-order', [key])
  return {
    figures: rows
      .map((row) => ({
        line: row.line,
        quantity: number(row.quantity as bigint),
        cancelled: number(row.cancelled as bigint),
        confirmed: number(row.confirmed as bigint),
        received: number(row.received as bigint),
        rejected: number(row.rejected as bigint),
        invoiced: number(row.invoiced as bigint),
        open: number(row.open as bigint),
      }))
      .sort((a, b) => (a.line < b.line ? -1 : 1)),
    status: state?.status,
    paid: state === undefined ? 0 : Number(state.paid) / 1e4,
    findings: findings.map(({ code, detail }) => `${code} ${(JSON.parse(detail) as { readonly line: string }).line}`).sort(),
  }
}

const modelSays = (purchase: Purchase) => ({
  figures: figuresOf(purchase),
  status: purchase.status,
  paid: purchase.status === undefined ? 0 : paidOf(purchase),
  findings: [...findingsOf(purchase)].sort(),
})

async function demandWhole(kit: LedgerKit): Promise<void> {
  expect((await verify(kit.database, kitTenant)).differences).toEqual([])
  const view = await purchaseView(kit.database.read, kitTenant, key)
  for (const each of view?.lines ?? []) {
    expect(Number(each.received)).toBe(Number(each.accepted.value) + Number(each.rejected.value))
    for (const figure of [each.ordered, each.confirmed, each.accepted, each.rejected, each.returned, each.invoiced, each.paid])
      expect(figure.behind.reduce((sum, part) => sum + Number(part.value), 0)).toBeCloseTo(Number(figure.value), 6)
  }
}

test('whatever people and partners do in any order, the ledger says what a plain model says', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(facts, { maxLength: 3 }),
      created,
      fc.array(fc.oneof(commands, facts), { maxLength: 14 }),
      async (early, first, later) => {
        const kit = await openLedgerKit()
        await kit.apply(...masterData)
        const purchase = newPurchase()
        for (const [count, happening] of [...early, first, ...later].entries()) {
          const refused = refusal(purchase, happening)
          try {
            const made = await play(kit, happening, count)
            expect(refused, JSON.stringify(happening)).toBeUndefined()
            happen(purchase, happening, made)
          } catch (error) {
            if (!isHubError(error)) throw error
            expect(error.detail.code, `${JSON.stringify(happening)}: ${error.message}`).toBe(refused)
          }
          expect(await ledgerSays(kit), JSON.stringify(happening)).toEqual(modelSays(purchase))
          await demandWhole(kit)
        }
        await kit.database.close()
      },
    ),
    { numRuns: testServer() === undefined ? 50 : 20, verbose: fc.VerbosityLevel.None },
  )
})

test('what partners tell comes to the same rest in any order, before or after the order itself', { timeout: 240_000 }, async () => {
  const distinct = fc.uniqueArray(facts, {
    maxLength: 8,
    selector: (fact) => `${fact.does} ${fact.record}`,
  })
  const orders = fc.tuple(distinct, created).chain(([told, first]) => {
    const all: readonly Happening[] = [...told, first]
    return fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length }).map((shuffled) => ({ all, shuffled }))
  })
  const rest = async (happenings: readonly Happening[]) => {
    const kit = await openLedgerKit()
    await kit.apply(...masterData)
    for (const [count, happening] of happenings.entries()) await play(kit, happening, count)
    const says = await ledgerSays(kit)
    await demandWhole(kit)
    const view = await purchaseView(kit.database.read, kitTenant, key)
    await kit.database.close()
    return { says, lines: view?.lines, paid: view?.paid }
  }
  await fc.assert(
    fc.asyncProperty(orders, async ({ all, shuffled }) => {
      expect(await rest(shuffled)).toEqual(await rest(all))
    }),
    { numRuns: testServer() === undefined ? 40 : 16, verbose: fc.VerbosityLevel.None },
  )
})
