import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject, type JsonObject, parseJson } from '../../model/json.ts'
import { packageRoot } from '../../package-root.ts'
import { type DayPlan, planDay } from '../../simulator/day/plan.ts'
import { startMariadb } from '../../testing/private-mariadb.ts'
import type { OpenBooks } from '../house.ts'
import { type HubProcess, startHubProcess } from '../hub-process.ts'
import { type HarbourBooks, seedHarbour } from '../seed-books.ts'
import { hubPassword } from '../seed-company.ts'
import { type Services, startServices } from '../services.ts'
import { loginToTryton } from '../tryton-client.ts'
import { adminPassword, setUpTryton, startTryton } from '../tryton-server.ts'
import { installVendure } from './install.ts'
import { type ShopBooks, seedShop } from './seed-shop.ts'
import { loginToShop, type ShopClient } from './shop-client.ts'
import { planShopOrders, type ShopOrderPlan } from './shop-plan.ts'
import { hookSecret, type ShopServer, shopPassword, startShopServer } from './shop-server.ts'

export const connection = 'shop-vendure'
/** The storage location's code in Tryton, and so the name of Vendure's. */
const storageCode = 'STO'

/** A real Vendure and a real Tryton with a hub between them. */
export interface ShopHouse {
  readonly day: DayPlan
  readonly today: Date
  readonly orders: readonly ShopOrderPlan[]
  readonly articles: readonly string[]
  readonly hub: HubProcess
  readonly server: ShopServer
  readonly shop: ShopClient
  readonly books: ShopBooks
  readonly harbour: OpenBooks<HarbourBooks>
  /** id at the shop of each order that was placed, by its number in the plan */
  readonly placed: Map<number, string>
}
export interface ShopSystems {
  readonly house: ShopHouse
  readonly folder: string
  readonly flush?: () => Promise<unknown>
  close(keep: boolean): Promise<void>
}
export interface ShopOptions {
  readonly seed: number
  readonly count: number
  readonly embedded: boolean
  readonly node: string
}

/** Starts everything in one temporary folder. @throws Error when something does not start; the others are ended then */
export async function openShopHouse(options: ShopOptions, tell: (line: string) => void): Promise<ShopSystems> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-acceptance-vendure-'))
  const endings: (() => Promise<unknown>)[] = []
  const close = async (keep: boolean) => {
    for (const end of endings.toReversed()) await end()
    if (!keep) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const today = new Date()
    tell(`set-up in ${folder}`)
    const installed = await installVendure(options.node, tell)
    const day = planDay(options.seed, 0.1)
    const articles = day.articles.filter(({ opening }) => opening > 10)
    const template = await setUpTryton(folder)
    const tryton = await startTryton(folder, 'harbour', template)
    endings.push(tryton.stop)
    const people = await loginToTryton(tryton.address, 'harbour', 'admin', adminPassword)
    const harbour = { server: tryton, tryton: people, books: await seedHarbour(people, day.articles, today) }
    tell('Tryton is up with its books')
    const mariadb = await startMariadb({ settings: ['--character-set-server=utf8mb4'] })
    endings.push(mariadb.stop)
    const server = await startShopServer(folder, installed, options.node, await mariadb.database())
    endings.push(server.stop)
    const books = await seedShop(await loginToShop(server.address, 'superadmin', shopPassword), articles, storageCode)
    tell('Vendure is up with its articles')
    const services: Services = options.embedded ? {} : await startServices(endings)
    const hub = await startHubProcess({
      folder,
      workspace: writeWorkspace(folder, harbour.books),
      environment: {
        HARBOUR_URL: tryton.address,
        HARBOUR_PASSWORD: hubPassword,
        VENDURE_URL: server.address,
        VENDURE_PASSWORD: shopPassword,
        VENDURE_WEBHOOK_SECRET: hookSecret,
      },
      ...(services.database === undefined ? {} : { database: services.database }),
      ...(services.redis === undefined ? {} : { redis: services.redis }),
    })
    endings.push(hub.stop)
    const { current } = await hub.get(`/v1/connections/${connection}/hook`)
    const path = String(isObject(current) ? '' : current)
    await server.hook(path.startsWith('/') ? `${hub.address}${path}` : path)
    tell(`the hub is up on ${options.embedded ? 'SQLite' : 'MariaDB and Redis'}, and Vendure tells it what changes`)
    const codes = articles.map(({ code }) => code)
    const house: ShopHouse = {
      day,
      today,
      orders: planShopOrders(options.seed, options.count, codes),
      articles: codes,
      hub,
      server,
      shop: await loginToShop(server.address, 'superadmin', shopPassword),
      books,
      harbour,
      placed: new Map(),
    }
    return { house, folder, close, ...(services.flush === undefined ? {} : { flush: services.flush }) }
  } catch (error) {
    await close(true)
    throw error
  }
}

/** The workspace of this run in a folder of its own, with the ids of this database. */
function writeWorkspace(folder: string, harbour: HarbourBooks): string {
  const place = join(folder, 'workspace')
  mkdirSync(place)
  const text = readFileSync(join(packageRoot, 'workspaces', 'acceptance-vendure', 'crossdock.json'), 'utf8')
  const workspace = parseJson(text) as { readonly connections: Record<string, { readonly config: JsonObject }> } & JsonObject
  const erp = workspace.connections['harbour-erp']
  if (erp === undefined) throw new Error('workspaces/acceptance-vendure/crossdock.json has no connection harbour-erp')
  const config = {
    ...erp.config,
    company: harbour.company,
    stockLocation: harbour.storage,
    customerParty: harbour.customer,
    customerAddress: harbour.customerAddress,
  }
  const filled = { ...workspace, connections: { ...workspace.connections, 'harbour-erp': { ...erp, config } } }
  writeFileSync(join(place, 'crossdock.json'), `${JSON.stringify(filled, undefined, 2)}\n`)
  return place
}
