import { retry } from '../model/errors.ts'
import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { NumberEventTable, NumberRequestTable, NumberSchemeTable, OrderNumberTable } from './tables-numbers.ts'

export const findScheme = (read: Reader, tenant: string, name: string): Promise<NumberSchemeTable | undefined> =>
  read.selectFrom('number_scheme').selectAll().where('tenant', '=', tenant).where('name', '=', name).executeTakeFirst()

/** The scheme, locked until the transaction ends. `wait: false`: undefined also when another transaction has it. */
export function lockScheme(tx: Tx, tenant: string, name: string, wait: boolean): Promise<NumberSchemeTable | undefined> {
  const query = tx.selectFrom('number_scheme').selectAll().where('tenant', '=', tenant).where('name', '=', name)
  if (!hasRivals(tx)) return query.executeTakeFirst()
  return (wait ? query.forUpdate() : query.forUpdate().skipLocked()).executeTakeFirst()
}

export const listSchemes = (read: Reader, tenant: string, after: string, limit: number): Promise<NumberSchemeTable[]> =>
  read.selectFrom('number_scheme').selectAll().where('tenant', '=', tenant).where('name', '>', after).orderBy('name').limit(limit).execute()

/** False: there is one of that name. */
export const insertScheme = async (tx: Tx, row: NumberSchemeTable): Promise<boolean> =>
  (await insertMany(tx, 'number_scheme', [row], { keys: ['tenant', 'name'], then: 'ignore' })) > 0

export const updateScheme = (
  tx: Tx,
  { tenant, name }: Pick<NumberSchemeTable, 'tenant' | 'name'>,
  change: Partial<Omit<NumberSchemeTable, 'tenant' | 'name'>>,
): Promise<unknown> => tx.updateTable('number_scheme').set(change).where('tenant', '=', tenant).where('name', '=', name).execute()

/** Writes numbers into the book that were never in it: its key fails otherwise, and with it the transaction. */
export const insertNumbers = (tx: Tx, rows: readonly OrderNumberTable[]): Promise<number> => insertMany(tx, 'order_number', rows)

const due = (read: Reader, tenant: string, scheme: string, state: OrderNumberTable['state'], now: number) =>
  read
    .selectFrom('order_number')
    .where('tenant', '=', tenant)
    .where('scheme', '=', scheme)
    .where('state', '=', state)
    .where('due_at', '<=', now)

/** The numbers that were given back first, or the leases that are over for the longest time, locked until the transaction ends. What another transaction holds is passed over. */
export function takeDue(
  tx: Tx,
  tenant: string,
  scheme: string,
  state: 'available' | 'locked',
  now: number,
  limit: number,
): Promise<OrderNumberTable[]> {
  const query = due(tx, tenant, scheme, state, now).selectAll().orderBy('due_at').orderBy('place').limit(limit)
  return (hasRivals(tx) ? query.forUpdate().skipLocked() : query).execute()
}

/** How many numbers of the book are in a state and due: those that were given back and may be taken, or leases that are over. */
export async function countDue(read: Reader, tenant: string, scheme: string, state: 'available' | 'locked', now: number): Promise<number> {
  const { count } = await due(read, tenant, scheme, state, now)
    .select((of) => of.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Numbers of a scheme, locked until the transaction ends; those that are not in the book are left out. */
export const lockNumbers = (tx: Tx, tenant: string, scheme: string, numbers: Iterable<string>): Promise<OrderNumberTable[]> =>
  inLists([...numbers].sort(), (list) => {
    const query = tx
      .selectFrom('order_number')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('scheme', '=', scheme)
      .where('number', 'in', list)
      .orderBy('number')
    return (hasRivals(tx) ? query.forUpdate() : query).execute()
  })

export const findNumber = (read: Reader, tenant: string, scheme: string, number: string): Promise<OrderNumberTable | undefined> =>
  read
    .selectFrom('order_number')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('scheme', '=', scheme)
    .where('number', '=', number)
    .executeTakeFirst()

/** Overwrites rows as a whole; each has to be locked by this transaction. */
export const saveNumbers = (tx: Tx, rows: readonly OrderNumberTable[]): Promise<number> =>
  insertMany(tx, 'order_number', rows, {
    keys: ['tenant', 'scheme', 'number'],
    then: 'update',
    columns: ['state', 'due_at', 'generation', 'request', 'holder', 'reference', 'exposed', 'block', 'amount', 'events', 'changed_at'],
  })

export const insertNumberEvents = (tx: Tx, rows: readonly NumberEventTable[]): Promise<number> => insertMany(tx, 'number_event', rows)

/** What became of a number, the first first. */
export const numberEvents = (read: Reader, tenant: string, scheme: string, number: string, limit: number): Promise<NumberEventTable[]> =>
  read
    .selectFrom('number_event')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('scheme', '=', scheme)
    .where('number', '=', number)
    .orderBy('seq')
    .limit(limit)
    .execute()

/** Requests with what they got. @throws HubError `number-request-race` (retry) when another transaction was quicker with one of them */
export async function insertRequests(tx: Tx, rows: readonly NumberRequestTable[]): Promise<void> {
  // in one order, so that two transactions do not wait for each other
  const sorted = rows.toSorted((a, b) => (a.request < b.request ? -1 : 1))
  if ((await insertMany(tx, 'number_request', sorted, { keys: ['tenant', 'scheme', 'request'], then: 'ignore' })) < rows.length)
    throw retry(
      'number-request-race',
      'the same request for numbers was made by another caller at the same moment: ask again for what it got',
    )
}

/** Those that were made before. */
export const findRequests = (read: Reader, tenant: string, scheme: string, requests: Iterable<string>): Promise<NumberRequestTable[]> =>
  inLists(requests, (list) =>
    read
      .selectFrom('number_request')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('scheme', '=', scheme)
      .where('request', 'in', list)
      .execute(),
  )

export const findRequest = async (read: Reader, tenant: string, scheme: string, request: string): Promise<NumberRequestTable | undefined> =>
  (await findRequests(read, tenant, scheme, [request]))[0]
