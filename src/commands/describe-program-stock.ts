import type { Example } from './describe-program-ledger.ts'

/** Examples of commands on stock. */
export const stockExamples: Readonly<Record<string, readonly Example[]>> = {
  'stock list': [
    { line: 'stock list --product LAMP-RED', tells: 'where it is, and whose' },
    { line: 'stock list --location MAIN --condition damaged', tells: 'what cannot be sold there' },
  ],
  'stock summary': [
    { line: 'stock summary --by warehouse', tells: 'each warehouse, and the total' },
    { line: 'stock summary --by location --supplier NINGBO', tells: 'where the goods of one supplier are' },
  ],
  'replenishment list': [{ line: 'replenishment list --status suggested --supplier NINGBO', tells: 'what waits for approval' }],
  'replenishment run': [{ line: 'replenishment run', tells: 'what the nightly look would find' }],
  'replenishment approve': [{ line: 'replenishment approve hub/RS-2026-00001 hub/RS-2026-00002', tells: 'one order for each supplier' }],
  'replenishment reject': [
    { line: 'replenishment reject hub/RS-2026-00003 --reason "sold out for good"', tells: 'not again for some days' },
  ],
  'stock movements': [{ line: 'stock movements LAMP-RED MAIN --since 7d', tells: 'what came and went, with the balance' }],
  'stock move': [
    { line: 'stock move LAMP-RED 2 :supplier OUTLET --unit XCS --kind receipt', tells: 'two cases that came without papers' },
    { line: 'stock move LAMP-RED 3 OUTLET OUTLET --to-condition damaged', tells: 'found broken on the shelf' },
  ],
  'stock reverse': [{ line: 'stock reverse hub/01K9Z3J5T8 --why "typed twice"', tells: 'as if it had never been posted' }],
  'stock adjust': [{ line: 'stock adjust LAMP-RED OUTLET --why "given away" -- -4', tells: 'four pieces less' }],
  'stock count': [{ line: 'stock count LAMP-RED OUTLET 41 --at 2h', tells: 'what was on the shelf two hours ago' }],
  'stock explain': [{ line: 'stock explain LAMP-RED --channel shop-us', tells: 'what is free, and how much of it the shop may sell' }],
  'stock snapshot': [{ line: 'stock snapshot opening.json', tells: 'opening stock' }],
  'stock transfer': [{ line: 'stock transfer to-the-outlet.json', tells: 'in transit until it is received' }],
  'stock receive': [{ line: 'stock receive hub/T-17 1=20', tells: '20 of line 1, the other lines whole' }],
  'stock reserve': [
    { line: 'stock reserve LAMP-RED=2 LAMP-BLUE=1 --channel shop --reference 1001 --minutes 20', tells: 'while somebody pays' },
  ],
  'stock confirm': [{ line: 'stock confirm 01K9Z3J5T8', tells: 'paid, the order is on its way' }],
  'stock release': [{ line: 'stock release 01K9Z3J5T8', tells: 'the basket was left' }],
  'stock return': [{ line: 'stock return faulty-lamps.json', tells: 'back to the supplier' }],
}
