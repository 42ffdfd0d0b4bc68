import { parseArgs } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { accountId } from '../../src/ledger/money/account.ts'
import { postGroups } from '../../src/ledger/money/post.ts'
import { checkAccounts, checkBooks } from '../../src/ledger/verify/money.ts'
import { idMaker } from '../../src/model/id.ts'
import { findAccounts } from '../../src/store/account.ts'
import { entryPage, lastEntryBy } from '../../src/store/account-page.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMysql } from '../../src/store/mysql.ts'
import { startMariadb } from '../../src/testing/private-mariadb.ts'
import { openApp } from './reads-app.ts'
import { tenant } from './reads-seed.ts'
import { type Contender, inTurns } from './turns.ts'

/**
 * `npm run -s bench:ledger -- --only balances`: how long the hub takes to read balances among a million entries, half of them on one account, against a SELECT of one account by its primary key on the same server, in turns. First in the
 * store, then through HTTP, against a route of the same app that does nothing but that SELECT. The books are checked before. Prints JSON; a run in which an answer was not the expected one is void, and ends with 1.
 */
const { values } = parseArgs({
  strict: false,
  options: { entries: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '9' } },
})
const rounds = Number(values.rounds)
const asks = 150
const parties = 1000
/** top-ups of each party, an entry on its account and one on that of the bank */
const each = Math.max(2, Math.ceil(Number(values.entries) / parties / 2))
const base = Date.parse('2025-01-01T00:00:00Z')
const everyMs = 60_000
const units = 10_000n

const server = await startMariadb({
  settings: ['--innodb-buffer-pool-size=4G', '--innodb-log-file-size=512M', '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'],
})
const address = await server.database()
const database = await openMysql(address)
await migrate(database)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

// the ledger opens the accounts, and posts the first top-up of each; the others are these again
const common = { book: 'deposit', owner: 'us', currency: 'CNY' }
const available = (party: string) => ({ party, kind: 'available' })
const bank = { party: '', kind: 'bank' }
const day = (at: number) => new Date(at).toISOString().slice(0, 10)
const newId = idMaker(() => base)
await database.write((tx) =>
  postGroups(
    { tx, tenant, now: base, newId },
    Array.from({ length: parties }, (_, n) => ({
      postings: [
        {
          ...{
            key: `top-up ${n}`,
            ...common,
            debit: bank,
            credit: available(`M${n}`),
            amount: '1',
            kind: 'top-up',
            businessDate: day(base),
          },
        },
      ],
      actor: 'bench',
      forced: true,
    })),
  ),
)
const bare = await createConnection({ uri: address, supportBigNumbers: true, bigNumberStrings: true, timezone: 'Z' })
await bare.query("set time_zone = '+00:00'")
const turn = 'cast(s.seq as signed)'
const nth = `(${turn} * ${parties} + cast(substr(a.party, 2) as signed))`
const at = `(${base} + ${nth} * ${everyMs})`
const date = `date_format(from_unixtime(${at} div 1000), '%Y-%m-%d')`
const ofParties = `from account as a join seq_1_to_${each - 1} as s where a.tenant = '${tenant}' and a.party <> ''`
const id = `concat('01', lpad(${nth}, 24, '0'))`
const bankId = accountId({ ...common, ...bank })
const began = performance.now()
await bare.query(
  `insert into transfer (tenant, id, \`key\`, book, owner, debit, credit, amount, currency, kind, business_date, period, at, ref_type, ref_key, ref_line, reverses, forced, actor, why)
   select a.tenant, ${id}, concat('top-up ', ${nth}), a.book, a.owner, '${bankId}', a.id, ${units}, a.currency, 'top-up', ${date}, left(${date}, 7), ${at}, null, null, null, null, 1, 'bench', null ${ofParties}`,
)
const entryColumns = 'tenant, account, seq, transfer, amount, balance, kind, business_date, period, at'
await bare.query(
  `insert into entry (${entryColumns}) select a.tenant, a.id, ${turn} + 1, ${id}, -${units}, -${units} * (${turn} + 1), 'top-up', ${date}, left(${date}, 7), ${at} ${ofParties}`,
)
await bare.query(
  `insert into entry (${entryColumns}) select a.tenant, '${bankId}', ${nth} + 1, ${id}, ${units}, ${units} * (${nth} + 1), 'top-up', ${date}, left(${date}, 7), ${at} ${ofParties}`,
)
await bare.query(`update account set entries = ${each}, balance = -${units} * ${each} where party <> ''`)
await bare.query(`update account set entries = ${each * parties}, balance = ${units} * ${each * parties} where id = '${bankId}'`)
for (const table of ['account', 'transfer', 'entry']) await bare.query(`analyze table ${table}`)
say(`${each * parties * 2} entries written in ${Math.round((performance.now() - began) / 1000)} s`)
const checked = [bankId, ...Array.from({ length: 20 }, (_, n) => accountId({ ...common, ...available(`M${n * 7}`) }))]
const differences = [
  ...(await checkBooks(database.read, tenant)).differences,
  ...(await checkAccounts(database.read, tenant, checked)).differences,
]

const { read } = database
const any = (most: number): number => Math.floor(Math.random() * most)
const anyParty = () => ({ ...common, ...available(`M${any(parties)}`) })
const theBank = { ...common, ...bank }
/** A time, and how many entries the bank's account has by then. */
const anyTime = () => {
  const count = parties + any((each - 1) * parties)
  return { at: base + (count - 1) * everyMs, count }
}
const query = ({ book, owner, party, kind, currency }: ReturnType<typeof anyParty>): string =>
  `book=${book}&owner=${owner}&kind=${kind}&currency=${currency}${party === '' ? '' : `&party=${party}`}`
const app = await openApp(database)
const page = 50
const pk = 'primary key: account'
const httpPk = 'http primary key: account'
const contenders: readonly Contender[] = [
  {
    ...{ name: pk, base: pk },
    async ask() {
      const name = anyParty()
      const [[row]] = await bare.execute<RowDataPacket[]>('select * from account where tenant = ? and id = ?', [tenant, accountId(name)])
      return row?.party === name.party
    },
  },
  {
    ...{ name: 'balance', base: pk },
    async ask() {
      const [row] = await findAccounts(read, tenant, [accountId(anyParty())])
      return BigInt(row?.balance ?? 0) === -units * BigInt(each)
    },
  },
  {
    ...{ name: 'balance at a time, of half a million entries', base: pk },
    async ask() {
      const { at, count } = anyTime()
      const row = await lastEntryBy(read, tenant, bankId, at)
      return row?.seq === count && BigInt(row.balance) === units * BigInt(count)
    },
  },
  {
    ...{ name: 'statement page', base: pk, rows: page },
    ask: async () => (await entryPage(read, tenant, accountId(anyParty()), {}, page)).length === page,
  },
  {
    ...{ name: 'statement page, of half a million entries', base: pk, rows: page },
    ask: async () => (await entryPage(read, tenant, bankId, { before: page + 1 + any(parties * each) }, page)).length === page,
  },
  {
    ...{ name: httpPk, base: httpPk },
    async ask() {
      const name = anyParty()
      return (await app.get(`/primary-key/account?id=${accountId(name)}`)).party === name.party
    },
  },
  {
    ...{ name: 'http balance', base: httpPk },
    ask: async () => (await app.get(`/v1/accounts/one?${query(anyParty())}`)).balance === `${each}.00`,
  },
  {
    ...{ name: 'http balance at a time, of half a million entries', base: httpPk },
    async ask() {
      const { at, count } = anyTime()
      return (await app.get(`/v1/accounts/one?${query(theBank)}&at=${new Date(at).toISOString()}`)).entries === count
    },
  },
  {
    ...{ name: 'http statement page', base: httpPk, rows: page },
    ask: async () => (await app.get(`/v1/accounts/entries?${query(anyParty())}&limit=${page}`)).items?.length === page,
  },
]
const { wrong, measured } = await inTurns(contenders, rounds, asks, say)
const isVoid = wrong.length > 0 || differences.length > 0
process.stdout.write(
  `${JSON.stringify({ entries: each * parties * 2, accounts: parties + 1, rounds, asks, void: isVoid, ...(isVoid ? { wrong, differences } : {}), measured }, null, 2)}\n`,
)
await app.close()
await bare.end()
await database.close()
await server.stop()
if (isVoid) process.exitCode = 1
