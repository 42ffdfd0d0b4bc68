import { createPool } from 'mysql2/promise'
import { type AllotRequest, allotAll } from '../../src/ledger/numbers/allot.ts'
import { putScheme } from '../../src/ledger/numbers/put-scheme.ts'
import { defaultScheme } from '../../src/ledger/numbers/scheme.ts'
import { checkNumbers } from '../../src/ledger/verify/numbers.ts'
import { idMaker } from '../../src/model/id.ts'
import { workOnNumbers } from '../../src/pipeline/numbers.ts'
import { jointWrites } from '../../src/store/joint-writes.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMysql } from '../../src/store/mysql.ts'
import { startMariadb } from '../../src/testing/private-mariadb.ts'
import { callers, middle, play, rounds, type Score } from './callers.ts'

/**
 * `npm run -s bench:ledger -- --only numbers`: order numbers allotted to 32 callers on a MariaDB of its own, one a request, and in blocks of 100 that a caller leases by one request, against bare transactions of one UPDATE (begin,
 * UPDATE, commit) by as many callers on the same server, and against the same UPDATE as a statement that commits itself. All are durable, and run in turns. Prints JSON; a run in which a number was given twice, or the book is not what the callers were told, is void, and ends with 1.
 */

const rows = 10_000
const block = 100
const tenant = 'default'

const server = await startMariadb({ settings: ['--max-connections=200'] })
const address = await server.database()
const database = await openMysql(address, { writers: callers })
await migrate(database)
const bare = createPool({ uri: address, connectionLimit: callers })
await bare.query('create table bare (id int primary key, value bigint not null) engine=InnoDB')
await bare.query(`insert into bare select seq, 0 from seq_0_to_${rows - 1}`)

const silentBell = { ring: () => undefined, listen: async () => undefined, close: async () => undefined }
const context = { tenant, database, newId: idMaker(() => Date.now()), bell: silentBell }
const settings = { ...defaultScheme, format: 'W{ts:yyMMdd}{seq:8,day}{check:mod97}', low: 5000, high: 20_000 }
await database.write((tx) => workOnNumbers(tx, context, 'bench', (desk) => putScheme(desk, 'web', settings, undefined)))
// as the API's command does
const allot = jointWrites(
  database.write,
  async (tx, asks: readonly AllotRequest[]) => (await workOnNumbers(tx, context, 'bench', (desk) => allotAll(desk, asks))).result,
  { weight: ({ count }) => count },
)
const given: string[] = []
let asked = 0
const allotting = () =>
  play(server.pid(), async (caller) => {
    const { numbers } = await allot({ scheme: 'web', request: `r${asked++}`, holder: `caller-${caller}`, count: 1 })
    given.push(...numbers)
    return 'done'
  })
/** What is done is a block: its numbers are counted by {@link perSecond}. */
const leasing = () =>
  play(server.pid(), async (caller) => {
    const { numbers } = await allot({ scheme: 'web', request: `b${asked++}`, holder: `caller-${caller}`, count: block, block: true })
    given.push(...numbers)
    return 'done'
  })
const update = 'update bare set value = value + 1 where id = ?'
const rowOf = (caller: number, turn: number) => [(caller * 7919 + turn * 104_729) % rows]
const updating = () =>
  play(server.pid(), async (caller, turn) => {
    const connection = await bare.getConnection()
    try {
      await connection.query('start transaction')
      await connection.execute(update, rowOf(caller, turn))
      await connection.query('commit')
      return 'done'
    } finally {
      connection.release()
    }
  })
const updatingAtOnce = () =>
  play(server.pid(), async (caller, turn) => {
    await bare.execute(update, rowOf(caller, turn))
    return 'done'
  })

const turns = { updates: updating, statements: updatingAtOnce, allotments: allotting, blocks: leasing }
type Name = keyof typeof turns
const names = Object.keys(turns) as Name[]
const numbersIn: Readonly<Record<Name, number>> = { updates: 1, statements: 1, allotments: 1, blocks: block }
const scores: Record<Name, Score[]> = { updates: [], statements: [], allotments: [], blocks: [] }
// the first turn of each prepares statements on every connection, and counts for nothing
for (let round = 0; round <= rounds; round++)
  for (const name of names) {
    const score = await turns[name]()
    if (round > 0) scores[name].push(score)
  }

const book = await database.read
  .selectFrom('order_number')
  .select(({ fn }) => fn.countAll<number>().as('count'))
  .where('tenant', '=', tenant)
  .where('state', '=', 'locked')
  .executeTakeFirstOrThrow()
const { differences } = await checkNumbers(database.read, tenant, ['web'])
const twice = given.length - new Set(given).size
const isVoid = twice > 0 || Number(book.count) !== given.length || differences.length > 0
const perSecond = (name: Name) => middle(scores[name].map((score) => score.perSecond)) * numbersIn[name]
const cpuMicros = (name: Name) => middle(scores[name].map((score) => score.cpuMicros)) / numbersIn[name]
const ofAll = (figure: (name: Name) => number) => Object.fromEntries(names.map((name) => [name, Number(figure(name).toFixed(2))]))
const failures = Object.values(scores)
  .flat()
  .reduce((sum, { failed }) => sum + failed, 0)
process.stdout.write(
  `${JSON.stringify(
    {
      callers,
      rounds,
      block,
      perSecond: ofAll(perSecond),
      cpuMicros: ofAll(cpuMicros),
      ratio: ofAll((name) => perSecond(name) / perSecond('updates')),
      cpuRatio: ofAll((name) => cpuMicros('updates') / cpuMicros(name)),
      allotted: given.length,
      failures,
      void: isVoid,
      ...(isVoid ? { twice, locked: Number(book.count), differences } : {}),
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
