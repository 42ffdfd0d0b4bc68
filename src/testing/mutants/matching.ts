import { type Mutant, oneEdit } from './mutant.ts'

const order = 'src/ledger/match/match-order.test.ts'
const routes = 'src/http/invoices.test.ts'

/** Safeguards of invoices beside orders and receipts. */
export const matchingMutants: readonly Mutant[] = [
  oneEdit(
    'paid-and-sent-back',
    '9',
    'goods that went back to the supplier cover an invoice',
    ['src/ledger/match/allocate-goods.ts', 'let back = returned', 'let back = returned * 0n'],
    [order, 'went back'],
  ),
  oneEdit(
    'matched-as-they-came',
    '5',
    'invoices get their goods in the order in which they came, not in that of their dates',
    ['src/ledger/match/match-order.ts', ".sort(byTime('issueDate'))", ''],
    [order, 'whichever came first'],
  ),
  oneEdit(
    'credit-unseen',
    '5',
    'what an invoice names through a receipt or another invoice is not looked at again',
    ['src/ledger/match/touch-invoiced.ts', 'of [...near, ...behind])', 'of references)'],
    [order, 'find their order'],
  ),
  oneEdit(
    'either-bound',
    '9',
    'a difference within one bound of a limit is within the limit',
    ['src/ledger/match/tolerance.ts', 'multiply(text(of), percent)) <= 0) &&', 'multiply(text(of), percent)) <= 0) ||'],
    [routes, 'within percent and amount'],
  ),
  oneEdit(
    'tolerance-by-itself',
    '11',
    'an invoice is judged by other tolerances as soon as anything of it changes',
    [
      'src/ledger/match/invoice-tolerance.ts',
      ' ? toleranceFor(shelf.matching, issuer) : own.tolerance',
      ' ? toleranceFor(shelf.matching, issuer) : toleranceFor(shelf.matching, issuer)',
    ],
    [routes, 'keeps the tolerance'],
  ),
  oneEdit(
    'own-word-twice',
    '13',
    'one person accepts twice what takes two',
    ['src/ledger/match/accept-invoice.ts', 'if (first.asked_by === author.actor)', "if (first.asked_by === '')"],
    [routes, 'it takes two'],
  ),
  oneEdit(
    'word-about-another',
    '13',
    'the word of the first person counts for findings that came after it',
    ['src/ledger/match/accept-invoice.ts', 'first?.findings !== findings', 'first === undefined'],
    [routes, 'it takes two'],
  ),
  oneEdit(
    'one-by-one',
    '13',
    'what takes two persons is closed by one of them, finding by finding',
    ['src/http/finding-act.ts', "if (type !== 'invoice' || !holdCodes.has(code)) return", 'if (!holdCodes.has(type + code)) return'],
    [routes, 'it takes two'],
  ),
  oneEdit(
    'anybody-bills',
    '13',
    'the invoice of one supplier gets the goods of another one',
    ['src/ledger/match/match-order.ts', 'issuer !== undefined && seller !== issuer', "issuer !== undefined && seller === ''"],
    [routes, 'contradict'],
  ),
  oneEdit(
    'paid-twice',
    '10',
    'two invoices with one number are told nowhere',
    ['src/ledger/match/head-findings.ts', 'if (first === undefined || first.key === row.key) return []', 'if (first !== row) return []'],
    [routes, 'contradict'],
  ),
  oneEdit(
    'tolerance-to-suppliers',
    '13',
    'a supplier is told how much more than agreed it may ask',
    ['src/http/invoices.ts', 'row, who.party === null)', 'row, true)'],
    [routes, 'is not told the tolerance'],
  ),
  oneEdit(
    'match-unverified',
    '11',
    'a match that does not follow from the documents is no difference',
    ['src/ledger/verify/orders.ts', "type === 'purchase-order' ? [await compareMatches", "type === '' ? [await compareMatches"],
    ['src/ledger/verify-damage.test.ts', 'a row that is gone'],
  ),
]
