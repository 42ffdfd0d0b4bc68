import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isHubError, reject } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import { howToMake, type Keyring, newKeyText, open, readKeyring } from '../model/sealing.ts'
import type { Context } from '../pipeline/context.ts'
import type { SealedFault, SealedLookup } from '../secret-reference.ts'
import type { Database } from '../store/database.ts'
import { keysInUse, sealedSecrets, secretsStamp } from '../store/secret.ts'
import { readPrivate, writePrivate } from './private-file.ts'

/** Where the key-encryption keys of this process come from. */
export interface Vault {
  /** the keys as they are now: a file is read again every time. @throws HubError `no-sealing-key`, `bad-sealing-key`, `open-key-file` … (reject) */
  keyring(): Keyring
  /** Puts a new key before the others; it seals from now on. Only where the hub keeps its keys itself. Answers the file. @throws HubError as keyring() */
  readonly addKey?: () => string
  /** texts of the keys, for the log to hide; [] while they cannot be read */
  texts(): readonly string[]
}

export interface VaultSettings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly data: string
  /** `mysql://…`: several processes share the database, and none of them may make a key for itself */
  readonly shared: boolean
}

/**
 * CROSSDOCK_KEK, or the file that CROSSDOCK_KEK_FILE names, or `kek` in the data folder of a hub of one process.
 * @throws HubError `bad-sealing-key` (reject) when both are set
 */
export function openVault({ env, data, shared }: VaultSettings): Vault {
  const text = env.CROSSDOCK_KEK?.trim()
  const named = env.CROSSDOCK_KEK_FILE?.trim()
  if (text && named) throw reject('bad-sealing-key', 'CROSSDOCK_KEK and CROSSDOCK_KEK_FILE are both set: keep one of them')
  if (text) return vaultOf(() => text, 'CROSSDOCK_KEK')
  if (named) {
    const file = resolve(named)
    return vaultOf(() => present(file), file)
  }
  if (shared)
    return {
      keyring() {
        throw reject(
          'no-sealing-key',
          `neither CROSSDOCK_KEK nor CROSSDOCK_KEK_FILE is set, so no secret can be sealed or opened; ${howToMake} and give it to every process`,
        )
      },
      texts: () => [],
    }
  const file = ownKeyFile(data)
  return {
    ...vaultOf(() => present(file), file),
    addKey() {
      const before = present(file)
      readKeyring(before, file)
      writePrivate(file, `${newKeyText()}\n${before}`, 'replace')
      return file
    },
  }
}

export const ownKeyFile = (data: string): string => join(data, 'kek')

function vaultOf(read: () => string, where: string): Vault {
  return {
    keyring: () => readKeyring(read(), where),
    texts() {
      try {
        return read()
          .split(/[\s,]+/)
          .filter((word) => word.length > 40)
      } catch {
        return []
      }
    },
  }
}

function present(file: string): string {
  const text = readPrivate(file)
  if (text === undefined) throw reject('no-sealing-key', `there is no key file ${file}; put the key back there, or ${howToMake}`)
  return text
}

/**
 * Looks at the keys before anything runs: a key that is set must be good, and every secret that is sealed must have its key here. The hub of one process makes its key file at its
 * first start; never once secrets are sealed, for a new key opens none of them. Answers the file it made.
 * @throws HubError `sealing-key-missing` (reject), and what Vault.keyring throws
 */
export async function checkVault(database: Database, vault: Vault, settings: VaultSettings): Promise<string | undefined> {
  const used = await keysInUse(database)
  const file = vault.addKey === undefined ? undefined : ownKeyFile(settings.data)
  const made =
    file !== undefined &&
    used.size === 0 &&
    statSync(file, { throwIfNoEntry: false }) === undefined &&
    writePrivate(file, newKeyText(), 'first')
  const sealed = [...used.values()].reduce((sum, count) => sum + count, 0)
  try {
    const { byId } = vault.keyring()
    const missing = [...used].filter(([kek]) => !byId.has(kek))
    if (missing.length > 0)
      throw reject(
        'sealing-key-missing',
        `${missing.map(([kek, count]) => `${count} sealed secret(s) need the key ${kek}`).join('; ')}, which is not here (here: ${[...byId.keys()].join(', ')}). Add that key to CROSSDOCK_KEK or to the key file, after the newest; if it is lost, set those secrets again (\`crossdock secrets list\`, \`crossdock secrets set NAME\`)`,
      )
  } catch (error) {
    // without secrets and without a key there is nothing to protect yet
    if (sealed > 0 || !isHubError(error) || error.detail.code !== 'no-sealing-key') throw error
  }
  return made ? file : undefined
}

/** The same at the start of a hub, which it tells of a key it made. `bare`: a command that mends secrets goes on without their keys. @throws HubError as checkVault */
export async function prepareVault(
  database: Database,
  vault: Vault,
  { log, bare, ...settings }: VaultSettings & { readonly log: Log; readonly bare: boolean },
): Promise<void> {
  try {
    const file = await checkVault(database, vault, settings)
    if (file !== undefined)
      log.warn(
        { file },
        'a key for sealed secrets was made in this file: back it up, apart from the database. Without it no sealed secret can be read again',
      )
  } catch (error) {
    if (!bare || !isHubError(error)) throw error
  }
}

/** How often a process looks whether another one has set a secret. */
const followMs = 5000

/** Reloads this process when a sealed secret was set or removed through another one that shares the database. */
export function followSecrets(
  { database, tenant, log }: Pick<Context, 'database' | 'tenant' | 'log'>,
  reload: () => Promise<unknown>,
  everyMs: number = followMs,
): { close(): void } {
  let seen: string | undefined
  const look = async () => {
    const before = seen
    const stamp = await secretsStamp(database, tenant)
    seen = stamp
    if (before !== undefined && before !== stamp) await reload()
  }
  const run = () => void look().catch((error: unknown) => log.warn({ error }, 'the sealed secrets could not be looked at'))
  run()
  const timer = setInterval(run, everyMs)
  timer.unref()
  return { close: () => clearInterval(timer) }
}

/** The sealed secrets of a tenant by name, read now; each is opened when it is asked for. */
export async function sealedLookup(database: Database, vault: Vault, tenant: string): Promise<SealedLookup> {
  const rows = new Map((await sealedSecrets(database, tenant)).map((row) => [row.name, row]))
  return (name) => {
    const row = rows.get(name)
    if (row === undefined)
      return {
        code: 'sealed-missing',
        message: `there is no sealed secret '${name}'`,
        suggestion: `set it: crossdock secrets set ${name}`,
      }
    try {
      return open(vault.keyring(), row, row)
    } catch (error) {
      if (!isHubError(error)) throw error
      return faultOf(error.detail.code, error.message, row.kek, name)
    }
  }
}

function faultOf(code: string, message: string, kek: string, name: string): SealedFault {
  if (code === 'sealed-broken') return { code, message, suggestion: `set it again: crossdock secrets set ${name}` }
  const told =
    code === 'sealed-locked' ? message : `the secret '${name}' is sealed under the key ${kek}, and no key can be read: ${message}`
  return { code: 'sealed-locked', message: told, suggestion: `add the key ${kek} to CROSSDOCK_KEK or to the key file` }
}
