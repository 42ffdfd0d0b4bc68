import fc from 'fast-check'
import { expect, test } from 'vitest'
import { insertMany } from '../store/insert-many.ts'
import type { ReceiptTable, TextTable } from '../store/tables.ts'
import { counter, quantity, type Ready } from './store-laws-transactions.ts'

const text = (hash: string, body = ''): TextTable => ({ tenant: 't', hash, body, created_at: 1 })

/** What is read is what was written, and keys are equal only byte for byte. */
export function valueLaws(ready: Ready): void {
  test('keys are equal only byte for byte', async () => {
    const database = await ready()
    const keys = [
      'abc',
      'ABC',
      'Abc',
      'abc ',
      ' abc',
      'ábc',
      'a\u0301bc',
      'abc\u0000',
      'ａbc',
      'straße',
      'strasse',
      'ﬀ',
      'ff',
      '',
      '0',
      '00',
      '1e3',
      '1000',
    ]
    await database.write(async (tx) => {
      for (const key of keys) await insertMany(tx, 'text', [text(key, key)])
    })
    for (const key of keys) {
      const rows = await database.read
        .selectFrom('text')
        .select(['hash', 'body'])
        .where('tenant', '=', 't')
        .where('hash', '=', key)
        .execute()
      expect(rows.map((row) => [row.hash, row.body])).toEqual([[key, key]])
    }
  })

  test('64 bit integers come back exactly, as numbers where a number holds them', async () => {
    const database = await ready()
    const edge = 2n ** 63n - 1n
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: -edge - 1n, max: edge }), async (exact) => {
        await database.write((tx) =>
          insertMany(tx, 'sold', [{ ...counter, quantity: exact }], {
            keys: ['tenant', 'connection', 'product'],
            then: 'update',
            columns: ['quantity'],
          }),
        )
        const read = await quantity(database)
        expect(read).toBe(BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact)) ? Number(exact) : exact)
      }),
      {
        numRuns: 40,
        examples: [[edge], [-edge - 1n], [2n ** 53n], [2n ** 53n + 1n], [2n ** 53n - 1n], [1n - 2n ** 53n], [-(2n ** 53n)], [0n]],
      },
    )
    await database.write((tx) => tx.updateTable('sold').set({ quantity: 9007199254740993n }).execute())
    const grown = await database.write((tx) =>
      tx
        .updateTable('sold')
        .set((eb) => ({ quantity: eb('quantity', '+', 2) }))
        .execute(),
    )
    expect(grown[0]?.numUpdatedRows).toBe(1n)
    expect(await quantity(database)).toBe(9007199254740995n)
    expect(await database.read.selectFrom('sold').select('product').where('quantity', '=', 9007199254740995n).execute()).toHaveLength(1)
  })

  test('bytes come back equal', async () => {
    const database = await ready()
    const every = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256)
    await database.write((tx) =>
      insertMany(tx, 'receipt', [receipt('every', every), receipt('none', new Uint8Array()), receipt('slice', every.subarray(3, 260))]),
    )
    const rows = await database.read.selectFrom('receipt').select(['id', 'body']).orderBy('id').execute()
    expect(
      rows.map((row) => [
        row.id,
        Buffer.from(row.body).equals(Buffer.from(row.id === 'every' ? every : row.id === 'none' ? [] : every.subarray(3, 260))),
      ]),
    ).toEqual([
      ['every', true],
      ['none', true],
      ['slice', true],
    ])
  })

  test('texts come back equal: long, emoji, NUL, quotes, other scripts', async () => {
    const database = await ready()
    const texts = ['長'.repeat(400_000), '👩‍👩‍👧‍👦 Zoë Ñandú', 'a\u0000b', `'"\`\\%_;-- {}`, '\r\n\t', 'مرحبا', '']
    await database.write((tx) =>
      insertMany(
        tx,
        'text',
        texts.map((body, i) => text(`${i}`, body)),
      ),
    )
    const rows = await database.read.selectFrom('text').select('body').orderBy('hash').execute()
    expect(rows.map((row, i) => row.body === texts[i])).toEqual(texts.map(() => true))
  })
}

const receipt = (id: string, body: Uint8Array): ReceiptTable => ({
  tenant: 't',
  id,
  connection: 'shop',
  stream: null,
  kind: 'webhook',
  topic: null,
  event_id: null,
  headers: null,
  body,
  coding: null,
  body_hash: 'h',
  as_of: 1,
  baseline: 0,
  state: 'received',
  received_at: 1,
  trace: null,
  records: null,
})

/** Conflict rules do what they say and hide nothing else. */
export function insertManyLaws(ready: Ready): void {
  const rows = (from: number, to: number, body = 'first') =>
    Array.from({ length: to - from }, (_, i) => text(`${from + i}`.padStart(5, '0'), body))
  const byKey = { keys: ['tenant', 'hash'] } as const

  test('ignore counts new rows only and keeps what was there', async () => {
    const database = await ready()
    expect(await database.write((tx) => insertMany(tx, 'text', []))).toBe(0)
    expect(await database.write((tx) => insertMany(tx, 'text', rows(0, 150)))).toBe(150)
    expect(await database.write((tx) => insertMany(tx, 'text', rows(100, 300, 'second'), { ...byKey, then: 'ignore' }))).toBe(150)
    expect(await database.write((tx) => insertMany(tx, 'text', [...rows(300, 301), ...rows(300, 301)], { ...byKey, then: 'ignore' }))).toBe(
      1,
    )
    const counts = await database.read
      .selectFrom('text')
      .select((eb) => ['body', eb.fn.countAll().as('n')])
      .groupBy('body')
      .orderBy('body')
      .execute()
    expect(counts.map((row) => [row.body, row.n])).toEqual([
      ['first', 151],
      ['second', 150],
    ])
  })

  test('update overwrites the named columns only', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'text', rows(0, 70)))
    const changed = rows(60, 80, 'second').map((row) => ({ ...row, created_at: 2 }))
    expect(await database.write((tx) => insertMany(tx, 'text', changed, { ...byKey, then: 'update', columns: ['body'] }))).toBe(20)
    const all = await database.read.selectFrom('text').select(['hash', 'body', 'created_at']).orderBy('hash').execute()
    expect(all).toHaveLength(80)
    expect(all[59]).toMatchObject({ body: 'first', created_at: 1 })
    expect(all[60]).toMatchObject({ body: 'second', created_at: 1 })
    expect(all[79]).toMatchObject({ body: 'second', created_at: 2 })
  })

  test('without a rule a row that exists fails the whole call', async () => {
    const database = await ready()
    await database.write((tx) => insertMany(tx, 'text', rows(5, 6)))
    await expect(database.write((tx) => insertMany(tx, 'text', rows(0, 100)))).rejects.toThrow()
    expect(await database.read.selectFrom('text').select('hash').execute()).toHaveLength(1)
  })

  test('ignore hides no other fault', async () => {
    const database = await ready()
    const broken = { ...text('1'), body: null } as object as TextTable
    await expect(database.write((tx) => insertMany(tx, 'text', [broken], { ...byKey, then: 'ignore' }))).rejects.toThrow(/body/)
  })
}
