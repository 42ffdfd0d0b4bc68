import { type Mutant, oneEdit } from './mutant.ts'

/** Safeguards of what goods cost merchants. */
export const priceMutants: readonly Mutant[] = [
  oneEdit(
    'sold-below-cost',
    '9',
    'what goods sell for, or what suppliers are paid, becomes what a merchant pays',
    ['src/ledger/prices/decide.ts', "new Set(['retail', 'purchase'])", 'new Set()'],
    ['src/ledger/prices/decide.test.ts', 'never what goods sell for'],
  ),
  oneEdit(
    'first-step',
    '9',
    'the step that begins first counts, however much is ordered',
    [
      'src/ledger/prices/decide.ts',
      "compare(multiply(b.step.min, b.step.factor ?? '0'), multiply(a.step.min, a.step.factor ?? '0'))",
      "compare(multiply(a.step.min, a.step.factor ?? '0'), multiply(b.step.min, b.step.factor ?? '0'))",
    ],
    ['src/ledger/prices/decide.test.ts', 'is the price of its contract'],
  ),
  oneEdit(
    'day-of-the-hub',
    '9',
    'a price changes at midnight UTC, whatever the zone of its list is',
    [
      'src/ledger/prices/decide.ts',
      'const day = businessDayOrUtc(at, zone)\n  return (from',
      "const day = businessDayOrUtc(at, zone && 'UTC')\n  return (from",
    ],
    ['src/ledger/prices/decide.test.ts', 'by the day in the zone'],
  ),
  oneEdit(
    'price-of-today',
    '11',
    'an edited quantity is priced by the list of today',
    ['src/ledger/prices/freeze.ts', 'open.filter((one) => isSame(one) && !isUnmoved(one)),', 'open.filter(() => false),'],
    ['src/ledger/prices/freeze.test.ts', 'crosses steps of the list it was priced by'],
  ),
  oneEdit(
    'thawed-price',
    '11',
    'a later list moves what an order costs',
    ['src/ledger/prices/freeze.ts', "old?.state === 'frozen' && old.product", "old?.state === 'waiting' && old.product"],
    ['src/ledger/prices/freeze.test.ts', 'no later list moves it'],
  ),
  oneEdit(
    'unpriced-in-silence',
    '10',
    'a line that no list has a price for costs nothing, and nobody is told',
    ['src/ledger/prices/freeze.ts', "if (row.state === 'waiting') note(", 'if (books.now < 0) note('],
    ['src/ledger/prices/freeze.test.ts', 'waits with a finding'],
  ),
  oneEdit(
    'waits-for-ever',
    '4',
    'a price that is added settles nothing that waits for it',
    ['src/ledger/prices/derive.ts', 'if (products.size > 0) await dueProducts', 'if (products.size < 0) await dueProducts'],
    ['src/ledger/prices/freeze.test.ts', 'is settled by the price'],
  ),
  oneEdit(
    'own-tier',
    '13',
    'who gave a merchant its tier approves it',
    ['src/ledger/prices/assign.ts', '(await writersOf(books, assignmentType, key)).has(author.actor)', "author.actor === ''"],
    ['src/ledger/prices/assign.test.ts', 'once another approved it'],
  ),
  oneEdit(
    'prices-of-others',
    '13',
    "a merchant's key sees lists of other tiers",
    ['src/store/party-reader.ts', 'and price_grant.party = ', 'and price_grant.party >= '],
    ['src/http/prices.test.ts', 'reads rows of prices'],
  ),
]
