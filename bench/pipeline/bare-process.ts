import { serve } from '@hono/node-server'
import { Queue, Worker } from 'bullmq'
import { Hono } from 'hono'
import { Redis } from 'ioredis'
import { Kysely, MysqlDialect, sql } from 'kysely'
import { createPool } from 'mysql2'

/** What a hub cannot do without, and nothing of a hub: `bare-process.ts <database> <redis> <port>` answers /readyz once it asked both servers. */
const [database = '', redis = '', port = '0'] = process.argv.slice(2)
const db = new Kysely<Record<string, never>>({ dialect: new MysqlDialect({ pool: createPool({ uri: database, connectionLimit: 8 }) }) })
const connection = () => new Redis(redis, { maxRetriesPerRequest: null })
const queue = new Queue('bare', { connection: connection() })
const worker = new Worker('bare', async () => undefined, { connection: connection(), concurrency: 16 })
await worker.waitUntilReady()
const app = new Hono()
app.get('/readyz', async (c) => {
  await sql`select 1`.execute(db)
  await queue.getWaitingCount()
  return c.json({ ready: true })
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(port) })
