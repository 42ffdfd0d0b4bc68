import type { HubConfig } from '../config.ts'
import { openVault } from '../main/vault.ts'
import { isHubError } from '../model/errors.ts'
import type { Database } from '../store/database.ts'
import { keysInUse } from '../store/secret.ts'
import type { Shell } from './shell.ts'

/** One thing the doctor looked at. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly detail: string
}

/** Whether every sealed secret has its key here, and the newest one. Nothing is made and nothing is opened. */
export async function sealing({ say, env }: Shell, config: HubConfig, database: Database): Promise<Finding[]> {
  const used = await keysInUse(database)
  const all = [...used.values()].reduce((sum, count) => sum + count, 0)
  const check = 'secrets'
  try {
    const { byId, newest } = openVault({ env, data: config.data, shared: config.database !== undefined }).keyring()
    const missing = [...used].filter(([kek]) => !byId.has(kek))
    if (missing.length > 0)
      return missing.map(([kek, count]) => ({ check, state: 'error', detail: say('doctor.sealedLost', { secrets: count, key: kek }) }))
    const old = all - (used.get(newest.id) ?? 0)
    if (old > 0) return [{ check, state: 'warning', detail: say('doctor.sealedOld', { secrets: old, all }) }]
    return [{ check, state: 'ok', detail: say('doctor.sealed', { secrets: all, key: newest.id }) }]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return all === 0 && isHubError(error) && error.detail.code === 'no-sealing-key' ? [] : [{ check, state: 'error', detail: message }]
  }
}
