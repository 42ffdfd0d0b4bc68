import { type Mutant, oneEdit } from './mutant.ts'

const model = 'src/ledger/derive-settlements.test.ts'

const book = 'src/ledger/platform/platforms.test.ts'

/** Safeguards of what platforms paid, held against orders. */
export const payoutMutants: readonly Mutant[] = [
  oneEdit(
    'paid-and-paid',
    '9',
    'an order that two payouts pay is matched twice',
    ['src/ledger/payout-amounts.ts', 'const left = due - before', 'const left = due'],
    [model, 'is paid twice'],
  ),
  oneEdit(
    'platform-keeps-it',
    '9',
    'what the platform funds of a discount is not asked of it',
    ['src/ledger/settle-order.ts', 'const subsidy = isPaid ? funded.platform : 0n', 'const subsidy = 0n'],
    [model, 'what the platform funds is due'],
  ),
  oneEdit(
    'mixed-currencies',
    '9',
    'a line in another currency is added to a payout',
    ['src/ledger/payout-lines.ts', '(line.isForeign ? sum : sum + line.net)', '(sum + line.net)'],
    [model, 'currencies are never mixed'],
  ),
  oneEdit(
    'fees-for-free',
    '9',
    'any fee is taken for the agreed one',
    ['src/ledger/payout-fees.ts', 'return differs ? {', 'return differs && one.line.position < 0 ? {'],
    [model, 'a fee beyond the tolerance differs'],
  ),
  oneEdit(
    'lost-callback',
    '10',
    'money of an order that never said it was paid is nobody told',
    ['src/ledger/settle-order.ts', 'if (isPaid || paidOut <= 0n) return []', 'if (paidOut > 0n || isPaid) return []'],
    [model, 'never said it was paid'],
  ),
  oneEdit(
    'failed-is-paid',
    '10',
    'a payout that failed has paid its orders',
    ['src/ledger/payout-lines.ts', "deleted || status === 'failed' ||", 'deleted ||'],
    [model, 'is paid twice'],
  ),
  oneEdit(
    'late-order-forgotten',
    '5',
    'an order that comes after its payout stays missing there',
    [
      'src/ledger/derive-settlements.ts',
      'payouts.length > 0 || terms.has(order.origin)',
      'terms.has(order.origin) && payouts.length === 0',
    ],
    ['src/ledger/payout-model.test.ts', 'in whatever order they come'],
  ),
  oneEdit(
    'unpaid-for-ever',
    '10',
    'an order that the platform does not pay in time is nobody told',
    ['src/ledger/overdue-payout.ts', 'due_at >= now', 'due_at < now'],
    ['src/pipeline/overdue-payouts.test.ts', 'until it is paid'],
  ),
  oneEdit(
    'terms-of-yesterday',
    '11',
    'what is there is not settled again when the terms change',
    ['src/store/connection.ts', 'set({ settlement, resettling: fromTheFirst, changed_at: now })', 'set({ settlement, changed_at: now })'],
    ['src/pipeline/overdue-payouts.test.ts', 'other terms'],
  ),
  oneEdit(
    'payouts-of-others',
    '13',
    "a party sees what platforms pay the operator for the party's orders",
    [
      'src/store/party-reader.ts',
      "settlement: { own: all(byKey('sales-order', 'key'), ownOrigin) }",
      "settlement: { own: byKey('sales-order', 'key') }",
    ],
    ['src/http/payouts.test.ts', 'are nobody else'],
  ),
  oneEdit(
    'announced-is-banked',
    '8',
    'a payout that is only announced is in the bank',
    ['src/ledger/payout-lines.ts', "!deleted && (status === 'paid' ||", "!deleted && (status !== 'failed' ||"],
    [book, 'until its payout arrives'],
  ),
  oneEdit(
    'fee-kept',
    '9',
    'fees of payouts stay on the account of the platform for ever',
    ['src/ledger/platform/meant.ts', "+ sumOf('fee', 'commission'), 'fees')", "+ sumOf('commission'), 'fees')"],
    [book, 'until its payout arrives'],
  ),
  oneEdit(
    'paid-by-nobody',
    '8',
    'what a payment provider pays stays owed by the shop',
    [
      'src/ledger/platform/meant.ts',
      'if (payout === undefined || platform === origin) return []',
      'if (payout === undefined || platform !== origin) return []',
    ],
    [book, 'a payment provider owes'],
  ),
  oneEdit(
    'platform-unverified',
    '11',
    'what is missing in the book of a platform is not seen',
    [
      'src/ledger/verify/payouts.ts',
      'documents.flatMap((payout) => payoutMeant(payout, platforms, today))',
      'documents.flatMap((payout) => payoutMeant(payout, platforms, today)).slice(9)',
    ],
    [book, 'is found and mended'],
  ),
  oneEdit(
    'bill-of-nobody',
    '11',
    'bills that the hub was given are not posted when their connection comes to be watched',
    ['src/store/payout.ts', "is('origin', '=', hubOrigin)", "is('origin', '=', 'none')"],
    [book, 'a bill that the hub was given'],
  ),
]
