import { type Mutant, oneEdit } from './mutant.ts'

const payables = 'src/ledger/payables/payables.test.ts'
const variance = 'src/ledger/payables/variance.test.ts'

/** Safeguards of what suppliers are owed. */
export const payableMutants: readonly Mutant[] = [
  oneEdit(
    'price-of-a-piece',
    '9',
    'goods that are priced by several are owed as if each cost it',
    ['src/ledger/payables/owed.ts', "const per = textOf(priceQuantity) ?? '1'", "const per = '1'"],
    [payables, 'at the price of their order'],
  ),
  oneEdit(
    'price-of-then',
    '5',
    'goods stay at the price their order had when they came',
    [
      'src/ledger/derive-orders.ts',
      "if (orderCase.order.type === 'purchase-order')\n",
      "if (orderCase.order.type === ('never' as string))\n",
    ],
    [payables, 'a price that changes'],
  ),
  oneEdit(
    'owed-by-history',
    '2',
    'what a first load brings is owed beside the opening balance that has it already',
    ['src/ledger/payables/receipt-owed.ts', '!document.deleted && !document.baseline &&', '!document.deleted &&'],
    [payables, 'left to opening balances'],
  ),
  oneEdit(
    'owed-in-silence',
    '10',
    'goods without a price are owed to nobody and nobody is told',
    ['src/ledger/payables/derive-payables.ts', 'for (const one of notes) note(books, one)', 'for (const _ of notes);'],
    [payables, 'holds a line back'],
  ),
  oneEdit(
    'variance-unasked',
    '8',
    'what an invoice says beyond its tolerance is owed before anybody accepted it',
    ['src/ledger/payables/owed-by.ts', 'isAccepted: !held.has(invoice.key) && isStanding', 'isAccepted: isStanding'],
    [variance, 'once a person accepts it'],
  ),
  oneEdit(
    'variance-stays',
    '8',
    'what an invoice says stays owed when another one comes to hold it',
    [
      'src/ledger/payables/derive-payables.ts',
      "if (type === 'invoice' && holdCodes.has(code)) data.payables",
      "if (type === 'invoice' && code === 'none') data.payables",
    ],
    [variance, 'a double of an older one'],
  ),
  oneEdit(
    'variance-by-hand',
    '8',
    'an invoice whose finding a person closes by itself is not owed',
    ['src/http/finding-act.ts', "type === 'invoice' && holdCodes.has(code)) return", "type === 'invoice' && code === 'none') return"],
    ['src/http/invoices.test.ts', 'posted with the word of a person'],
  ),
  oneEdit(
    'accrued-twice',
    '9',
    'goods are held against an invoice at a rounded price of their own, and cents stay owed for ever',
    [
      'src/ledger/payables/accrued.ts',
      'const [goods, tax] = [share(all.goods), share(all.tax)]',
      'const [goods, tax] = [group.map(({ row }) => BigInt(row.expected ?? 0)), share(all.tax)]',
    ],
    [variance, 'whatever was rounded on the way'],
  ),
  oneEdit(
    'credit-alone',
    '8',
    'a credit note is taken off although the invoice that it takes from is not owed yet',
    ['src/ledger/payables/owed-by.ts', '!held.has(invoice.key) && isStanding', '!held.has(invoice.key)'],
    [variance, 'while the invoice that it takes from does'],
  ),
  oneEdit(
    'tax-of-inclusive',
    '9',
    'tax that prices include is owed once more',
    ['src/ledger/payables/owed.ts', "if (taxBasis !== 'exclusive') return '0'", "if (taxBasis === 'none') return '0'"],
    [variance, 'whose prices include tax'],
  ),
  oneEdit(
    'other-currency-owed',
    '8',
    'an invoice in another currency than its order is held against its goods',
    ['src/ledger/payables/invoice-owed.ts', 'if (apart !== undefined)', "if (apart === 'tax')"],
    [variance, 'in another currency'],
  ),
  oneEdit(
    'credit-left-behind',
    '10',
    'a credit note stays with the order that its invoice left',
    ['src/ledger/match/touch-invoiced.ts', '[...invoices, ...credits]', 'invoices'],
    ['src/ledger/match/match-order.test.ts', 'leaves with its invoice'],
  ),
  oneEdit(
    'bill-that-is-cut',
    '10',
    'a bill of which lines are missing is taken for whole',
    ['src/ledger/bills/bill.ts', 'if (said !== found)', 'if (said < 0n && said !== found)'],
    ['src/ledger/bills/bills.test.ts', 'refused whole'],
  ),
  oneEdit(
    'paid-in-silence',
    '8',
    'a payment in another currency pays nothing, and nobody is told',
    ['src/ledger/order-figures.ts', '      ...otherCurrency(orderCase),\n', ''],
    ['src/http/bad-money.test.ts', 'in another currency than its order pays nothing'],
  ),
  oneEdit(
    'never-told',
    '10',
    'a payment of which its provider tells nothing waits for ever',
    ['src/pipeline/look-for-late.ts', 'found.push(...rows.map((row) => silentPayment(row, dueDays)))', 'found.push()'],
    ['src/pipeline/overdue-payouts.test.ts', 'never told what came'],
  ),
]
