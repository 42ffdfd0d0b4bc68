import { type Mutant, oneEdit } from './mutant.ts'

const statements = 'src/ledger/statements/statements.test.ts'
const monthly = 'src/pipeline/make-statements.test.ts'
const papers = 'src/http/statement-paper.test.ts'

/** Safeguards of statements. */
export const statementMutants: readonly Mutant[] = [
  oneEdit(
    'stated-twice',
    '2',
    'an entry stands in two statements',
    ['src/store/statement.ts', "    .where('statement_line.seq', 'is', null)\n", ''],
    [statements, 'follow each other'],
  ),
  oneEdit(
    'paid-unconfirmed',
    '7',
    'a content is paid that nobody confirmed',
    [
      'src/ledger/statements/steps.ts',
      "if (row.confirmed_hash !== hash || (row.status !== 'approved' && row.status !== 'part-paid'))",
      "if (row.status === 'generated')",
    ],
    [statements, 'approved by another person'],
  ),
  oneEdit(
    'hash-of-then',
    '5',
    'an agreement with an old version counts for the new one',
    ['src/ledger/statements/steps.ts', 'if (given !== hash)', "if (given === '')"],
    [statements, 'approved by another person'],
  ),
  oneEdit(
    'paid-twice-over',
    '8',
    'more is paid on a statement than is left of it',
    ['src/ledger/statements/steps.ts', 'if (difference > 0n)', 'if (difference > 10n ** 9n)'],
    [statements, 'approved by another person'],
  ),
  oneEdit(
    'later-lines',
    '5',
    'a copy of one version of a statement has lines of a later one',
    ['src/ledger/statements/content.ts', 'Math.min(page, line_count - after)', 'page'],
    [statements, 'a copy of a version'],
  ),
  oneEdit(
    'unproven-copy',
    '9',
    'a copy whose lines do not come to the closing of its statement is given out',
    ['src/ledger/statements/content.ts', 'if (closing !== BigInt(row.closing) || found !== row.hash)', "if (found === '')"],
    [statements, 'a copy of a version'],
  ),
  oneEdit(
    'another-version-printed',
    '5',
    'the file shows another version than the one that was asked for',
    ['src/http/statement-paper.ts', 'if (hash !== undefined) demandHash(row, hash)', "if (hash === '') demandHash(row, hash)"],
    [papers, 'another content than the one'],
  ),
  oneEdit(
    'cut-figure',
    '9',
    'a figure on paper loses digits where the column is narrow',
    ['src/papers/statement-pdf.ts', 'pdf.figure(grouped(one.amount)', 'pdf.text(grouped(one.amount)'],
    ['src/papers/statement-pdf.test.ts', 'a figure is never cut'],
  ),
  oneEdit(
    'rounded-cell',
    '9',
    'an amount with more digits than a spreadsheet keeps is rounded there',
    ['src/papers/statement-xlsx.ts', '.length <= 15', '.length <= 25'],
    ['src/papers/statement-xlsx.test.ts', 'more digits than a spreadsheet keeps'],
  ),
  oneEdit(
    'month-of-utc',
    '12',
    'the statements of a month wait for its end elsewhere than where the operator is',
    ['src/ledger/statements/generate.ts', 'businessDay(now, books.zone)', 'businessDay(now)'],
    [monthly, "over in the operator's zone"],
  ),
  oneEdit(
    'made-by-another',
    '12',
    'a run that meets another one leaves the accounts after it without a statement',
    ['src/pipeline/make-statements.ts', "if (!isHubError(error) || error.detail.code !== 'period-order') throw error", 'throw error'],
    [monthly, 'two runs at once'],
  ),
  oneEdit(
    'sign-turned',
    '8',
    'what a platform owes is stated as what is owed to it',
    ['src/ledger/statements/content.ts', "(kind === 'payout' ? 1n : -1n)", "(kind === 'payout' ? -1n : -1n)"],
    ['src/ledger/statements/statement-kinds.test.ts', 'a statement of a platform'],
  ),
]
