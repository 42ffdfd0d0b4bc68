import { changeDeposit, changeKinds, decideChange } from '../ledger/deposit/change.ts'
import { topUpDeposit } from '../ledger/deposit/top-up.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { writeRoute } from './route.ts'
import { count, day, described, fields, type Of, oneOf, optional, pattern, text, time } from './shape.ts'
import { document, epoch, iso, key, note } from './values.ts'

const tag = 'deposits'
const currency = pattern('^[A-Z]{3}$', 'ISO 4217')
const amount = text(40)
const number = described(text(100), 'its key is hub/<number>; the same command under it again changes nothing')
const answer = fields({ key: text(), version: count, document })
const shown = ({ key: of, version, body }: LedgerDocument): Of<typeof answer> => ({ key: of, version, document: body })

/** Leaves out what was not given. */
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }

export const depositCommandRoutes = [
  writeRoute({
    id: 'topUpDeposit',
    method: 'POST',
    path: '/v1/deposits/top-ups',
    tag,
    scope: 'write',
    audit: { act: 'deposit-topped-up', asked: ['number', 'merchant', 'currency', 'amount', 'reference', 'why'], answered: ['key'] },
    summary: {
      en: 'Write down that money came for a deposit; orders that waited for it go in the same unit of work',
      zh: '登记商户充值到账；同一事务内按顺序放行待款订单',
    },
    body: fields({
      number,
      merchant: key,
      currency,
      amount: described(amount, 'above 0'),
      reference: optional(described(text(200), 'the provider’s number: the same payment brought by a connection is not counted twice')),
      paidAt: optional(described(time, 'now when left out')),
      method: optional(text(200)),
      why: note,
    }),
    status: 201,
    answer,
    effect: async (tx, { hub, who, body }) => {
      const { why, reference, paidAt, method, ...wish } = body
      const more = given({ reference, method, paidAt: paidAt === undefined ? undefined : iso(epoch('paidAt', paidAt)) })
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        topUpDeposit(books, { ...wish, ...more, author: { actor: who.id, why } }, hub.catalogue().validate),
      )
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'changeDeposit',
    method: 'POST',
    path: '/v1/deposits/changes',
    tag,
    scope: 'write',
    audit: {
      act: 'deposit-changed',
      asked: ['number', 'kind', 'merchant', 'currency', 'amount', 'order', 'why'],
      answered: ['key', 'version'],
    },
    summary: {
      en: 'Terms, refund or withdrawal of a deposit, at once; a credit line or an adjustment, to be approved by another person',
      zh: '预存款条款、退款、提现（立即生效）；信用额度与调整（须他人审批）',
    },
    body: fields({
      number,
      kind: oneOf(...changeKinds),
      merchant: key,
      currency,
      amount: optional(described(amount, 'negative for an adjustment that takes away')),
      lowBelow: optional(described(amount, 'an alarm tells when less is available')),
      order: optional(described(key, 'sales order that a refund is of')),
      reference: optional(described(text(200), 'the bank’s number of a withdrawal')),
      validFrom: optional(day),
      validTo: optional(day),
      owner: optional(described(key, 'our own party in whose books a new deposit is')),
      why: note,
    }),
    status: 201,
    answer,
    effect: async (tx, { hub, who, body }) => {
      const { number: of, kind, merchant, currency: money, why, ...rest } = body
      const wish = { number: of, kind, merchant, currency: money, ...given(rest), author: { actor: who.id, why } }
      const { result, ring } = await writeLedger(tx, hub, (books) => changeDeposit(books, wish, hub.catalogue().validate))
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'decideDepositChange',
    method: 'POST',
    path: '/v1/deposits/changes/decide',
    tag,
    scope: 'write',
    audit: { act: 'deposit-change-decided', asked: ['key', 'to', 'why'], answered: ['version'] },
    summary: {
      en: 'Approve or reject a credit line or an adjustment that another person proposed',
      zh: '审批他人提出的信用额度或调整',
    },
    body: fields({ key, to: oneOf('approved', 'rejected'), why: optional(note) }),
    answer,
    effect: async (tx, { hub, who, body }) => {
      const { ownApproval = false } = hub.settings
      const author = { actor: who.id, why: body.why ?? null }
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        decideChange(books, { key: body.key, to: body.to, author, ownApproval }, hub.catalogue().validate),
      )
      return { body: shown(result), after: ring }
    },
  }),
]
