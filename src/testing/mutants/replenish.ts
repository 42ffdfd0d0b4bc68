import { type Mutant, oneEdit } from './mutant.ts'

/** Safeguards of what was sold by day, and of what is ordered from it. */
export const replenishMutants: readonly Mutant[] = [
  oneEdit(
    'counted-in-both',
    '8',
    'a store and day that has reports counts its orders too',
    ['src/store/sales-page.ts', ".where('report_day.origin', 'not in', silent)", ".where('report_day.origin', 'in', [''])"],
    ['src/ledger/derive-sales.test.ts', 'never both'],
  ),
  oneEdit(
    'restated-in-silence',
    '10',
    'a day that was over becomes another one and nobody is told',
    ['src/ledger/derive-sales.ts', "journal(books, 'sales-restated'", "if (books.now < 0) journal(books, 'sales-restated'"],
    ['src/ledger/derive-sales.test.ts', 'restated visibly'],
  ),
  oneEdit(
    'sold-before-its-time',
    '13',
    'a supplier sees sales of days on which it did not supply the goods',
    ['src/store/party-reader.ts', 'soldAt(alias))', 'sql``)'],
    ['src/http/sales.test.ts', 'on days on which it supplied'],
  ),
  oneEdit(
    'amounts-to-suppliers',
    '13',
    'a supplier sees what its goods were sold for',
    ['src/http/sales.ts', 'ownAmounts: who.party !== null', 'ownAmounts: false'],
    ['src/http/sales.test.ts', 'no amount'],
  ),
  oneEdit(
    'needed-twice',
    'input',
    'what is ordered and unanswered does not count, so the same need is suggested every night',
    ['src/ledger/replenish-need.ts', '+ input.inTransit + input.unconfirmed', '+ input.inTransit'],
    ['src/http/replenishment.test.ts', 'for the same need again'],
  ),
  oneEdit(
    'broken-packs',
    '9',
    'a suggestion is no whole number of packs',
    ['src/ledger/replenish-need.ts', 'const full = packs(shortfall, pack)', 'const full = shortfall'],
    ['src/ledger/replenish-need.test.ts', 'packs are whole'],
  ),
  oneEdit(
    'empty-is-unwanted',
    '10',
    'a day without stock counts as one on which nobody wanted the goods',
    ['src/ledger/replenish.ts', 'days: days.length - stockless.length,', 'days: days.length,'],
    ['src/http/replenishment.test.ts', 'say nothing about demand'],
  ),
  oneEdit(
    'draft-forgotten',
    'input',
    'an approved suggestion whose order is a draft is suggested again',
    ['src/ledger/replenish.ts', '...drafts.map((row) => BigInt(row.quantity)),', ''],
    ['src/http/replenishment.test.ts', 'a draft still counts'],
  ),
]
