import { Agent, request } from 'node:http'
import { createApp } from '../../src/http/app.ts'
import { authenticate, demand, makeKey } from '../../src/http/auth.ts'
import { type Listening, listen } from '../../src/http/listen.ts'
import { setup } from '../../src/http/test-hub.ts'
import { idMaker } from '../../src/model/id.ts'
import { silentLog } from '../../src/model/log.ts'
import { newKeyText, readKeyring } from '../../src/model/sealing.ts'
import { openCompiled } from '../../src/pipeline/compiled.ts'
import type { Context } from '../../src/pipeline/context.ts'
import { openHandover } from '../../src/pipeline/handover.ts'
import { insertApiKey } from '../../src/store/api-key.ts'
import type { Database } from '../../src/store/database.ts'
import { defaultSettings } from '../../src/workspace-settings.ts'
import { shops, tenant } from './reads-seed.ts'

export interface ReadsApp {
  readonly listening: Listening
  /** a GET with the key of the operator, or of a merchant; the body of a 200 @throws for any other answer */
  get(path: string, key?: 'operator' | 'merchant'): Promise<{ readonly items?: readonly Row[]; readonly next?: string | null } & Row>
  close(): Promise<void>
}
export type Row = Readonly<Record<string, unknown>>

/** The hub's own app on a filled store, and beside its routes two that do nothing but let in a key and read one document, or one account, by its primary key. */
export async function openApp(database: Database): Promise<ReadsApp> {
  const ring = readKeyring(newKeyText(), 'the benchmark')
  const unused = (): never => {
    throw new Error('the benchmark has no partner')
  }
  const connections = new Map([...shops, 'erp', 'ningbo-erp'].map((name) => [name, setup(name, async () => {}).setup]))
  const newId = idMaker(Date.now)
  const context: Context = {
    tenant,
    database,
    clock: { now: Date.now, sleep: async () => {} },
    log: silentLog,
    bell: { ring: () => {}, listen: () => {}, close: async () => {} },
    handover: openHandover(),
    compiled: openCompiled(),
    newId,
    keyring: () => ring,
    random: Math.random,
    settings: defaultSettings,
    catalogue: () => ({
      revision: 'r1',
      connections,
      routes: [],
      mappings: new Map(),
      compile: unused,
      validate: () => undefined,
      schemas: new Map(),
      codes: new Map(),
      channels: new Map(),
    }),
    access: unused,
  }
  const app = createApp(context, { limits: { metricsEveryMs: 0 } })
  const letIn = async (authorization: string | undefined) =>
    demand(await authenticate({ database, tenant, localKey: undefined }, authorization, Date.now()), 'read')
  app.get('/primary-key', async (c) => {
    await letIn(c.req.header('authorization'))
    const row = await database.read
      .selectFrom('document')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('type', '=', 'sales-order')
      .where('key', '=', c.req.query('key') ?? '')
      .executeTakeFirst()
    return c.json(row ?? {})
  })
  app.get('/primary-key/account', async (c) => {
    await letIn(c.req.header('authorization'))
    const id = c.req.query('id') ?? ''
    const row = await database.read.selectFrom('account').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
    return c.json(row ?? {}, 200)
  })
  const listening = await listen(app, { port: 0 })
  const keys = { operator: makeKey(newId()), merchant: makeKey(newId()) }
  const common = {
    tenant,
    name: 'bench',
    scopes: 'read',
    created_at: Date.now(),
    expires_at: null,
    revoked_at: null,
    organisation: null,
    initial: null,
  }
  for (const [name, { id, hash }] of Object.entries(keys))
    await database.write((tx) => insertApiKey(tx, { ...common, id, hash, party: name === 'merchant' ? 'M3' : null }))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    listening,
    get: (path, key = 'operator') =>
      new Promise((resolve, refuse) => {
        request(listening.address + path, { agent, headers: { authorization: `Bearer ${keys[key].text}` } }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', refuse)
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString()
            if (response.statusCode === 200) resolve(JSON.parse(text))
            else refuse(new Error(`${path} answered ${response.statusCode}: ${text}`))
          })
        })
          .on('error', refuse)
          .end()
      }),
    async close() {
      agent.destroy()
      await listening.close(0)
    },
  }
}
