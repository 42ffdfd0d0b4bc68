import type { Example } from './describe-program-ledger.ts'

/** Command lines on order numbers. */
export const numberExamples: Readonly<Record<string, readonly Example[]>> = {
  'numbers schemes': [{ line: 'numbers schemes', tells: 'with their formats, and whether they make and allot numbers' }],
  'numbers put': [
    { line: 'numbers put web web.json', tells: 'web.json: {"format": "W{ts:yyMMdd,Asia/Shanghai}{seq:6,day}{check:mod97}"}' },
  ],
  'numbers stop': [
    { line: 'numbers stop web --why "format changes"', tells: 'make no more; what is there is allotted' },
    { line: 'numbers stop web --business --why "no trucks"', tells: 'allot no more' },
  ],
  'numbers resume': [{ line: 'numbers resume web --business', tells: 'allot again' }],
  'numbers stats': [{ line: 'numbers stats web', tells: 'the counter' }],
  'numbers log': [{ line: 'numbers log web --json', tells: 'every decision with the figures it was made from' }],
  'numbers allot': [
    { line: 'numbers allot web checkout-4711 web-shop', tells: 'one number; repeated, the same one' },
    { line: 'numbers allot web till-2026-11-30 till-7 --count 500 --block --lease 1d', tells: 'a block for a till that may be offline' },
  ],
  'numbers complete': [{ line: 'numbers complete web checkout-4711 W26113000000142=129.90', tells: 'with the amount of the business' }],
  'numbers release': [
    { line: 'numbers release web checkout-4711 --why "cart left"', tells: 'all numbers of the request' },
    { line: 'numbers release web till-2026-11-30 --unused', tells: 'what is left of a block' },
  ],
  'numbers renew': [{ line: 'numbers renew web checkout-4711 --lease 2h', tells: 'before the lease ends' }],
  'numbers show': [{ line: 'numbers show web W26113000000142', tells: 'with its history' }],
  'numbers signal': [
    { line: 'numbers signal advertising 3 --scheme web --source "spring sale"', tells: 'three times as many are expected' },
  ],
  'numbers responses': [{ line: 'numbers responses web', tells: 'who has to do what' }],
  'numbers settle': [
    { line: 'numbers settle 01JD3Z8K4Q open', tells: 'approve it' },
    { line: 'numbers settle 01JD3Z8K4Q done --outcome "two trucks more"', tells: 'what came of it' },
  ],
}
