import type { Tokens } from '../connector/tokens.ts'
import { isHubError, retry } from '../model/errors.ts'
import { type Keyring, open } from '../model/sealing.ts'
import type { Database } from '../store/database.ts'
import { putSecret, tokenPrefix } from '../store/secret.ts'
import type { SecretTable } from '../store/tables-access.ts'
import { claimTokenTurn, endTokenTurn, findToken } from '../store/token-turn.ts'

/**
 * Tokens of a tenant's connections, sealed in the database for all its processes. One that does not open any more (its key is lost) is as good as none: the connection begins again from its config.
 * Its methods throw what `keyring` and the store throw.
 */
export function sealedTokens(database: Database, tenant: string, keyring: () => Keyring): Tokens {
  const opened = (row: SecretTable | undefined): string | undefined => {
    if (row === undefined) return undefined
    const ring = keyring()
    try {
      return open(ring, row, row)
    } catch (error) {
      if (isHubError(error) && error.detail.recovery === 'reject') return undefined
      throw error
    }
  }
  return {
    read: async (connection) => opened(await findToken(database, tenant, connection)),
    async claim(connection, leaseMs) {
      // before anything is asked of the partner: a pair that cannot be sealed would be lost
      keyring()
      const turn = await claimTokenTurn(database, tenant, connection, leaseMs)
      if (turn === undefined) return undefined
      const { lease, secret } = turn
      return {
        value: opened(secret),
        async keep(value) {
          const now = await database.now()
          const after = secret?.generation ?? 0
          try {
            await database.write((tx) => putSecret(tx, keyring(), { tenant, name: tokenPrefix + connection, value, after }, now))
          } catch (error) {
            if (isHubError(error) && error.detail.code === 'secret-overtaken')
              throw retry('token-overtaken', `${connection}: another process renewed its token meanwhile; that one is used`, {
                sent: false,
              })
            throw error
          }
        },
        end: () => endTokenTurn(database, tenant, connection, lease),
      }
    },
  }
}
