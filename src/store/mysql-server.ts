import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { reject } from '../model/errors.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { classed } from './mysql-errors.ts'

/** What differs between servers. */
export interface MysqlServer {
  readonly mariadb: boolean
  readonly version: string
  /** text compares byte for byte under it, spaces at the end included */
  readonly collation: 'utf8mb4_nopad_bin' | 'utf8mb4_0900_bin'
}

/** First servers with what the store needs: prepared LIMIT, NO PAD collations, SKIP LOCKED. */
const oldest = { mariadb: [10, 6], mysql: [8, 0, 22] } as const

/** @throws HubError `database-too-old` (reject), `database-lost` (retry) when it does not answer */
export async function askServer({ options, shown }: MysqlAddress, connectTimeout: number): Promise<MysqlServer> {
  const version = await versionOf(options, connectTimeout)
  const mariadb = /mariadb/i.test(version)
  const numbers = (/\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number)
  const least: readonly number[] = mariadb ? oldest.mariadb : oldest.mysql
  const differing = least.findIndex((part, i) => (numbers[i] ?? 0) !== part)
  if (differing >= 0 && (numbers[differing] ?? 0) < (least[differing] ?? 0))
    throw reject(
      'database-too-old',
      `${shown} runs ${version}: MariaDB ${oldest.mariadb.join('.')} or MySQL ${oldest.mysql.join('.')} is the least`,
    )
  return { mariadb, version, collation: mariadb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin' }
}

async function versionOf(options: MysqlAddress['options'], connectTimeout: number): Promise<string> {
  try {
    const connection = await createConnection({ ...options, connectTimeout })
    try {
      const [rows] = await connection.query<RowDataPacket[]>('select version() as version')
      return String(rows[0]?.version)
    } finally {
      connection.destroy()
    }
  } catch (error) {
    throw classed(error, 'connect')
  }
}

/**
 * What every connection is set to first. One that writes begins each transaction with its first statement. READ COMMITTED keeps gap locks away; strict mode refuses what it would cut; a worker that freezes or loses its cable inside a transaction loses it, and its locks, after a quarter of a minute; MySQL has one limit for all that is idle, which costs the pool a new connection now and then.
 * `readOnly`: the server refuses writes.
 */
export const sessionOf = ({ mariadb, collation }: MysqlServer, readOnly: boolean): readonly string[] => [
  `set names utf8mb4 collate ${collation}`,
  'set session transaction isolation level read committed',
  readOnly ? 'set session transaction read only' : 'set session autocommit = 0',
  `set session innodb_lock_wait_timeout = 5, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  mariadb
    ? 'set session max_statement_time = 30, idle_transaction_timeout = 15'
    : 'set session max_execution_time = 30000, wait_timeout = 60',
]
