import { createPool } from 'mysql2/promise'
import { reserveAll } from '../../src/ledger/reserve.ts'
import { isHubError } from '../../src/model/errors.ts'
import { idMaker } from '../../src/model/id.ts'
import type { Database } from '../../src/store/database.ts'
import { insertMany } from '../../src/store/insert-many.ts'
import { jointWrites } from '../../src/store/joint-writes.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMysql } from '../../src/store/mysql.ts'
import { startMariadb } from '../../src/testing/private-mariadb.ts'
import { callers, middle, play, rounds, type Score } from './callers.ts'

/**
 * `npm run -s bench:ledger -- --only reservations`: reservations by 32 callers on a MariaDB of its own, on one article and spread over 10,000, against bare transactions of one UPDATE by as many callers on the same server. Both are
 * durable, and run in turns. Prints JSON; a run whose stock at the end is not what the callers were told is void, and ends with 1.
 */

const articles = 10_000
const stocked = 1_000_000_000
const tenant = 'default'
const piece = 1_000_000n

const spread = (caller: number, turn: number): string => `S${(caller * 7919 + turn * 104_729) % articles}`

async function fill(database: Database): Promise<void> {
  const names = ['HOT', 'FEW', ...Array.from({ length: articles }, (_, n) => `S${n}`)]
  for (let from = 0; from < names.length; from += 1000)
    await database.write(async (tx) => {
      await insertMany(
        tx,
        'stock',
        names.slice(from, from + 1000).map((product) => {
          const pieces = (product === 'FEW' ? 500n : BigInt(stocked)) * piece
          return {
            tenant,
            product,
            location: 'MAIN',
            owner: '',
            condition: 'sellable',
            lot: '',
            on_hand: pieces,
            as_of: 1,
            source: 'hub',
            reserved: 0n,
            in_transit: 0n,
            available: pieces,
            changed_at: 1,
          }
        }),
      )
    })
}

const server = await startMariadb({ settings: ['--max-connections=200'] })
const address = await server.database()
const database = await openMysql(address, { writers: callers })
await migrate(database)
await fill(database)
const bare = createPool({ uri: address, connectionLimit: callers })
await bare.query('create table bare (product varchar(64) primary key, available bigint not null) engine=InnoDB')
await bare.query('insert into bare select product, available from stock')

const newId = idMaker(() => Date.now())
const desk = { tenant, now: () => database.now(), newId }
const asked = (product: string) => ({ lines: [{ product, quantity: '1' }], channel: 'bench', holdForMs: 3_600_000, actor: 'bench' })
// as the API's command does
const reserve = jointWrites(database.write, (tx, asks: readonly ReturnType<typeof asked>[]) => reserveAll(tx, desk, asks))
const taken = new Map<string, bigint>()
const reserving = (productOf: typeof spread) =>
  play(server.pid(), async (caller, turn) => {
    const product = productOf(caller, turn)
    try {
      await reserve(asked(product))
    } catch (error) {
      if (isHubError(error) && error.detail.code === 'not-enough') return 'refused'
      throw error
    }
    taken.set(product, (taken.get(product) ?? 0n) + piece)
    return 'done'
  })
const updating = (productOf: typeof spread) =>
  play(server.pid(), async (caller, turn) => {
    const connection = await bare.getConnection()
    try {
      await connection.query('start transaction')
      const [result] = await connection.execute('update bare set available = available - ? where product = ? and available >= ?', [
        String(piece),
        productOf(caller, turn),
        String(piece),
      ])
      await connection.query('commit')
      return 'affectedRows' in result && result.affectedRows === 1 ? 'done' : 'refused'
    } finally {
      connection.release()
    }
  })

const hot = () => 'HOT'
const few = () => 'FEW'
const scores: Record<'spread' | 'bareSpread' | 'hot' | 'bareHot', Score[]> = { spread: [], bareSpread: [], hot: [], bareHot: [] }
// the first turn of each prepares statements on every connection, and counts for nothing
await updating(spread)
await reserving(spread)
for (let round = 0; round < rounds; round++) {
  scores.bareSpread.push(await updating(spread))
  scores.spread.push(await reserving(spread))
  scores.bareHot.push(await updating(hot))
  scores.hot.push(await reserving(hot))
}
const soldOut = await reserving(few)

const rows = await database.read
  .selectFrom('promise')
  .select(({ fn }) => ['product', fn.sum('quantity').as('quantity')])
  .where('tenant', '=', tenant)
  .where('counts_until', '>', 0)
  .groupBy('product')
  .execute()
const stored = new Map(rows.map(({ product, quantity }) => [product, BigInt(quantity ?? 0)]))
const wrong = [...new Set([...stored.keys(), ...taken.keys()])].filter((product) => stored.get(product) !== taken.get(product))
const oversold = (stored.get('FEW') ?? 0n) > 500n * piece
const perSecond = (name: keyof typeof scores) => middle(scores[name].map((score) => score.perSecond))
const cpuMicros = (name: keyof typeof scores) => middle(scores[name].map((score) => score.cpuMicros))
const failures = Object.values(scores)
  .flat()
  .reduce((sum, { failed }) => sum + failed, soldOut.failed)
const isVoid = wrong.length > 0 || oversold
process.stdout.write(
  `${JSON.stringify(
    {
      callers,
      articles,
      rounds,
      perSecond: { spread: perSecond('spread'), bareSpread: perSecond('bareSpread'), hot: perSecond('hot'), bareHot: perSecond('bareHot') },
      ratio: {
        spread: Number((perSecond('spread') / perSecond('bareSpread')).toFixed(2)),
        hot: Number((perSecond('hot') / perSecond('bareHot')).toFixed(2)),
      },
      cpuMicros: {
        spread: cpuMicros('spread'),
        bareSpread: cpuMicros('bareSpread'),
        hot: cpuMicros('hot'),
        bareHot: cpuMicros('bareHot'),
      },
      soldOut: { promised: soldOut.done, of: 500, refused: soldOut.refused },
      failures,
      void: isVoid,
      ...(isVoid ? { wrong: wrong.slice(0, 10), oversold } : {}),
      scores,
    },
    null,
    2,
  )}\n`,
)
await bare.end()
await database.close()
await server.stop()
if (isVoid || failures > 0) process.exitCode = 1
