import type { Example } from './describe-program-ledger.ts'

/** Command lines on money of suppliers, and statements of it. */
export const payableExamples: Readonly<Record<string, readonly Example[]>> = {
  'payables list': [{ line: 'payables list --on 2026-11-30', tells: 'what is owed to whom at the end of a month, by age' }],
  'payables entries': [{ line: 'payables entries NINGBO --kind goods --from 2026-11-01', tells: 'which goods make up an account' }],
  'payables fee': [
    {
      line: 'payables fee NINGBO --number F-7 --owner HARBOUR --bearer supplier --amount "80 CNY" --date 2026-11-24 --why "late delivery"',
      tells: 'it is taken off what we owe',
    },
  ],
  'statements list': [{ line: 'statements list --status disputed', tells: 'what a party does not agree with' }],
  'statements show': [{ line: 'statements show ST-2026-00001', tells: 'with its hash and what is disputed' }],
  'statements lines': [{ line: 'statements lines ST-2026-00001 --limit 1000 --json', tells: 'every line with its document' }],
  'statements export': [
    { line: 'statements export ST-2026-00001 --pdf statement.pdf --xlsx statement.xlsx', tells: 'to print, to send, to reckon with' },
    { line: 'statements export ST-2026-00001 --pdf 对账单.pdf --lang zh', tells: 'in Chinese' },
  ],
  'statements publish': [{ line: 'statements publish ST-2026-00001', tells: 'from now on its party sees it' }],
  'statements confirm': [{ line: 'statements confirm ST-2026-00001 --hash 36458e…', tells: 'as the supplier, by its key' }],
  'statements revise': [
    { line: 'statements revise ST-2026-00001 --why "the price was corrected"', tells: 'a new version, not published yet' },
  ],
  'statements approve': [{ line: 'statements approve ST-2026-00001 --hash 36458e…', tells: 'by another person' }],
  'statements generate': [
    { line: 'statements generate NINGBO --kind supplier --owner HARBOUR --currency CNY --until 2026-11-30', tells: 'of one account' },
  ],
  'statements run': [{ line: 'statements run --kind supplier --until 2026-11-30 --publish', tells: 'of a month, for all suppliers' }],
  'statements dispute': [
    { line: 'statements dispute ST-2026-00001 --hash 36458e… --line 3 --reason "two were broken"', tells: 'as the supplier, by its key' },
  ],
  'statements pay': [
    { line: 'statements pay ST-2026-00001 --hash 36458e… --amount "4000 CNY" --number PAY-7', tells: 'a part; the rest is left' },
  ],
}
