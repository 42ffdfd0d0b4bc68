import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { HubConfig } from '../config.ts'
import { lockOwner } from '../data-folder.ts'
import { silentLog } from '../model/log.ts'
import { ringName } from '../pipeline/bell.ts'
import { migrate } from '../store/migrate.ts'
import { openMysql } from '../store/mysql.ts'
import { serverRisks } from '../store/mysql-durability.ts'
import { mariadbMissing, type PrivateMariadb, startMariadb } from '../testing/private-mariadb.ts'
import { redisMissing, startPrivateRedis } from '../testing/private-redis.ts'
import { openFoundation, serviceSecrets } from './foundation.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'foundation-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = (more: Partial<HubConfig>): HubConfig => ({
  workspace: folder,
  data: join(folder, 'data'),
  host: '127.0.0.1',
  port: 0,
  logLevel: 'silent',
  watch: false,
  ...more,
})

test('the passwords of the services are secrets, and only they', () => {
  expect(serviceSecrets(config({ database: 'mysql://hub:p%40ss@db/x', redis: 'redis://:r3dis@cache/0' }))).toEqual(['p@ss', 'r3dis'])
  expect(serviceSecrets(config({ database: 'mysql://root@db/x', redis: 'redis://cache/0' }))).toEqual([])
  expect(() => serviceSecrets(config({ database: 'mysql://hub:geheim@db/' }))).toThrow(/names no database/)
})

test.skipIf(redisMissing !== undefined)(
  `two tenants that share a Redis do not hear each other${redisMissing === undefined ? '' : ` (${redisMissing})`}`,
  async () => {
    const redis = await startPrivateRedis()
    const open = (tenant: string) =>
      openFoundation(config({ data: join(folder, tenant), redis: redis?.url }), silentLog, { tenant, leaseMs: 30_000 })
    const hubs = [await open('first'), await open('second')] as const
    const heard: string[] = []
    try {
      for (const [place, { bell }] of hubs.entries()) bell.listen(async (ring) => void heard.push(`${ringName(ring)} at ${place}`))
      await vi.waitUntil(async () => `${await redis?.ask('CLIENT', 'LIST')}`.split('crossdock-answers').length > 8, { timeout: 20_000 })
      for (const connection of Array.from({ length: 20 }, (_, at) => `c${at}`)) hubs[1].bell.ring({ kind: 'deliver', connection })
      await vi.waitUntil(() => heard.length === 20, { timeout: 20_000 })
      expect(heard.filter((one) => one.endsWith(' at 0'))).toEqual([])
    } finally {
      for (const { bell, database, close, release } of hubs) {
        await bell.close()
        await close()
        await database.close()
        release()
      }
      await redis?.stop()
    }
  },
  60_000,
)

const missing = await mariadbMissing()
describe.skipIf(missing !== undefined)(`on MariaDB${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: PrivateMariadb
  beforeAll(async () => {
    server = await startMariadb()
  }, 90_000)
  afterAll(() => server.stop())

  test('a database without the schema is refused with the command that makes it, and nothing stays locked', async () => {
    const database = await server.database()
    const shared = config({ database, role: 'api' })
    await expect(openFoundation(shared, silentLog, { tenant: 'default', leaseMs: 30_000 })).rejects.toMatchObject({
      detail: { code: 'schema' },
      message: expect.stringContaining('crossdock migrate'),
    })
    expect(lockOwner(shared.data)).toBeUndefined()
    const store = await openMysql(database)
    await migrate(store)
    await store.close()
    const foundation = await openFoundation(shared, silentLog, { tenant: 'default', leaseMs: 30_000 })
    expect(lockOwner(shared.data)).toBe(process.pid)
    await foundation.database.close()
    foundation.release()
    const worker = await openFoundation(config({ database, role: 'worker' }), silentLog, { tenant: 'default', leaseMs: 30_000 })
    expect(lockOwner(shared.data)).toBeUndefined()
    await worker.database.close()
  })

  test('a server that may forget what it reported is refused, with the setting', async () => {
    const database = await server.database()
    const root = await createConnection(server.address)
    try {
      expect(await serverRisks(database)).toEqual([])
      await root.query('set global innodb_flush_log_at_trx_commit = 2')
      expect(await serverRisks(database)).toEqual([
        { setting: 'innodb_flush_log_at_trx_commit', found: '2', wanted: '1', severity: 'error' },
      ])
      await expect(
        openFoundation(config({ database, role: 'worker' }), silentLog, { tenant: 'default', leaseMs: 30_000 }),
      ).rejects.toMatchObject({
        detail: { code: 'database-unsafe' },
        message: expect.stringContaining('innodb_flush_log_at_trx_commit is 2'),
      })
    } finally {
      await root.query('set global innodb_flush_log_at_trx_commit = 1')
      await root.end()
    }
  })
})
