import { type Mutant, oneEdit } from './mutant.ts'

const deposits = 'src/ledger/deposit/deposits.test.ts'
const priced = 'src/ledger/deposit/priced-deposits.test.ts'
const model = 'src/ledger/deposit/deposits-model.test.ts'
const http = 'src/http/deposits.test.ts'

/** Safeguards of the deposits of merchants. */
export const depositMutants: readonly Mutant[] = [
  oneEdit(
    'overtaking-order',
    '4',
    'a cheap order takes the money that an older one of its merchant waits for',
    [
      'src/ledger/deposit/queue.ts',
      'if (missing > till.available - till.floor) break',
      'if (missing > till.available - till.floor) continue',
    ],
    [deposits, 'no order overtakes'],
  ),
  oneEdit(
    'topped-up-twice',
    '2',
    'a payment that a person wrote down and a poll found later is counted twice',
    ['src/ledger/deposit/payments.ts', "state: 'twice' as const, twin", "state: 'counted' as const, twin"],
    [deposits, 'found by a poll later counts once'],
  ),
  oneEdit(
    'parts-of-a-cent',
    '9',
    'a part of a line is captured with more digits than its currency has',
    ['src/ledger/deposit/cost.ts', 'return amount - (amount % unit)', 'return amount - (amount % 1n) * unit'],
    [model],
  ),
  oneEdit(
    'credit-for-ever',
    'input',
    'a credit line holds on after its last day',
    ['src/ledger/deposit/terms.ts', '(row.valid_to === null || row.valid_to >= today)', "(row.valid_to === null || row.valid_to >= '')"],
    [deposits, 'a credit line lets orders go'],
  ),
  oneEdit(
    'sent-unfunded',
    '7',
    'an order is submitted before there is money for it',
    [
      'src/pipeline/route.ts',
      "type === 'sales-order' && books.data.deposits.awaiting.has(key)",
      "type === 'none' && books.data.deposits.awaiting.has(key)",
    ],
    [http, 'waits for its money'],
  ),
  oneEdit(
    'own-adjustment',
    'input',
    'who proposed an adjustment approves it',
    ['src/ledger/deposit/change.ts', "to === 'approved' && writers.has(author.actor)", "to === 'rejected' && writers.has(author.actor)"],
    [http, 'another person approves'],
  ),
  oneEdit(
    'lost-floor',
    '8',
    'what a damaged account lets commands take is not mended with its deposit',
    ['src/ledger/deposit/terms.ts', 'new Set([...changed, ...asked])', 'new Set(changed)'],
    ['src/ledger/verify-damage.test.ts', 'lets commands take'],
  ),
  oneEdit(
    'deposit-row-lost',
    '10',
    'an order of a deposit whose row is gone is no difference',
    [
      'src/ledger/verify/deposits.ts',
      "if (row === undefined) return [{ table: 'deposit_order', key, stored: null, computed: text(computed), of }]",
      'if (row === undefined) return []',
    ],
    ['src/ledger/verify-damage.test.ts', 'a row that is gone'],
  ),
  oneEdit(
    'frozen-in-doubt',
    'input',
    'money is frozen for an order whose figures do not add up',
    ['src/ledger/deposit/orders.ts', 'held && missingOf(row) > 0n ? holdCode', 'held && missingOf(row) < 0n ? holdCode'],
    [deposits, 'do not add up waits'],
  ),
  oneEdit(
    'accepted-holds',
    'input',
    'figures that a person accepted hold the money of their order for ever',
    ['src/ledger/findings.ts', '&& !isAcceptedAs(rows.get(name), finding)', '&& rows.size >= 0'],
    [deposits, 'a person accepted hold nothing'],
  ),
  oneEdit(
    'shop-price-frozen',
    '8',
    'what the shop says is frozen of a deposit, and not what the price lists of its merchant said',
    ['src/ledger/deposit/cost.ts', 'own === undefined ? statedCost', 'own !== undefined ? statedCost'],
    [priced, 'by the lists of its merchant'],
  ),
  oneEdit(
    'kept-price-forgotten',
    'input',
    'a line that is edited is priced by the list of now',
    [
      'src/ledger/prices/freeze.ts',
      'open.filter((one) => isSame(one) && !isUnmoved(one))',
      'open.filter((one) => !isSame(one) && !isUnmoved(one))',
    ],
    [priced, 'by the lists of its merchant'],
  ),
]
