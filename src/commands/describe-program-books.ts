import type { Example } from './describe-program-ledger.ts'

/** Command lines on books of money. */
export const bookExamples: Readonly<Record<string, readonly Example[]>> = {
  'books balances': [{ line: 'books balances --party NINGBO', tells: 'what is on all accounts of a supplier, currency by currency' }],
  'books accounts': [{ line: 'books accounts --book payable', tells: 'what every supplier is owed' }],
  'books account': [
    { line: 'books account deposit available --owner ACME --party M-7 --currency CNY', tells: 'what a merchant may spend' },
    { line: 'books account deposit available --owner ACME --party M-7 --currency CNY --at 2026-11-01T00:00:00Z', tells: 'as it was' },
  ],
  'books entries': [
    { line: 'books entries payable payable --owner ACME --party S-1 --currency CNY --period 2026-11', tells: 'a month of one supplier' },
  ],
  'books enter': [
    {
      line: 'books enter payable payable 1200.00 --owner ACME --party S-1 --currency CNY --opening --key open-S-1 --date 2026-10-31 --why "taken over"',
      tells: 'an opening balance, entered once',
    },
    {
      line: 'books enter payable payable 15.00 --owner ACME --party S-1 --currency CNY --less --key adj-4 --date 2026-11-20 --why "agreed by phone"',
      tells: 'an adjustment downwards',
    },
  ],
  'books reverse': [{ line: 'books reverse 01JD3Z8K4Q --date 2026-11-22 --why "typed twice"', tells: 'by a counter-entry; both stay' }],
  'books close': [{ line: 'books close payable 2026-10 --owner ACME --zone Asia/Shanghai', tells: 'October and all before it' }],
  'books open': [{ line: 'books open payable 2026-10 --owner ACME --why "invoice of a carrier"', tells: 'October and all after it' }],
  'books sums': [{ line: 'books sums', tells: 'zero, for every book and currency' }],
}
