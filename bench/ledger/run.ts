import { parseArgs } from 'node:util'

/** `npm run -s bench:ledger`: reservations, order numbers, transfers, statements on paper, then reads among a million documents and among a million entries; `--only reservations`, `numbers`, `transfers`, `statements`, `reads` or `balances` for one of them. Each prints a JSON document of its own. */
const { only } = parseArgs({ strict: false, options: { only: { type: 'string' } } }).values
const parts: Readonly<Record<string, () => Promise<unknown>>> = {
  reservations: () => import('./reservations.ts'),
  numbers: () => import('./numbers.ts'),
  transfers: () => import('./transfers.ts'),
  statements: () => import('./statements.ts'),
  reads: () => import('./reads.ts'),
  balances: () => import('./balances.ts'),
}
if (only !== undefined && !(String(only) in parts)) throw new Error(`--only ${only}: give ${Object.keys(parts).join(', ')}`)
for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part()
