import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { applyPart } from '../ledger/apply.ts'
import { openBooks } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { parcel, parcelLine, record, ref, sale, saleLine } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import { verify } from '../ledger/verify.ts'
import { syncConnections } from '../store/connection.ts'
import type { Database, Tx } from '../store/database.ts'
import { openBed } from '../testing/pipeline-bed.ts'
import type { Context } from './context.ts'
import { restateBooks } from './restate-parties.ts'

const lease = { connection: '', stream: '', kind: 'watch', token: 't', startedAt: 0, nextAt: 0, everyMs: 1, fails: 0 } as const
const takeWatch = ({ database }: Context) =>
  database.write((tx) =>
    tx
      .updateTable('schedule')
      .set({ lease_until: 9e15, lease_token: 't' })
      .where('connection', '=', '')
      .where('kind', '=', 'watch')
      .execute(),
  )
async function restate(context: Context): Promise<void> {
  await takeWatch(context)
  await restateBooks(context, lease)
}
/** Somebody may look as it. */
const partyOf = (number: string) =>
  record(
    'crm',
    'party',
    number,
    { number, name: number, roles: ['merchant'] },
    { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } },
  )

test('when a connection keeps the books of another party, what it brought goes over, with what is about it, page by page', async () => {
  const { context, close } = await openBed()
  const { database, tenant, newId } = context
  const connect = (books: string) => (tx: Tx) =>
    syncConnections(
      tx,
      tenant,
      ['shop-us', 'erp'].map((name) => ({ name, connector: 'x', books: name === 'erp' ? 'harbour' : books })),
      1,
    )
  await database.write(connect('m1'))
  const orders = Array.from({ length: 401 }, (_, at) => `o${String(at).padStart(3, '0')}`)
  await database.write(async (tx) => {
    const books = await openBooks(tx, { tenant, now: 5, newId, revision: 'r' })
    for (const key of ['m1', 'm2']) await applyPart(books, partyOf(key))
    for (const key of orders) await applyPart(books, sale('shop-us', key, [saleLine('1', 'A', '1')]))
    const carried = [parcelLine(undefined, 'A', '1')]
    await applyPart(
      books,
      parcel('p1', ref('sales-order', 'shop-us', 'o400'), carried, '2026-11-23T12:00:00.000Z', { parcels: [{ tracking: 'T1' }] }),
    )
    await finish(books)
  })
  const of = async (party: string) =>
    (await database.read.selectFrom('party_document').selectAll().where('party', '=', party).where('role', '<>', 'self').execute()).length
  expect([await of('m1'), await of('m2')]).toEqual([403, 0])
  await database.write(connect('m2'))
  await restate(context)
  expect([await of('m1'), await of('m2')]).toEqual([0, 403])
  expect((await verify(database, tenant)).differences).toEqual([])
  expect(await database.read.selectFrom('connection').select('restating').where('restating', 'is not', null).execute()).toEqual([])
  await close()
})

test('what comes about a document at the same moment goes over with it', async () => {
  const { context, close } = await openBed()
  const { database, tenant, newId } = context
  const connect = (books: string) => (tx: Tx) =>
    syncConnections(
      tx,
      tenant,
      [
        { name: 'shop-us', connector: 'x', books },
        { name: 'erp', connector: 'x' },
        { name: 'track', connector: 'x' },
      ],
      1,
    )
  const apply = (one: Incoming) =>
    database.write(async (tx) => {
      const books = await openBooks(tx, { tenant, now: 5, newId, revision: 'r' })
      await applyPart(books, one)
      await finish(books)
    })
  const order = ref('sales-order', 'shop-us', 'o1')
  const sent = (key: string, tracking: string) =>
    parcel(key, order, [parcelLine(undefined, 'A', '1')], '2026-11-23T12:00:00.000Z', { parcels: [{ tracking }] })
  for (const key of ['m1', 'm2']) await apply(partyOf(key))
  await database.write(connect('m1'))
  await apply(sale('shop-us', 'o1', [saleLine('1', 'A', '1')]))
  await apply(sent('p1', 'T1'))
  await database.write(connect('m2'))
  await takeWatch(context)
  const written = Promise.withResolvers<void>()
  let turn = 0
  const slow: Database = {
    ...database,
    write: (work) =>
      database.write(async (tx) => {
        const result = await work(tx)
        // the first one waits for those that are writing, the second gives documents their parties
        if (++turn === 2) written.resolve()
        await setTimeout(200)
        return result
      }),
  }
  const restating = restateBooks({ ...context, database: slow }, lease)
  await written.promise
  const scan = { tracking: 'T1', status: 'in-transit', at: '2026-11-23T13:00:00.000Z' }
  await Promise.all([restating, apply(sent('p2', 'T2')), apply(record('track', 'tracking-event', 'e1', scan))])
  expect((await verify(database, tenant)).differences).toEqual([])
  expect(
    await database.read.selectFrom('party_document').select('key').where('party', '=', 'm1').where('role', '<>', 'self').execute(),
  ).toEqual([])
  await close()
})

test('an order that is being written while its merchant is let in belongs to the merchant', async () => {
  const { context, close } = await openBed()
  const { database, tenant, newId } = context
  await database.write((tx) => syncConnections(tx, tenant, [{ name: 'shop-us', connector: 'x', books: 'm1' }], 1))
  const unit = (incoming: Incoming, after = async () => {}) =>
    database.write(async (tx) => {
      const books = await openBooks(tx, { tenant, now: 5, newId, revision: 'r' })
      await applyPart(books, incoming)
      await finish(books)
      await after()
    })
  await unit(partyOf('m0'))
  const written = Promise.withResolvers<void>()
  const order = unit(sale('shop-us', '7', [saleLine('1', 'A', '1')]), () => {
    written.resolve()
    return setTimeout(300)
  })
  await written.promise
  await unit(partyOf('m1'))
  await restate(context)
  await order
  const rows = await database.read.selectFrom('party_document').select(['party', 'role']).where('type', '=', 'sales-order').execute()
  expect(rows).toEqual([{ party: 'm1', role: 'merchant' }])
  await close()
})
