import { type Allotted, allotAll, mostNumbers } from '../ledger/numbers/allot.ts'
import type { NumberDesk } from '../ledger/numbers/desk.ts'
import { complete, release, renew } from '../ledger/numbers/settle.ts'
import { workOnNumbers } from '../pipeline/numbers.ts'
import type { Tx } from '../store/database.ts'
import { type Call, jointRoute, writeRoute } from './route.ts'
import { described, fields, flag, list, nullable, type Of, oneOf, optional, pattern, text, time, whole } from './shape.ts'
import { iso, name, note } from './values.ts'

const tag = 'order numbers'
const scope = 'write'
const scheme = described(name, 'name of the number scheme')
const request = described(text(191), 'id that the caller gives its request; the same one gets the same numbers for ever')
const number = text(64)
const leaseMs = described(whole(1000, 31_536_000_000), 'lease in milliseconds; that of the scheme when left out')
const numbers = described(list(number, mostNumbers), 'all numbers of the request when left out')
const state = oneOf('available', 'locked', 'consumed', 'retired')
const settled = fields({ numbers: list(fields({ number, state, changed: flag })) })

export async function onDesk<T, A>(
  tx: Tx,
  { hub, who }: Pick<Call, 'hub' | 'who'>,
  work: (desk: NumberDesk) => Promise<T>,
  show: (result: T) => A,
): Promise<{ readonly body: A; readonly after: () => void }> {
  const { result, ring } = await workOnNumbers(tx, hub, who.id, work)
  return { body: show(result), after: ring }
}
const shown = (all: Of<typeof settled>['numbers']): Of<typeof settled> => ({ numbers: all })

const allotted = ({ numbers, until, repeated }: Allotted) => ({ numbers, leaseUntil: until === undefined ? null : iso(until), repeated })

/** What business systems ask for. The keys of suppliers and merchants are not let in: numbers belong to the operator. */
export const orderNumberRoutes = [
  jointRoute({
    id: 'allotOrderNumbers',
    method: 'POST',
    path: '/v1/order-numbers/allot',
    tag,
    scope,
    audit: { act: 'numbers-allotted', asked: ['scheme', 'requestId', 'holder', 'count', 'reference'] },
    summary: {
      en: 'Get order numbers, or a block of them to allot by oneself; the same request gets the same numbers',
      zh: '申请订单号（或一个号段）；同一申请始终得到相同的号码',
    },
    body: fields({
      scheme,
      requestId: request,
      holder: described(text(191), 'the business system that asks'),
      count: optional(described(whole(1, mostNumbers), '1 when left out')),
      reference: optional(described(text(191), 'what the numbers are for, in the words of the business')),
      block: optional(described(flag, 'the holder allots the numbers by itself, and tells later which it used')),
      leaseMs: optional(leaseMs),
      exposed: optional(described(flag, 'false: the numbers stay inside until they are completed; as the scheme says when left out')),
    }),
    answer: fields({ numbers: list(number), leaseUntil: nullable(time), repeated: flag }),
    weight: ({ body }) => body.count ?? 1,
    effects: async (tx, hub, calls) => {
      const asks = calls.map(({ who, body: { requestId, count = 1, ...more } }) => ({ ...more, request: requestId, count, actor: who.id }))
      const { result, ring } = await workOnNumbers(tx, hub, 'crossdock', (desk) => allotAll(desk, asks))
      return result.map((outcome) => ('refused' in outcome ? outcome : { done: { body: allotted(outcome.done), after: ring } }))
    },
  }),
  writeRoute({
    id: 'completeOrderNumbers',
    method: 'POST',
    path: '/v1/order-numbers/complete',
    tag,
    scope,
    audit: { act: 'numbers-completed', asked: ['scheme', 'requestId'] },
    summary: {
      en: 'The business of numbers is done, with its amount: all of them or none',
      zh: '业务完成：号码被消耗，并记录金额（全部或全不）',
    },
    body: fields({
      scheme,
      requestId: request,
      items: list(
        fields({
          number,
          amount: optional(described(pattern('^[0-9]{1,14}(\\.[0-9]{1,4})?$', 'a decimal number as text'), 'amount of the business')),
        }),
        mostNumbers,
      ),
    }),
    answer: settled,
    effect: (tx, call) => {
      const { requestId, ...more } = call.body
      return onDesk(tx, call, (desk) => complete(desk, { ...more, request: requestId }), shown)
    },
  }),
  writeRoute({
    id: 'releaseOrderNumbers',
    method: 'POST',
    path: '/v1/order-numbers/release',
    tag,
    scope,
    audit: { act: 'numbers-released', asked: ['scheme', 'requestId', 'numbers', 'why'] },
    summary: {
      en: 'Give numbers back that were not completed: used again when they were never shown outside, else retired',
      zh: '归还未完成的号码：从未对外展示的可再次使用，否则作废',
    },
    body: fields({
      scheme,
      requestId: request,
      numbers: optional(numbers),
      unused: optional(described(flag, 'of a block: these numbers were shown to nobody')),
      why: optional(note),
    }),
    answer: settled,
    effect: (tx, call) => {
      const { requestId, ...more } = call.body
      return onDesk(tx, call, (desk) => release(desk, { ...more, request: requestId }), shown)
    },
  }),
  writeRoute({
    id: 'renewOrderNumbers',
    method: 'POST',
    path: '/v1/order-numbers/renew',
    tag,
    scope,
    audit: { act: 'number-leases-renewed', asked: ['scheme', 'requestId', 'leaseMs'] },
    summary: { en: 'Make the leases of a request last longer, before they end', zh: '在到期前延长号码的占用时间' },
    body: fields({ scheme, requestId: request, numbers: optional(numbers), leaseMs: optional(leaseMs) }),
    answer: fields({ leaseUntil: time }),
    effect: (tx, call) => {
      const { requestId, ...more } = call.body
      return onDesk(
        tx,
        call,
        (desk) => renew(desk, { ...more, request: requestId }),
        (until) => ({ leaseUntil: iso(until) }),
      )
    },
  }),
]
