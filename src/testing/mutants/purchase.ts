import type { Mutant } from './mutant.ts'

const one = (
  name: string,
  invariant: string,
  breaks: string,
  [file, find, replace]: readonly [string, string, string],
  test: Mutant['test'],
): Mutant => ({ name, invariant, breaks, file, edits: [{ find, replace }], test })

/** Safeguards of the change journal and of purchasing. */
export const purchaseMutants: readonly Mutant[] = [
  one(
    'order-untold',
    '11',
    'lines change places without a word in the change journal',
    ['src/model/keyed-difference.ts', 'if (stood.some((key, place) => key !== stand[place])) yield', 'if (stood.length < 0) yield'],
    { file: 'src/model/keyed-difference.test.ts', name: 'done to the first, they give the second' },
  ),
  one(
    'lines-by-place',
    '11',
    'the change journal knows a line by the place it stands at',
    ['src/model/keyed-difference.ts', 'elements.set(element.key, element)', 'elements.set(String(elements.size), element)'],
    { file: 'src/model/keyed-difference.test.ts', name: 'lines are known by their keys' },
  ),
  one(
    'page-forgets',
    '11',
    'the change journal leaves out every second change of a version',
    ['src/ledger/change-journal.ts', 'skip: told, sequence', 'skip: told + 1, sequence'],
    { file: 'src/ledger/change-journal.test.ts', name: 'page by page' },
  ),
  one(
    'every-version-read',
    'input',
    'a page of the change journal reads all versions of a document',
    ['src/ledger/change-journal.ts', 'most = Math.min(50,', 'most = Math.min(50_000,'],
    { file: 'src/ledger/change-journal.test.ts', name: 'thousands of versions' },
  ),
  one('numbers-with-gaps', '3', 'numbers of the hub have gaps', ['src/store/counter.ts', "is('last', '+', 1)", "is('last', '+', 2)"], {
    file: 'src/ledger/purchase-commands.test.ts',
    name: 'without gaps',
  }),
  one(
    'takes-back-received',
    'input',
    'an amendment orders less than was received',
    ['src/ledger/purchase-rules.ts', 'if (line.quantity < received) throw', 'if (line.quantity < 0n) throw'],
    { file: 'src/ledger/purchase-commands.test.ts', name: 'takes back nothing' },
  ),
  one(
    'cancels-received',
    'input',
    'an order of which goods came is cancelled',
    [
      'src/ledger/purchase-rules.ts',
      'if (received > 0n) throw receivedAlready(name, received)',
      'if (received < 0n) throw receivedAlready(name, received)',
    ],
    { file: 'src/ledger/purchase-commands.test.ts', name: 'what was received is not cancelled' },
  ),
  one(
    'more-back-than-came',
    'input',
    'more goes back to a supplier than came',
    ['src/ledger/receive-goods.ts', 'if (back > came)', 'if (back > came * 1000n + 1000n)'],
    { file: 'src/ledger/purchase-commands.test.ts', name: 'no more goes back than came' },
  ),
  one(
    'confirms-what-grows',
    '5',
    'a seller that accepted an order confirms whatever is ordered later',
    ['src/ledger/answer-order.ts', "(action === 'accept' ? line.line.quantity : undefined)", 'undefined'],
    { file: 'src/ledger/purchase-commands.test.ts', name: 'what was accepted' },
  ),
  one(
    'over-unseen',
    '10',
    'more than was ordered is taken without a word',
    ['src/ledger/receipt-variance.ts', 'if (difference <= allowed) return []', 'if (difference >= 0n) return []'],
    { file: 'src/ledger/purchase-commands.test.ts', name: 'more than was ordered' },
  ),
  one(
    'hub-day',
    '6',
    'an order is late by the day in Greenwich',
    ['src/ledger/late-purchases.ts', 'businessDayOrUtc(now, textOf(order.body.zone))', "businessDayOrUtc(now, 'UTC')"],
    { file: 'src/http/purchase-orders.test.ts', name: 'brings it up again' },
  ),
  one(
    'answers-as-they-come',
    '5',
    "of a seller's answers to a line the one that arrived last counts",
    ['src/ledger/purchase-lines.ts', '.sort(byTime)) {', '.filter(() => true)) {'],
    { file: 'src/ledger/purchase-model.test.ts', name: 'whatever people and partners do' },
  ),
  one(
    'in-transit-for-ever',
    '8',
    'goods that came are still on their way',
    ['src/ledger/purchase-lines.ts', 'open: isOff ? 0n : atLeastZero(confirmed - received)', 'open: isOff ? 0n : confirmed'],
    { file: 'src/ledger/purchase-model.test.ts', name: 'whatever people and partners do' },
  ),
  one(
    'unbacked-figure',
    '11',
    'a figure of a purchase does not come to what its documents say',
    [
      'src/ledger/purchase-view.ts',
      'behind: parts.map(({ row, value }) => behind(row.document, row.at, units(value)))',
      'behind: parts.slice(0, 1).map(({ row, value }) => behind(row.document, row.at, units(value)))',
    ],
    { file: 'src/ledger/purchase-model.test.ts', name: 'whatever people and partners do' },
  ),
  one(
    'answers-for-others',
    '13',
    'a supplier answers orders of another',
    ['src/http/purchase-commands.ts', 'if (!isSeller) throw reject', 'if (rows.length === 0) throw reject'],
    { file: 'src/http/party-routes.test.ts', name: 'a supplier answers its own orders' },
  ),
  one(
    'told-too-early',
    '13',
    'a supplier sees the draft of an order',
    ['src/ledger/party-roles.ts', "type === 'purchase-order' && status === 'draft'", "type === 'purchase-order' && status === 'dreamt'"],
    { file: 'src/http/party-routes.test.ts', name: 'a draft of the hub' },
  ),
]
