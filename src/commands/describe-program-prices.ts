import type { Example } from './describe-program-ledger.ts'

/** Command lines on tiers of merchants and what goods cost them. */
export const priceExamples: Readonly<Record<string, readonly Example[]>> = {
  'tiers list': [{ line: 'tiers list', tells: 'with the price lists that hold for each' }],
  'tiers put': [
    { line: 'tiers put GOLD "Gold merchants" --level 1 --lists gold-cny,standard-cny', tells: 'the first list that has a price counts' },
  ],
  'tiers assign': [
    { line: 'tiers assign M-7 GOLD --from 2026-12-01 --why "1,000 orders a month"', tells: 'holds once another person approved it' },
  ],
  'tiers approve': [
    { line: 'tiers approve hub/M-7/GOLD/2026-12-01 --seen 1 --url https://hub.example', tells: 'with the key of another person' },
  ],
  'tiers reject': [{ line: 'tiers reject hub/M-7/GOLD/2026-12-01 --seen 1 --reason "too early"', tells: 'it may be proposed again' }],
  'tiers end': [{ line: 'tiers end hub/M-7/GOLD/2026-12-01 --on 2027-03-31', tells: 'the tier before it holds again, if there is one' }],
  'tiers of': [
    { line: 'tiers of M-7', tells: 'its tier now, and its history' },
    { line: 'tiers of M-7 --at 2026-06-30 --known-at 2026-07-01', tells: 'on a day, as the hub knew it then' },
  ],
  'prices list': [{ line: 'prices list --list gold-cny', tells: 'with their steps' }],
  'prices resolve': [
    { line: 'prices resolve LAMP-RED --merchant M-7 --quantity 144', tells: 'with the reason why every other price was passed over' },
    { line: 'prices resolve LAMP-RED --merchant M-7 --quantity 12 --unit XCS --at 2026-11-01', tells: 'cases, on a day' },
  ],
  'prices put': [
    { line: 'prices put lamp.json --why "new year"', tells: 'lamp.json: {"list": "gold-cny", "kind": "tier", "product": "LAMP-RED", …}' },
  ],
  'prices import': [
    { line: 'prices import gold.csv --dry-run', tells: 'says what would become of each line' },
    {
      line: 'prices import gold.csv --why "price round 2027"',
      tells: 'one step a line: list,kind,product,currency,taxBasis,price,minQuantity,…',
    },
  ],
  'prices cost': [{ line: 'prices cost shop-us/4711', tells: 'what was frozen for each line, and why' }],
}
