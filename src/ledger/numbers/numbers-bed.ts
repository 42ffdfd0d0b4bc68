import { idMaker } from '../../model/id.ts'
import type { Database } from '../../store/database.ts'
import type { Reader } from '../../store/in-list.ts'
import { listStock } from '../../store/number-stock.ts'
import type { OrderNumberTable } from '../../store/tables-numbers.ts'
import { closeDesk, type NumberDesk, openDesk } from './desk.ts'
import { freshIn } from './stock.ts'

/** Units of work on numbers of one tenant of a test. */
export const numbersAt =
  (database: Database, tenant: string, actor = 'test') =>
  <T>(work: (desk: NumberDesk) => Promise<T>): Promise<T> =>
    database.write(async (tx) => {
      const clock = () => database.now()
      const desk = openDesk({ tx, tenant, now: await clock(), clock, newId, actor })
      const result = await work(desk)
      await closeDesk(desk)
      return result
    })

const newId = idMaker(Date.now)

/** Every number of a scheme by its text: those of the book, and those that nobody had yet. */
export async function allNumbers(read: Reader, tenant: string, scheme: string): Promise<readonly OrderNumberTable[]> {
  const rows = await read.selectFrom('order_number').selectAll().where('tenant', '=', tenant).where('scheme', '=', scheme).execute()
  const fresh = (await listStock(read, tenant, scheme)).flatMap((stock) => freshIn(stock, stock.size).map(({ row }) => row))
  return [...rows, ...fresh].sort((a, b) => (a.number < b.number ? -1 : 1))
}
