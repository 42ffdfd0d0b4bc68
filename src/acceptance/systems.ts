import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject } from '../model/json.ts'
import { type Credentials, seededCredentials } from '../simulator/day/credentials.ts'
import type { DayPlan } from '../simulator/day/plan.ts'
import { type ShopName, shopNames } from '../simulator/day/plan-sizes.ts'
import type { House, OpenBooks } from './house.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'
import { seedHarbour, seedNingbo } from './seed-books.ts'
import { hubPassword } from './seed-company.ts'
import { type Services, startServices } from './services.ts'
import { type Shops, startShops } from './shops.ts'
import { loginToTryton, type TrytonClient } from './tryton-client.ts'
import { adminPassword, setUpTryton, startTryton } from './tryton-server.ts'
import { copyWorkspace } from './workspace-copy.ts'

/** Everything that runs for one day, in one temporary folder. */
export interface Systems {
  readonly house: House
  /** the folder with the logs; gone after `close` unless it is kept */
  readonly folder: string
  /** empties Redis; absent when the hub runs without it */
  readonly flush?: () => Promise<unknown>
  /** ends every process by its id, the last started first */
  close(keep: boolean): Promise<void>
}

/** Starts the two Trytons with their books, the shops, MariaDB and Redis unless `embedded`, and the hub. @throws Error when one does not start; the others are ended then */
export async function openSystems(plan: DayPlan, embedded: boolean, tell: (line: string) => void): Promise<Systems> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-acceptance-'))
  const endings: (() => Promise<unknown>)[] = []
  const close = async (keep: boolean) => {
    for (const end of endings.toReversed()) await end()
    if (!keep) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const today = new Date()
    tell(`set-up in ${folder}`)
    const template = await setUpTryton(folder)
    const books = async <B>(database: string, seed: (tryton: TrytonClient) => Promise<B>): Promise<OpenBooks<B>> => {
      const server = await startTryton(folder, database, template)
      endings.push(server.stop)
      const tryton = await loginToTryton(server.address, database, 'admin', adminPassword)
      return { server, tryton, books: await seed(tryton) }
    }
    const [harbour, ningbo] = await Promise.all([
      books('harbour', (tryton) => seedHarbour(tryton, plan.articles, today)),
      books('ningbo', (tryton) => seedNingbo(tryton, plan.articles, today)),
    ])
    tell('both Trytons are up with their books')
    const credentials = seededCredentials(plan.seed)
    const shops = await startShops(plan.articles, credentials.shops, plan.seed)
    endings.push(shops.close)
    const services: Services = embedded ? {} : await startServices(endings)
    const hub = await startHubProcess({
      folder,
      workspace: copyWorkspace(folder, harbour.books, ningbo.books),
      environment: environmentOf(harbour.server.address, ningbo.server.address, shops, credentials),
      ...(services.database === undefined ? {} : { database: services.database }),
      ...(services.redis === undefined ? {} : { redis: services.redis }),
    })
    endings.push(hub.stop)
    await shops.subscribe(await hookAddresses(hub))
    tell(`the hub is up on ${embedded ? 'SQLite' : 'MariaDB and Redis'}`)
    const house: House = { plan, today, hub, shops, harbour, ningbo, purchases: new Map() }
    return { house, folder, close, ...(services.flush ? { flush: services.flush } : {}) }
  } catch (error) {
    await close(true)
    throw error
  }
}

function environmentOf(harbour: string, ningbo: string, shops: Shops, credentials: Credentials): Record<string, string> {
  const shop = (name: ShopName): readonly (readonly [string, string])[] => {
    const prefix = name.toUpperCase().replace('-', '_')
    const { consumerKey, consumerSecret, webhookSecret } = credentials.shops[name]
    return [
      [`${prefix}_URL`, shops.of[name].shop.url],
      [`${prefix}_KEY`, consumerKey],
      [`${prefix}_SECRET`, consumerSecret],
      [`${prefix}_WEBHOOK_SECRET`, webhookSecret],
    ]
  }
  return Object.fromEntries([
    ['HARBOUR_URL', harbour],
    ['HARBOUR_PASSWORD', hubPassword],
    ['NINGBO_URL', ningbo],
    ['NINGBO_PASSWORD', hubPassword],
    ...shopNames.flatMap(shop),
  ])
}

async function hookAddresses(hub: HubProcess): Promise<Record<ShopName, string>> {
  const of = async (name: ShopName) => {
    const { current } = await hub.get(`/v1/connections/${name}/hook`)
    const address = String(isObject(current) ? '' : current)
    return address.startsWith('/') ? `${hub.address}${address}` : address
  }
  return { 'shop-us': await of('shop-us'), 'shop-eu': await of('shop-eu') }
}
