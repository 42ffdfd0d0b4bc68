import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { insertMany } from '../store/insert-many.ts'
import { openStore } from '../store/open.ts'

/**
 * Run by the store kit as a process of its own, to be killed: `store-writer.ts <place>`. Each write adds `rowsPerWrite` texts, one by one, and then one to a
 * counter; after its commit the counter's value is printed. So at any instant the store has to hold exactly that many texts per count.
 */
export const rowsPerWrite = 8

export const counterRow = { tenant: 'crash', connection: 'counter', product: 'writes' } as const

if (import.meta.main) {
  const database = await openStore(process.argv[2] ?? '')
  for (;;) {
    const count = await database.write(async (tx) => {
      const last = await tx.selectFrom('sold').select('quantity').where('tenant', '=', counterRow.tenant).executeTakeFirst()
      const next = Number(last?.quantity ?? 0) + 1
      for (let i = 0; i < rowsPerWrite; i++) {
        await insertMany(tx, 'text', [{ tenant: counterRow.tenant, hash: `${next}-${i}`, body: 'x'.repeat(500), created_at: next }])
        await setImmediate()
      }
      await insertMany(tx, 'sold', [{ ...counterRow, quantity: next }], {
        keys: ['tenant', 'connection', 'product'],
        then: 'update',
        columns: ['quantity'],
      })
      return next
    })
    writeSync(1, `${count}\n`)
  }
}
