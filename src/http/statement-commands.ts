import { generateStatement } from '../ledger/statements/generate.ts'
import {
  approveStatement,
  confirmStatement,
  disputeStatement,
  payStatement,
  publishStatement,
  reviseStatement,
} from '../ledger/statements/steps.ts'
import type { Books } from '../ledger/types.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { generateAll } from '../pipeline/make-statements.ts'
import type { Tx } from '../store/database.ts'
import { partyRowsOf } from '../store/party-document.ts'
import { statementOf } from '../store/statement.ts'
import type { StatementTable } from '../store/tables-statement.ts'
import type { Credential } from './auth.ts'
import { decimalText } from './purchase-commands.ts'
import { type Call, route, writeRoute } from './route.ts'
import { count, day, described, fields, flag, list, oneOf, optional, text, time, whole } from './shape.ts'
import { kinds, noStatement, params, shown, statement, tag } from './statement-shape.ts'
import { epoch, iso, key, note } from './values.ts'

const hash = described(text(64), 'hash of the content that is meant, as the statement has it')

/** A key of a party acts on what was published to it; all else is not there for it. @throws HubError (reject) `no-statement` */
async function demandOwn(tx: Tx, tenant: string, { party }: Credential, number: string): Promise<void> {
  if (party === null) return
  const rows = await partyRowsOf(tx, tenant, 'statement', [number])
  if (!rows.some((row) => row.party === party)) throw noStatement(number)
}

const acting = async (
  tx: Tx,
  { hub, who, params: { id: number } }: Pick<Call<{ readonly id: string }>, 'hub' | 'who' | 'params'>,
  work: (books: Books) => Promise<StatementTable>,
) => {
  await demandOwn(tx, hub.tenant, who, number)
  const { result, ring } = await writeLedger(tx, hub, work)
  return { body: shown(result), after: ring }
}
const authorOf = (who: Credential, why: string | undefined) => ({ actor: who.id, why: why ?? null })

export const statementCommandRoutes = [
  writeRoute({
    id: 'generateStatement',
    method: 'POST',
    path: '/v1/statements',
    tag,
    scope: 'write',
    audit: { act: 'statement-generated', asked: ['kind', 'owner', 'party', 'currency', 'until', 'why'], answered: ['number', 'hash'] },
    summary: {
      en: 'Make the next statement of an account from the books: all entries up to a day that no statement has',
      zh: '由账簿生成某账户的下一张对账单：截至某日、尚未进入对账单的全部分录',
    },
    body: fields({
      kind: oneOf(...kinds),
      owner: described(text(400, { minLength: 0 }), "party of our own; '' for the operator"),
      party: key,
      currency: text(3),
      until: described(day, 'last day of the period; it has to be over'),
      why: optional(note),
    }),
    status: 201,
    answer: statement,
    effect: async (tx, { hub, who, body }) => {
      const { why, ...asked } = body
      const { result, ring } = await writeLedger(tx, hub, (books) => generateStatement(books, { ...asked, author: authorOf(who, why) }))
      return { body: shown(result), after: ring }
    },
  }),
  route({
    id: 'runStatements',
    method: 'POST',
    path: '/v1/statements/run',
    tag,
    scope: 'write',
    audit: { act: 'statements-run', asked: ['kind', 'until', 'publish', 'why'], answered: ['made', 'kept'] },
    summary: {
      en: 'Make the statements of a period for all accounts of a kind that have something new; again: what is missing',
      zh: '为某类全部有新分录的账户生成本期对账单；重复执行只补缺',
    },
    body: fields({ kind: oneOf(...kinds), until: day, publish: optional(flag), why: optional(note) }),
    answer: fields({ made: described(count, 'statements made'), kept: described(count, 'accounts with nothing new') }),
    handle: async ({ hub, who, body }) => ({
      body: await generateAll(hub, { kind: body.kind, until: body.until, publish: body.publish === true, author: authorOf(who, body.why) }),
    }),
  }),
  writeRoute({
    id: 'publishStatement',
    method: 'POST',
    path: '/v1/statements/{id}/publish',
    tag,
    scope: 'write',
    audit: { act: 'statement-published', answered: ['number', 'hash'] },
    summary: { en: 'Show a statement to its party', zh: '发布对账单' },
    params,
    body: fields({ why: optional(note) }),
    answer: statement,
    effect: (tx, call) =>
      acting(tx, call, (books) => publishStatement(books, { key: call.params.id, author: authorOf(call.who, call.body.why) })),
  }),
  writeRoute({
    id: 'confirmStatement',
    method: 'POST',
    path: '/v1/statements/{id}/confirm',
    tag,
    scope: 'write',
    party: 'own',
    audit: { act: 'statement-confirmed', asked: ['hash', 'why'], answered: ['number', 'status'] },
    summary: {
      en: 'Agree with the content of a statement, by its hash; again with the same: the same answer',
      zh: '确认对账单（以哈希指明内容）；重复确认结果相同',
    },
    params,
    body: fields({ hash, why: optional(note) }),
    answer: statement,
    effect: (tx, call) =>
      acting(tx, call, (books) =>
        confirmStatement(books, { key: call.params.id, hash: call.body.hash, author: authorOf(call.who, call.body.why) }),
      ),
  }),
  writeRoute({
    id: 'disputeStatement',
    method: 'POST',
    path: '/v1/statements/{id}/dispute',
    tag,
    scope: 'write',
    party: 'own',
    audit: { act: 'statement-disputed', asked: ['hash', 'disputes'], answered: ['number', 'status'] },
    summary: { en: 'Disagree with a statement, line by line with the reason', zh: '对对账单提出异议（逐行说明原因）' },
    params,
    body: fields({
      hash,
      disputes: list(fields({ line: optional(described(whole(1, 1_000_000_000), 'left out: the whole')), reason: note }), 500),
    }),
    answer: statement,
    effect: (tx, call) =>
      acting(tx, call, (books) =>
        disputeStatement(books, {
          key: call.params.id,
          hash: call.body.hash,
          disputes: call.body.disputes,
          author: authorOf(call.who, undefined),
        }),
      ),
  }),
  writeRoute({
    id: 'reviseStatement',
    method: 'POST',
    path: '/v1/statements/{id}/revise',
    tag,
    scope: 'write',
    audit: { act: 'statement-revised', asked: ['why'], answered: ['number', 'revision', 'hash'] },
    summary: { en: 'Make a new version of a disputed statement with what was corrected since', zh: '修订有异议的对账单，纳入其后的更正' },
    params,
    body: fields({ why: optional(note) }),
    answer: statement,
    effect: (tx, call) =>
      acting(tx, call, (books) => reviseStatement(books, { key: call.params.id, author: authorOf(call.who, call.body.why) })),
  }),
  writeRoute({
    id: 'approveStatement',
    method: 'POST',
    path: '/v1/statements/{id}/approve',
    tag,
    scope: 'write',
    audit: { act: 'statement-approved', asked: ['hash', 'why'], answered: ['number', 'status'] },
    summary: { en: 'Let a confirmed statement be paid; by somebody else than who made it', zh: '批准付款（须由生成人以外的人批准）' },
    params,
    body: fields({ hash, why: optional(note) }),
    answer: statement,
    effect: (tx, call) =>
      acting(tx, call, (books) =>
        approveStatement(books, {
          key: call.params.id,
          hash: call.body.hash,
          author: authorOf(call.who, call.body.why),
          ownApproval: call.hub.settings.ownApproval ?? false,
        }),
      ),
  }),
  writeRoute({
    id: 'payStatement',
    method: 'POST',
    path: '/v1/statements/{id}/pay',
    tag,
    scope: 'write',
    audit: { act: 'statement-paid', asked: ['hash', 'amount', 'number', 'why'], answered: ['key'] },
    summary: {
      en: 'Pay an approved statement, whole or in part: a payment that refers to it; refused unless the hash is the confirmed one',
      zh: '按对账单付款（可分次）：生成引用该单的付款单；哈希须与已确认的一致',
    },
    params,
    body: fields({
      hash,
      number: described(text(100), 'of the payment: its key is hub/<number>'),
      amount: decimalText,
      paidAt: optional(described(time, 'now when left out')),
      method: optional(text(200)),
      reference: optional(text(200)),
      why: optional(note),
    }),
    status: 201,
    answer: fields({ key: described(text(), 'of the payment'), version: count, statement }),
    effect: async (tx, { hub, who, params: { id: number }, body, now }) => {
      const { why, paidAt, ...asked } = body
      const paying = {
        ...asked,
        paidAt: iso(paidAt === undefined ? now : epoch('paidAt', paidAt)),
        key: number,
        author: authorOf(who, why),
      }
      const { result, ring } = await writeLedger(tx, hub, (books) => payStatement(books, paying, hub.catalogue().validate))
      const row = await statementOf(tx, hub.tenant, number)
      if (row === undefined) throw noStatement(number)
      return { body: { key: result.key, version: result.version, statement: shown(row) }, after: ring }
    },
  }),
]
