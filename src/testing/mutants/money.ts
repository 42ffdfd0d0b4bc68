import { type Mutant, oneEdit } from './mutant.ts'

const post = 'src/ledger/money/post.test.ts'

/** Safeguards of the books of money. */
export const moneyMutants: readonly Mutant[] = [
  oneEdit(
    'balance-before',
    '11',
    'the balance at a time is that of an earlier one',
    ['src/store/account-page.ts', 'middle.seq - 1 end', 'middle.seq - 2 end'],
    ['src/store/account-page.test.ts', 'the last entry by a time'],
  ),
  oneEdit(
    'spent-twice',
    '8',
    'a deposit is spent below nothing',
    ['src/ledger/money/decide.ts', 'if (group.forced !== true) for', 'if (group.forced === false) for'],
    [post, 'never spent twice'],
  ),
  oneEdit(
    'paid-again',
    '2',
    'a transfer that is asked for again under its key is posted again',
    ['src/ledger/money/post.ts', 'if (before.length > 0) return', 'if (before.length > 9) return'],
    [post, 'whatever is posted'],
  ),
  oneEdit(
    'key-taken-raw',
    '2',
    'who is slower with the key of a transfer is not run again to see what stands',
    ['src/store/account.ts', "then: 'ignore' })) < transfers.length)", "then: 'ignore' })) < 0)"],
    [post, 'who was slower with a key'],
  ),
  oneEdit(
    'entered-told-twice',
    '2',
    'what is entered again under its key is told as if it were new',
    ['src/ledger/money/enter.ts', "if (outcome.kind === 'posted') fresh", "if (outcome.kind !== 'none') fresh"],
    ['src/ledger/money/books.test.ts', 'entered again'],
  ),
  oneEdit(
    'one-leg',
    '8',
    'what leaves one account does not arrive whole on the other',
    ['src/ledger/money/decide.ts', '[credit, -amount],', '[credit, 1n - amount],'],
    [post, 'every book sums to zero'],
  ),
  oneEdit(
    'never-taken-back',
    '5',
    'what a document does not mean any more stays in the books',
    ['src/ledger/money/post-meant.ts', 'const was = rows.reduce', 'const was = now.length === 0 ? 0n : rows.reduce'],
    [post, 'whatever documents meant before'],
  ),
  oneEdit(
    'closed-is-open',
    '6',
    'what comes late changes a closed month',
    ['src/ledger/money/period.ts', 'own > closedUntil ? own', "own > '' ? own"],
    ['src/ledger/money/books.test.ts', 'late for a closed month'],
  ),
  oneEdit(
    'balance-believed',
    '11',
    'a balance that its entries do not sum to is no difference',
    ['src/ledger/verify/money.ts', 'balance: amountText(sum), entries', 'balance: stored.balance, entries'],
    ['src/ledger/money/books.test.ts', 'verify names a balance'],
  ),
]
