import { createPool } from 'mysql2/promise'
import { postGroups } from '../../src/ledger/money/post.ts'
import type { Posting, PostingGroup } from '../../src/ledger/money/posting.ts'
import { checkBooks } from '../../src/ledger/verify/money.ts'
import { idMaker } from '../../src/model/id.ts'
import { jointWrites } from '../../src/store/joint-writes.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMysql } from '../../src/store/mysql.ts'
import { startMariadb } from '../../src/testing/private-mariadb.ts'
import { callers, middle, play, rounds, type Score } from './callers.ts'

/**
 * `npm run -s bench:ledger -- --only transfers`: money frozen on deposits by 32 callers on a MariaDB of its own, on one merchant's and spread over 10,000, against bare transactions of one UPDATE by as many callers on the same
 * server. Both are durable, and run in turns. Prints JSON; a run whose books at the end are not what the callers were told is void, and ends with 1.
 */

const merchants = 10_000
const tenant = 'default'
const toppedUp = 1_000_000

const server = await startMariadb({ settings: ['--max-connections=200'] })
const address = await server.database()
const database = await openMysql(address, { writers: callers })
await migrate(database)
const newId = idMaker(() => Date.now())
const transfer = (key: string, debit: Posting['debit'], credit: Posting['credit'], amount: string): PostingGroup => ({
  postings: [{ key, book: 'deposit', owner: 'us', currency: 'CNY', debit, credit, amount, kind: 'freeze', businessDate: '2026-11-30' }],
  actor: 'bench',
})
const available = (party: string) => ({ party, kind: 'available' })
for (let from = 0; from < merchants; from += 500)
  await database.write(async (tx) =>
    postGroups(
      { tx, tenant, now: await database.now(), newId },
      Array.from({ length: 500 }, (_, n) => ({
        ...transfer(`top-up ${from + n}`, { party: '', kind: 'bank' }, available(`M${from + n}`), String(toppedUp)),
        forced: true,
      })),
    ),
  )
const bare = createPool({ uri: address, connectionLimit: callers })
await bare.query('create table bare (party varchar(64) primary key, balance bigint not null) engine=InnoDB')
await bare.query(`insert into bare select concat('M', seq), ${toppedUp} from seq_0_to_${merchants - 1}`)

const post = jointWrites(database.write, async (tx, asks: readonly PostingGroup[]) =>
  (await postGroups({ tx, tenant, now: await database.now(), newId }, asks)).map((outcome) =>
    outcome.kind === 'refused' ? { refused: outcome.error } : { done: outcome.kind },
  ),
)
let posted = 0
let asked = 0
type PartyOf = (caller: number, turn: number) => string
const posting = (partyOf: PartyOf) =>
  play(server.pid(), async (caller, turn) => {
    const party = partyOf(caller, turn)
    await post(transfer(`freeze ${asked++}`, available(party), { party, kind: 'frozen' }, '0.01'))
    posted++
    return 'done'
  })
const updating = (partyOf: PartyOf) =>
  play(server.pid(), async (caller, turn) => {
    const connection = await bare.getConnection()
    try {
      await connection.query('start transaction')
      await connection.execute('update bare set balance = balance - 1 where party = ? and balance >= 1', [partyOf(caller, turn)])
      await connection.query('commit')
      return 'done'
    } finally {
      connection.release()
    }
  })

const spread: PartyOf = (caller, turn) => `M${(caller * 7919 + turn * 104_729) % merchants}`
const hot: PartyOf = () => 'M0'
const scores: Record<'spread' | 'bareSpread' | 'hot' | 'bareHot', Score[]> = { spread: [], bareSpread: [], hot: [], bareHot: [] }
// the first turn of each prepares statements on every connection, and counts for nothing
await updating(spread)
await posting(spread)
for (let round = 0; round < rounds; round++) {
  scores.bareSpread.push(await updating(spread))
  scores.spread.push(await posting(spread))
  scores.bareHot.push(await updating(hot))
  scores.hot.push(await posting(hot))
}

const frozen = await database.read
  .selectFrom('account')
  .select(({ fn }) => fn.sum<number>('balance').as('sum'))
  .where('tenant', '=', tenant)
  .where('kind', '=', 'frozen')
  .executeTakeFirstOrThrow()
const { differences } = await checkBooks(database.read, tenant)
const isVoid = -BigInt(frozen.sum) !== BigInt(posted) * 100n || differences.length > 0
const median = (name: keyof typeof scores, figure: 'perSecond' | 'cpuMicros') => middle(scores[name].map((score) => score[figure]))
const all = (figure: 'perSecond' | 'cpuMicros') => ({
  spread: median('spread', figure),
  bareSpread: median('bareSpread', figure),
  hot: median('hot', figure),
  bareHot: median('bareHot', figure),
})
const failures = Object.values(scores)
  .flat()
  .reduce((sum, { failed }) => sum + failed, 0)
process.stdout.write(
  `${JSON.stringify(
    {
      callers,
      merchants,
      rounds,
      perSecond: all('perSecond'),
      ratio: {
        spread: Number((median('spread', 'perSecond') / median('bareSpread', 'perSecond')).toFixed(2)),
        hot: Number((median('hot', 'perSecond') / median('bareHot', 'perSecond')).toFixed(2)),
      },
      cpuMicros: all('cpuMicros'),
      posted,
      failures,
      void: isVoid,
      ...(isVoid ? { frozen: String(frozen.sum), differences } : {}),
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
