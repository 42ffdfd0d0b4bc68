import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { openBooks } from '../../src/ledger/books.ts'
import { postGroups } from '../../src/ledger/money/post.ts'
import { generateStatement } from '../../src/ledger/statements/generate.ts'
import { idMaker } from '../../src/model/id.ts'
import { mallocSettings, smallHeap } from '../../src/small-heap.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { middle } from './callers.ts'
import type { Written } from './statement-process.ts'

/**
 * `npm run -s bench:ledger -- --only statements [--lines 100000] [--rounds 3]`: a statement of so many lines as PDF and as XLSX, and one of 1,000, each written to a file by a process of its own from a SQLite store. Prints JSON: the most memory
 * that the process ever had, and what part of it the small statement needs. A file whose lines do not come to the hash of its statement is an error of the writer, and ends this with 1.
 */
const { values } = parseArgs({ strict: false, options: { lines: { type: 'string' }, rounds: { type: 'string' } } })
const most = Number(values.lines ?? 100_000)
const rounds = Number(values.rounds ?? 3)
const sizes = { small: 1000, large: most } as const
const [tenant, batch] = ['default', 500]

const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-statements-'))
const file = join(folder, 'hub.db')
const run = promisify(execFile)

/** Fills the store with the lines of one party and answers the number of their statement. */
async function fill(party: string, lines: number): Promise<string> {
  const database = await openSqlite(file)
  try {
    await migrate(database)
    const newId = idMaker(() => Date.now())
    const now = await database.now()
    for (let from = 0; from < lines; from += batch)
      await database.write(async (tx) =>
        postGroups(
          { tx, tenant, now, newId },
          Array.from({ length: Math.min(batch, lines - from) }, (_, place) => {
            const line = from + place
            const key = `erp/GR-2026-${String(line).padStart(6, '0')}`
            const posting = {
              ...{ key: `${party} ${line}`, book: 'payable', owner: 'us', currency: 'CNY', kind: line % 7 === 0 ? 'return' : 'goods' },
              ...{ debit: { party: '', kind: 'goods' }, credit: { party, kind: 'payable' } },
              ...{ amount: `${1 + ((line * 7919) % 100_000)}.${String(line % 100).padStart(2, '0')}` },
              ...{ businessDate: `2026-11-${String(1 + (line % 30)).padStart(2, '0')}`, ref: { type: 'goods-receipt', key, line: '1' } },
            }
            return { postings: [posting], actor: 'bench', forced: true }
          }),
        ),
      )
    const asked = { kind: 'supplier', owner: 'us', party, currency: 'CNY', until: '2026-11-30' } as const
    const { key, line_count } = await database.write(async (tx) =>
      generateStatement(await openBooks(tx, { tenant, now: Date.parse('2026-12-01T09:00:00Z'), newId, revision: 'bench' }), {
        ...asked,
        author: { actor: 'bench', why: null },
      }),
    )
    if (line_count !== lines) throw new Error(`void: the statement has ${line_count} lines, not ${lines}`)
    return key
  } finally {
    await database.close()
  }
}

const write = async (number: string, form: string): Promise<Written> => {
  const program = join(import.meta.dirname, 'statement-process.ts')
  const { stdout } = await run(process.execPath, [...smallHeap, program, file, number, form, join(folder, `a.${form}`)], {
    env: { ...mallocSettings, ...process.env },
  })
  return JSON.parse(stdout) as Written
}

try {
  const numbers = { small: await fill('SMALL', sizes.small), large: await fill('LARGE', sizes.large) }
  const found = Object.fromEntries(['pdf', 'xlsx'].map((form) => [form, { small: [] as Written[], large: [] as Written[] }]))
  for (let round = 0; round < rounds; round++)
    for (const [form, of] of Object.entries(found))
      for (const size of ['small', 'large'] as const) of[size].push(await write(numbers[size], form))
  const short = (value: number) => Number(value.toPrecision(3))
  const figures = Object.entries(found).map(([form, { small, large }]) => {
    const mb = { small: middle(small.map(({ mostMb }) => mostMb)), large: middle(large.map(({ mostMb }) => mostMb)) }
    const seconds = middle(large.map(({ ms }) => ms)) / 1000
    return [
      form,
      {
        mostMb: { small: short(mb.small), large: short(mb.large) },
        largeVsSmall: short(mb.large / mb.small),
        linesPerSecond: Math.round(sizes.large / seconds),
        fileMb: short((large[0]?.bytes ?? 0) / 1e6),
      },
    ]
  })
  process.stdout.write(`${JSON.stringify({ bench: 'statements', lines: sizes, rounds, ...Object.fromEntries(figures) }, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
