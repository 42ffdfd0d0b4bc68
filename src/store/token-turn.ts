import { newToken } from '../model/id.ts'
import type { Database } from './database.ts'
import { insertMany } from './insert-many.ts'
import { tokenPrefix } from './secret.ts'
import type { SecretTable } from './tables-access.ts'

/** The sealed token of a connection. */
export const findToken = (database: Database, tenant: string, connection: string): Promise<SecretTable | undefined> =>
  database.read
    .selectFrom('secret')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('name', '=', tokenPrefix + connection)
    .executeTakeFirst()

/** The turn to renew the token of a connection for `leaseMs`, by the database's clock, and the token as it is then; undefined: another process has it. */
export async function claimTokenTurn(
  database: Database,
  tenant: string,
  connection: string,
  leaseMs: number,
): Promise<{ readonly lease: string; readonly secret: SecretTable | undefined } | undefined> {
  const now = await database.now()
  const lease = newToken()
  return database.write(async (tx) => {
    await insertMany(tx, 'token_turn', [{ tenant, connection, lease_until: 0, lease_token: null }], {
      keys: ['tenant', 'connection'],
      then: 'ignore',
    })
    const done = await tx
      .updateTable('token_turn')
      .set({ lease_until: now + leaseMs, lease_token: lease })
      .where('tenant', '=', tenant)
      .where('connection', '=', connection)
      .where('lease_until', '<=', now)
      .executeTakeFirst()
    if (done.numUpdatedRows === 0n) return undefined
    const secret = await tx
      .selectFrom('secret')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('name', '=', tokenPrefix + connection)
      .executeTakeFirst()
    return { lease, secret }
  })
}

export async function endTokenTurn(database: Database, tenant: string, connection: string, lease: string): Promise<void> {
  await database.write((tx) =>
    tx
      .updateTable('token_turn')
      .set({ lease_until: 0, lease_token: null })
      .where('tenant', '=', tenant)
      .where('connection', '=', connection)
      .where('lease_token', '=', lease)
      .execute(),
  )
}
