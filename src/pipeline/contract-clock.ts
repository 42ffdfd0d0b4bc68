import { authorDocument } from '../ledger/author.ts'
import { statusByDay } from '../ledger/contract-rules.ts'
import { toDocument } from '../ledger/shelf.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { businessDay } from '../model/business-day.ts'
import { isHubError, recoveryOf } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import { documentPage } from '../store/document.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Condition } from './alarms.ts'
import type { Context } from './context.ts'
import { writeLedger } from './ledger-write.ts'

const dayMs = 86_400_000
const page = 200

/** Every contract, a page at a time. */
async function* contracts({ database, tenant }: Context): AsyncGenerator<readonly LedgerDocument[]> {
  for (let after = ''; ; ) {
    const rows = await documentPage(database.read, tenant, 'contract', after, page)
    yield rows.map(toDocument)
    after = rows.at(-1)?.key ?? after
    if (rows.length < page) return
  }
}

/**
 * What the days make of the hub's own contracts: signed ones become active on their first day, live ones end after their last. Days are those of the operator's zone. The clock changes the status alone, so nothing else is asked of the
 * contract again, and one that is refused all the same holds up no other.
 */
export async function moveContracts(context: Context, lease: RunLease): Promise<void> {
  const { database, settings } = context
  const today = businessDay(await database.now(), settings.timeZone)
  for await (const found of contracts(context))
    for (const contract of found) {
      const status = contract.deleted || contract.origin !== hubOrigin ? undefined : statusByDay(contract.body, today)
      if (status !== undefined) await moveContract(context, lease, contract, status, today)
    }
}

async function moveContract(
  context: Context,
  lease: RunLease,
  { type, key, body, version }: LedgerDocument,
  status: string,
  today: string,
): Promise<void> {
  const { database, tenant, settings, log } = context
  const change = { type, key, body: { ...body, status }, author: { actor: 'contracts', why: today }, seen: version }
  try {
    const { ring } = await database.write(async (tx) => {
      await holdRun(tx, tenant, lease, (await database.now()) + settings.leaseMs)
      return writeLedger(tx, context, (books) => authorDocument(books, change, context.catalogue().validate, async () => undefined))
    })
    ring()
  } catch (error) {
    if (!isHubError(error) || recoveryOf(error) !== 'reject') throw error
    log.warn({ contract: key, status, error }, 'a contract could not be moved by its days: change it by hand')
  }
}

/** Contracts that end soon. */
export async function endingContracts(context: Context, now: number): Promise<readonly Condition[]> {
  const until = businessDay(now + context.settings.contractAlarmDays * dayMs, context.settings.timeZone)
  const ending: Condition[] = []
  for await (const found of contracts(context))
    for (const { key, number, status, body, deleted } of found) {
      const { validTo } = body
      if (deleted || (status !== 'active' && status !== 'suspended') || typeof validTo !== 'string' || validTo > until) continue
      ending.push({
        subject: `contract/${key}`,
        kind: 'contract-ends',
        connection: '',
        message: `contract ${number ?? key} ends after ${validTo}`,
        detail: { contract: key, number, validTo },
      })
    }
  return ending
}
