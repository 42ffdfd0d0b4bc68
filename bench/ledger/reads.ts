import { parseArgs } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { migrate } from '../../src/store/migrate.ts'
import { openMysql } from '../../src/store/mysql.ts'
import { orderLinesOf } from '../../src/store/order.ts'
import { purchasePage } from '../../src/store/purchase-list.ts'
import { salePage } from '../../src/store/sale.ts'
import { stockPage } from '../../src/store/stock.ts'
import { startMariadb } from '../../src/testing/private-mariadb.ts'
import { openApp, type Row } from './reads-app.ts'
import { copiesFor, fill } from './reads-fill.ts'
import { locations, productKey, seed, seedDocuments, tenant } from './reads-seed.ts'
import { type Contender, inTurns } from './turns.ts'

/**
 * `npm run -s bench:ledger -- --only reads`: how long the hub takes to read stock and orders among a million documents, against a SELECT of one row by its primary key on the same server, in turns. First in the store, then through
 * HTTP, against a route of the same app that does nothing but that SELECT. Prints JSON; a run in which an answer was not the expected row is void, and ends with 1.
 */
const { values } = parseArgs({
  strict: false,
  options: { documents: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '9' } },
})
const documents = Number(values.documents)
const rounds = Number(values.rounds)
const asks = 150
const products = 10_000

const server = await startMariadb({
  settings: ['--innodb-buffer-pool-size=4G', '--innodb-log-file-size=512M', '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'],
})
const [small, address] = [await server.database(), await server.database()]
const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const template = await openMysql(small)
await migrate(template)
await seed(template)
const orders = await template.read
  .selectFrom('order_state')
  .selectAll()
  .where('tenant', '=', tenant)
  .where('type', '=', 'sales-order')
  .execute()
const purchases = await template.read
  .selectFrom('order_state')
  .select('key')
  .where('tenant', '=', tenant)
  .where('type', '=', 'purchase-order')
  .execute()
await template.close()
const database = await openMysql(address)
await migrate(database)
const copies = copiesFor(documents)
say(`${copies * seedDocuments} documents are written …`)
const began = performance.now()
await fill(server.address, nameOf(small), nameOf(address), copies, products)
const fillSeconds = Math.round((performance.now() - began) / 1000)
say(`written in ${fillSeconds} s`)

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T
const copy = (): number => Math.floor(Math.random() * copies)
const anyOrder = () => {
  const [order, n] = [any(orders), copy()]
  return { key: `${order.key}-${n}`, number: `${order.number}-${n}`, total: BigInt(order.grand_total) }
}
const anyPlace = () => ({ product: productKey(Math.floor(Math.random() * products)), location: any(locations) })

const bare = await createConnection({ uri: address, supportBigNumbers: true, bigNumberStrings: true })
const rowsOf = async (sql: string, given: readonly string[]): Promise<readonly Row[]> =>
  (await bare.execute<RowDataPacket[]>(sql, [...given]))[0]
const { read } = database
const saleOf = async (key: string) => (await salePage(read, tenant, { keys: [key] }, undefined, 1))[0]
const app = await openApp(database)
const deepPlace = async (): Promise<{ at: number; key: string }> => {
  const { key } = anyOrder()
  const row = await saleOf(key)
  return { at: row?.placed_at ?? 0, key }
}
/** A page with the filters, in the middle of the whole list. */
const deepPages = await Promise.all(Array.from({ length: 20 }, deepPlace))
const cursor = ({ at, key }: { readonly at: number; readonly key: string }): string =>
  Buffer.from(JSON.stringify(['placed', String(at), key])).toString('base64url')

const page = 50
const isPage = (rows: readonly Row[] | undefined): boolean => rows?.length === page
const filter = { status: 'open', channel: 'app', payment: 'none' }
const query = 'status=open&channel=app&payment=none'
const contenders: readonly Contender[] = [
  {
    name: 'primary key: stock',
    base: 'primary key: stock',
    async ask() {
      const { product, location } = anyPlace()
      const [row] = await rowsOf(
        "select * from stock where tenant = ? and product = ? and location = ? and owner = '' and `condition` = 'sellable' and lot = ''",
        [tenant, product, location],
      )
      return row?.product === product && row.location === location
    },
  },
  {
    name: 'primary key: order',
    base: 'primary key: order',
    async ask() {
      const { key, number } = anyOrder()
      const [row] = await rowsOf("select * from document where tenant = ? and type = 'sales-order' and `key` = ?", [tenant, key])
      return row?.key === key && row.number === number
    },
  },
  {
    name: 'stock of a place',
    base: 'primary key: stock',
    async ask() {
      const place = anyPlace()
      const rows = await stockPage(read, tenant, place, undefined, 51)
      return rows.length === 1 && rows[0]?.product === place.product && rows[0].location === place.location
    },
  },
  {
    name: 'order: row of the list',
    base: 'primary key: order',
    async ask() {
      const { key, number, total } = anyOrder()
      const row = await saleOf(key)
      return row?.key === key && row.number === number && BigInt(row.grand_total) === total
    },
  },
  {
    name: 'order: row and lines',
    base: 'primary key: order',
    async ask() {
      const { key, total } = anyOrder()
      const [row, lines] = await Promise.all([saleOf(key), orderLinesOf(read, tenant, 'sales-order', [key])])
      return row?.key === key && BigInt(row.grand_total) === total && lines.length === 6
    },
  },
  {
    name: 'orders: first page',
    base: 'primary key: order',
    rows: page,
    ask: async () => isPage(await salePage(read, tenant, filter, undefined, page)),
  },
  {
    name: 'orders: deep page',
    base: 'primary key: order',
    rows: page,
    ask: async () => isPage(await salePage(read, tenant, filter, any(deepPages), page)),
  },
  {
    name: 'purchase: row of the list',
    base: 'primary key: order',
    async ask() {
      const key = `${any(purchases).key}-${copy()}`
      const [row] = await purchasePage(read, tenant, {}, key.slice(0, -1), 1)
      return row !== undefined && row.key >= key.slice(0, -1)
    },
  },
  {
    name: 'http primary key',
    base: 'http primary key',
    async ask() {
      const { key, number } = anyOrder()
      const row = await app.get(`/primary-key?key=${encodeURIComponent(key)}`)
      return row.key === key && row.number === number
    },
  },
  {
    name: 'http stock',
    base: 'http primary key',
    async ask() {
      const { product, location } = anyPlace()
      const { items } = await app.get(`/v1/stock?product=${product}&location=${location}`)
      return items?.length === 1 && items[0]?.product === product && items[0].location === location
    },
  },
  {
    name: 'http order',
    base: 'http primary key',
    async ask() {
      const { key, number } = anyOrder()
      const row = await app.get(`/v1/orders/one?key=${encodeURIComponent(key)}`)
      return row.key === key && row.number === number && Array.isArray(row.lines) && row.lines.length === 6
    },
  },
  {
    name: 'http orders: first page',
    base: 'http primary key',
    rows: page,
    ask: async () => isPage((await app.get(`/v1/orders?${query}`)).items),
  },
  {
    name: 'http orders: deep page',
    base: 'http primary key',
    rows: page,
    ask: async () => isPage((await app.get(`/v1/orders?${query}&after=${cursor(any(deepPages))}`)).items),
  },
  { name: 'http purchases', base: 'http primary key', rows: page, ask: async () => isPage((await app.get('/v1/purchase-orders')).items) },
]

const { wrong, measured } = await inTurns(contenders, rounds, asks, say)
const isVoid = wrong.length > 0
process.stdout.write(
  `${JSON.stringify({ documents: copies * seedDocuments, products, rounds, asks, fillSeconds, void: isVoid, ...(isVoid ? { wrong } : {}), measured }, null, 2)}\n`,
)
await app.close()
await bare.end()
await database.close()
await server.stop()
if (isVoid) process.exitCode = 1
