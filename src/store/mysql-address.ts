import type { PoolOptions } from 'mysql2/promise'
import { reject } from '../model/errors.ts'

/** Where a database is, as mysql2 asks for it, and as it may be shown to people. */
export interface MysqlAddress {
  readonly options: Pick<PoolOptions, 'host' | 'port' | 'user' | 'password' | 'database' | 'socketPath' | 'ssl'>
  /** without user and password */
  readonly shown: string
  readonly secrets: readonly string[]
}

/**
 * Reads `mysql://user:password@host:3306/database`; `?socket=/path` instead of the host, `?tls=verify` demands a certificate that holds, `?tls=require` encryption alone.
 * @throws HubError `bad-database-url` (reject); the address is never part of the message
 */
export function mysqlAddress(text: string): MysqlAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['mysql:', 'mariadb:'].includes(url.protocol))
    throw bad('it is no address of the form mysql://user:password@host:3306/database')
  const database = decodeURIComponent(url.pathname.slice(1))
  if (!/^[\w$-]{1,64}$/.test(database)) throw bad('it names no database after the last slash')
  const tls = url.searchParams.get('tls')
  if (tls !== null && tls !== 'verify' && tls !== 'require') throw bad('tls is "verify" or "require"')
  for (const name of url.searchParams.keys())
    if (name !== 'tls' && name !== 'socket') throw bad(`it has the parameter "${name}", only tls and socket are known`)
  const socketPath = url.searchParams.get('socket')
  const host = url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1'
  const port = Number(url.port || 3306)
  const password = decodeURIComponent(url.password)
  return {
    options: {
      user: decodeURIComponent(url.username) || 'root',
      password,
      database,
      ...(socketPath === null ? { host, port } : { socketPath }),
      ...(tls === null ? {} : { ssl: { rejectUnauthorized: tls === 'verify' } }),
    },
    shown: `${socketPath ?? `${host}:${port}`}/${database}`,
    secrets: password === '' ? [] : [password],
  }
}

const bad = (why: string) => reject('bad-database-url', `the address of the database cannot be read: ${why}`)
