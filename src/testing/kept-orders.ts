import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HubConfig } from '../config.ts'
import { envelopeRow, receiptRow } from '../http/test-rows.ts'
import { openHub } from '../main.ts'
import { sha256 } from '../model/id.ts'
import type { JsonObject } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { ingest } from '../pipeline/ingest.ts'
import { insertEnvelopes } from '../store/envelope.ts'
import { readyLanes } from '../store/lane.ts'
import { insertReceipts } from '../store/receipt.ts'
import { type TestShell, testShell } from './test-shell.ts'

/** A workspace with a WooCommerce shop whose orders came in and were applied; no hub runs, so commands open the store themselves. */
export interface KeptOrders {
  readonly folder: string
  /** the mapping of orders as text, edited */
  edited(edit: (mapping: EditedMapping) => void): string
  readonly shell: TestShell
  close(): void
}
export interface EditedMapping {
  version: string
  readonly fields: Record<string, unknown>
  readonly lookups: Record<string, Record<string, string>>
}

const order = (): JsonObject => {
  const file = join(packageRoot, 'connectors', 'woocommerce', 'fixtures', 'answers', 'orders.json')
  return JSON.parse(readFileSync(file, 'utf8'))[0]
}

/** @param orders what each order has in other words than the vendor's example, @param change what the workspace's mapping of orders has in other words than the program's */
export async function keptOrders(orders: readonly JsonObject[], change: (mapping: EditedMapping) => void = () => {}): Promise<KeptOrders> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-kept-'))
  const config = {
    url: 'https://shop.example',
    consumerKey: 'ck_1234567',
    consumerSecret: 'cs_1234567',
    webhookSecret: 'hook_1234567',
    timeZone: 'America/New_York',
  }
  writeFileSync(
    join(folder, 'crossdock.json'),
    JSON.stringify({ tenant: 'default', connections: { shop: { connector: 'woocommerce', books: 'HARBOUR', config } }, routes: [] }),
  )
  mkdirSync(join(folder, 'mappings', 'woocommerce'), { recursive: true })
  const given = readFileSync(join(packageRoot, 'mappings', 'woocommerce', 'order.json'), 'utf8')
  const edited: KeptOrders['edited'] = (edit) => {
    const file = JSON.parse(given) as EditedMapping
    edit(file)
    return JSON.stringify(file, undefined, 2)
  }
  writeFileSync(join(folder, 'mappings', 'woocommerce', 'order.json'), edited(change))
  const open = (config: HubConfig) => openHub(config, { env: {} })
  const hub = await open({ workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false })
  const { context } = hub
  const texts = orders.map((one, index) => JSON.stringify({ ...order(), id: 700 + index, number: String(700 + index), ...one }))
  await context.database.write(async (tx) => {
    const { tenant } = context
    await insertReceipts(
      tx,
      texts.map((text, index) => receiptRow(tenant, `R${index}`, text, { connection: 'shop' })),
    )
    await insertEnvelopes(
      tx,
      texts.map((text, index) =>
        envelopeRow(tenant, `E${index}`, {
          connection: 'shop',
          receipt: `R${index}`,
          key: String(700 + index),
          body_hash: sha256(text),
          state: 'received',
          settled_at: null,
          revision: null,
          slices: JSON.stringify([{ receipt: `R${index}`, from: 0, to: Buffer.byteLength(text) }]),
        }),
      ),
    )
    await readyLanes(tx, tenant, 'ingest', ['1'], 0)
  })
  await ingest(context, 1)
  await hub.close()
  return {
    folder,
    edited,
    shell: testShell({ folder, env: { CROSSDOCK_WORKSPACE: folder, CROSSDOCK_DATA: join(folder, 'data') }, openLocal: open }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
