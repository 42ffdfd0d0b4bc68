import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import { mutants } from './list.ts'

/** `node src/testing/mutants/table.ts --write` brings the table of the invariants in ARCHITECTURE.md up to date; without it the table is printed. */

const page = join(packageRoot, 'ARCHITECTURE.md')
const begin = '<!-- invariants -->'
const end = '<!-- /invariants -->'

interface Invariant {
  readonly id: string
  readonly holds: string
  /** tests that hold it as well and have no mutant of their own */
  readonly also?: readonly string[]
}

/** What the hub promises, in the order of the page; `input` for the limits on what comes from outside. */
export const invariants: readonly Invariant[] = [
  { id: '1', holds: 'acknowledged only after the commit; a checkpoint commits with its receipts', also: ['src/pipeline/crash.test.ts'] },
  { id: '2', holds: 'the same thing has effect once; records without version are compared with the last of their key only' },
  { id: '3', holds: 'effect, journal, outbox and state commit together', also: ['src/pipeline/crash.test.ts'] },
  { id: '4', holds: 'order per key; a retrying head holds only its own key; every lane makes progress' },
  {
    id: '5',
    holds: 'an older version never overwrites a newer one; an echo of our own write makes no version',
    also: ['src/ledger/permutation.test.ts'],
  },
  { id: '6', holds: 'a state is rendered when it is sent, superseded ones never are' },
  { id: '7', holds: 'a command freezes its bytes and its effect key, and happens once at the partner' },
  { id: '8', holds: 'every transfer balances, no command leaves an account below its floor; stock: a sale is subtracted exactly once' },
  { id: '9', holds: "money and quantities are exact; a partner's numbers keep their digits" },
  { id: '10', holds: 'nothing is dropped silently: every envelope has a state and a reason', also: ['src/http/resources.test.ts'] },
  { id: '11', holds: 'every value can be traced to its bytes, mapping line and time' },
  {
    id: '12',
    holds: 'killing any process, flushing the bell, or restarting the store loses and doubles nothing',
    also: ['src/pipeline/crash.test.ts', 'src/store/sqlite.test.ts'],
  },
  { id: '13', holds: 'tenants see only their own rows; secrets appear nowhere; a webhook is judged on its raw bytes' },
  { id: 'input', holds: 'what comes from outside has limits and executes nothing' },
]

/** The table as Markdown, without the marks around it. */
export function invariantTable(): string {
  const rows = invariants.map(({ id, holds, also = [] }) => {
    const own = mutants.filter(({ invariant }) => invariant === id)
    const tests = [...new Set([...own.map(({ test }) => test.file), ...also])].map((file) => file.replace(/^src\/(.*)\.test\.ts$/, '$1'))
    return `| ${id} | ${holds} | ${tests.join(', ')} | ${own.map(({ name }) => name).join(', ')} |`
  })
  return ['| invariant | what holds | tests | mutants |', '|---|---|---|---|', ...rows].join('\n')
}

/** The page with the table of now. @throws Error when it does not have each mark once, in their order */
export function withTable(text: string): string {
  const [before, rest, ...more] = text.split(begin)
  const [, after, ...others] = rest?.split(end) ?? []
  if (before === undefined || after === undefined || more.length + others.length > 0)
    throw new Error(`ARCHITECTURE.md must have ${begin} and ${end} once each, around the table of the invariants`)
  return `${before}${begin}\n${invariantTable()}\n${end}${after}`
}

export const readPage = (): string => readFileSync(page, 'utf8')

if (import.meta.main) {
  if (process.argv.includes('--write')) writeFileSync(page, withTable(readPage()))
  else process.stdout.write(`${invariantTable()}\n`)
}
