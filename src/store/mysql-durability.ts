import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { mysqlAddress } from './mysql-address.ts'
import { classed } from './mysql-errors.ts'

/** A setting of the server that can cost data, or hold up work. */
export interface ServerRisk {
  readonly setting: string
  readonly found: string
  readonly wanted: string
  /** error: what was reported as stored may be lost, or what is allowed cannot be stored */
  readonly severity: 'error' | 'warning'
}

/** A statement carries a row of 16 MiB and what belongs to it. */
const leastPacket = 32 * 1024 * 1024

type Rule = readonly [setting: string, wanted: string, severity: ServerRisk['severity'], isGood: (value: string) => boolean]
const rules: readonly Rule[] = [
  ['innodb_flush_log_at_trx_commit', '1', 'error', (value) => value === '1'],
  ['innodb_doublewrite', 'ON', 'error', (value) => !/^(0|off)$/i.test(value)],
  ['max_allowed_packet', `${leastPacket} or more`, 'error', (value) => Number(value) >= leastPacket],
  ['sync_binlog', '1 (or no binary log)', 'warning', (value) => value === '1'],
  ['wsrep_on', 'OFF: with Galera a commit can fail after it was answered elsewhere', 'warning', (value) => !/^(1|on)$/i.test(value)],
]

/** What of the server's settings endangers data. @throws HubError `database-lost` (retry) when it does not answer */
export async function serverRisks(url: string): Promise<readonly ServerRisk[]> {
  const { options } = mysqlAddress(url)
  try {
    const connection = await createConnection({ ...options, connectTimeout: 10_000 })
    try {
      const [rows] = await connection.query<RowDataPacket[]>(
        `show global variables where variable_name in (${[...rules.map(([setting]) => `'${setting}'`), "'log_bin'"].join(', ')})`,
      )
      const values = new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]))
      const hasBinlog = /^(1|on)$/i.test(values.get('log_bin') ?? '')
      return rules.flatMap(([setting, wanted, severity, isGood]): ServerRisk[] => {
        const found = values.get(setting)
        if (found === undefined || isGood(found) || (setting === 'sync_binlog' && !hasBinlog)) return []
        return [{ setting, found, wanted, severity }]
      })
    } finally {
      connection.destroy()
    }
  } catch (error) {
    throw classed(error, 'show global variables')
  }
}
