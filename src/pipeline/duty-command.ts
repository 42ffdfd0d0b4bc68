import type { Command, CommandAction } from '../connector/types.ts'
import type { FindingCode } from '../ledger/finding-codes.ts'
import { note } from '../ledger/findings.ts'
import { finish } from '../ledger/finish.ts'
import { keptDecision, partFor } from '../ledger/order-routing.ts'
import { history } from '../ledger/read.ts'
import { fetchDocument } from '../ledger/shelf.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { canonicalJson, isObject, type JsonObject, parseJson } from '../model/json.ts'
import { changeDelivery, lastTaken } from '../store/delivery.ts'
import { linksTo } from '../store/link.ts'
import { currentDecisions } from '../store/route-decision.ts'
import type { DeliveryTable } from '../store/tables.ts'
import { beginAttempt, close, type Plan, parkFor, refuse, type Work } from './duty-work.ts'
import { type Rendered, render } from './render.ts'

export interface CommandPlan {
  readonly kind: 'command'
  readonly action: CommandAction
  readonly operation: 'create' | 'change' | 'cancel'
  readonly delivery: DeliveryTable
  readonly attempt: string
  readonly body: JsonObject
  /** of the thing at the partner */
  readonly key?: string
}

/** Takes a command as far as its attempt. Its bytes are made once and kept; every retry sends those (invariant 7). */
export async function beginCommand(work: Work, action: CommandAction): Promise<Plan> {
  const { books, duty, now } = work
  const { tx, tenant } = books
  const operation = duty.op === 'state' ? 'create' : duty.op
  const made = duty.op === 'create' ? undefined : await lastTaken(tx, tenant, duty)
  const frozen = duty.body === null ? undefined : parseJson(duty.body)
  if (isObject(frozen)) return send(work, action, operation, frozen, await keyOf(work, made), {})

  const command = action[operation]
  const document = await fetchDocument(books.data.shelf, duty.type, duty.key)
  if (document === undefined) return close(tx, tenant, duty, 'cancelled', 'no-document', now)
  if (command === undefined && operation === 'cancel') return finding(work, 'cancel-not-sent', 'the partner has no command to cancel')
  const by = command ?? action.create
  const rendered = await renderBy(work, by, document)
  if ('waitsFor' in rendered) return parkFor(work, rendered)
  if (rendered.kind === 'invalid') return refuse(work, rendered.message)
  if (operation === 'change' && (await saysTheSame(work, action, by, document, rendered.body, made)))
    return close(tx, tenant, duty, 'superseded', 'no-change', now)
  if (command === undefined) return finding(work, 'edit-not-sent', 'the partner has no command to change what was sent')
  const body = JSON.stringify(rendered.body)
  if (duty.shadow === 1) return close(tx, tenant, duty, 'cancelled', 'shadow', now, { body })
  return send(work, action, operation, rendered.body, await keyOf(work, made), { body, document_version: document.version })
}

async function renderBy(
  { context, catalogue, setup, books, route, duty }: Work,
  by: Pick<Command, 'mapping' | 'input'>,
  document: LedgerDocument,
): Promise<Rendered> {
  const decision = route.decided ? (await currentDecisions(books.tx, books.tenant, [duty.key])).get(duty.key) : undefined
  const whole = decision === undefined ? document : partFor(document, duty.connection, keptDecision(decision))
  return render(context, catalogue, setup, books.data.shelf, by, whole)
}

async function send(
  work: Work,
  action: CommandAction,
  operation: CommandPlan['operation'],
  body: JsonObject,
  key: string | undefined,
  changes: { readonly body?: string; readonly document_version?: number },
): Promise<Plan> {
  const begun = await beginAttempt(work, changes)
  if (begun === undefined) return { kind: 'again' }
  return {
    kind: 'command',
    action,
    operation,
    delivery: begun.sending,
    attempt: begun.attempt,
    body,
    ...(key === undefined ? {} : { key }),
  }
}

/** What our create made there: the key it answered, else the crosswalk's. */
async function keyOf({ books, duty }: Work, made: DeliveryTable | undefined): Promise<string | undefined> {
  if (duty.op === 'create') return undefined
  if (made?.partner_key) return made.partner_key
  return (await linksTo(books.tx, books.tenant, duty.type, [duty.key])).find((link) => link.connection === duty.connection)?.external_key
}

/** Whether the partner holds exactly this already. Bodies of two mappings cannot be compared: then what was sent is rendered anew from its version. */
async function saysTheSame(
  work: Work,
  action: CommandAction,
  by: Command,
  document: LedgerDocument,
  body: JsonObject,
  made: DeliveryTable | undefined,
): Promise<boolean> {
  if (made === undefined || made.body === null) return false
  const sentBy = made.op === 'change' ? action.change : action.create
  if (sentBy?.mapping === by.mapping) return canonicalJson(parseJson(made.body)) === canonicalJson(body)
  const { tx, tenant } = work.books
  const [then] = await history(tx, tenant, document.type, document.key, { after: made.document_version - 1, limit: 1 })
  if (then === undefined) return false
  const before = await renderBy(work, by, { ...document, version: then.version, body: then.body, deleted: then.deleted })
  return before.kind === 'body' && canonicalJson(before.body) === canonicalJson(body)
}

/** A person has to do by hand what the hub cannot: the duty ends, the finding stays open on the document. */
async function finding({ books, duty, now }: Work, code: FindingCode, message: string): Promise<Plan> {
  const { tx, tenant } = books
  note(books, {
    type: duty.type,
    key: duty.key,
    code,
    path: '',
    detail: { connection: duty.connection, action: duty.action, delivery: duty.id, message },
  })
  await finish(books)
  await changeDelivery(tx, tenant, duty.id, ['due', 'waiting', 'sending'], { state: 'cancelled', reason: code, settled_at: now })
  return { kind: 'again' }
}
