import { idMaker } from '../../model/id.ts'
import type { Database } from '../../store/database.ts'
import type { MoneyDesk } from './post.ts'

/** Units of work on the books of one tenant of a test. */
export const moneyAt =
  (database: Database, tenant: string) =>
  <T>(work: (desk: MoneyDesk) => Promise<T>): Promise<T> =>
    database.write(async (tx) => work({ tx, tenant, now: await database.now(), newId }))

const newId = idMaker(Date.now)
