import { describe, expect, test } from 'vitest'
import { authorDocument } from './author.ts'
import { kitTenant, openLedgerKit, record } from './ledger-kit.ts'
import { history } from './read.ts'

const author = { actor: 'key-1', why: 'ordered by phone' }
const fits = () => undefined
const order = (status: string) => ({ number: 'P-1', status, currency: 'EUR', lines: [] })

describe('documents of the hub itself', () => {
  test('a command makes a version with its author and reason, in the version and in the journal', async () => {
    const { work, database } = await openLedgerKit()
    const put = (status: string, seen: number) =>
      work((books) => authorDocument(books, { type: 'purchase-order', key: 'hub/P-1', body: order(status), author, seen }, fits))
    await put('draft', 0)
    const { finished } = await put('issued', 1)
    expect(finished.changes).toMatchObject([{ type: 'purchase-order', key: 'hub/P-1', version: 2, operation: 'upsert', baseline: false }])
    const versions = await history(database.read, kitTenant, 'purchase-order', 'hub/P-1')
    expect(versions.map(({ version, actor, why, envelope }) => ({ version, actor, why, envelope }))).toEqual(
      [1, 2].map((version) => ({ version, envelope: null, ...author })),
    )
    const lines = await database.read.selectFrom('journal').select(['kind', 'actor', 'why']).orderBy('id').execute()
    expect(lines.filter(({ kind }) => kind === 'created' || kind === 'changed')).toEqual([
      { kind: 'created', ...author },
      { kind: 'changed', ...author },
    ])
    await database.close()
  })

  test('the same command again makes no version', async () => {
    const { work, database } = await openLedgerKit()
    const put = () =>
      work((books) => authorDocument(books, { type: 'purchase-order', key: 'hub/P-1', body: order('issued'), author }, fits))
    expect((await put()).result.version).toBe(1)
    expect((await put()).result.version).toBe(1)
    expect(await history(database.read, kitTenant, 'purchase-order', 'hub/P-1')).toHaveLength(1)
    await database.close()
  })

  test.each([
    ['a version that is not the newest', { seen: 0, status: 'issued' }, 'version-moved'],
    ['a step that the status may not take', { seen: 1, status: 'closed' }, 'illegal-transition'],
    ['a body that its schema refuses', { seen: 1, status: 'nonsense' }, 'does-not-fit'],
  ])('refused: %s', async (_, { seen, status }, code) => {
    const { work, database } = await openLedgerKit()
    const one = (given: string, at: number) =>
      work((books) =>
        authorDocument(books, { type: 'purchase-order', key: 'hub/P-1', body: order(given), author, seen: at }, (_type, body) =>
          body.status === 'nonsense' ? { path: '/status', message: 'is unknown' } : undefined,
        ),
      )
    await one('draft', 0)
    await expect(one(status, seen)).rejects.toMatchObject({ detail: { code, recovery: 'reject' } })
    expect(await history(database.read, kitTenant, 'purchase-order', 'hub/P-1')).toHaveLength(1)
    await database.close()
  })

  test('refused: a document that a connection keeps', async () => {
    const { work, apply, database } = await openLedgerKit()
    await apply(record('erp', 'purchase-order', '7', order('issued')))
    await expect(
      work((books) => authorDocument(books, { type: 'purchase-order', key: 'erp/7', body: order('closed'), author }, fits)),
    ).rejects.toMatchObject({ detail: { code: 'not-ours' } })
    await database.close()
  })
})
