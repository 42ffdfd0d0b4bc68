import { type Mutant, oneEdit } from './mutant.ts'

const verified = 'src/ledger/verify.test.ts'
const damaged = 'src/ledger/verify-damage.test.ts'

/** Safeguards of what looks at the ledger itself: verification and repair, findings and who looks after them, what is late. */
export const watchMutants: readonly Mutant[] = [
  oneEdit(
    'damage-unseen',
    '11',
    'a derived row that says something else than the documents is not named',
    ['src/ledger/verify/check.ts', 'if (differs(before.get(key), row))', 'if (!before.has(key))'],
    [damaged, 'every damaged column'],
  ),
  oneEdit(
    'stray-unseen',
    '11',
    'a derived row that no document stands behind is not named',
    ['src/ledger/verify/check.ts', 'if (!now.has(key)) differences', 'if (key === undefined) differences'],
    [damaged, 'a row that is gone'],
  ),
  oneEdit(
    'sums-of-damage',
    '11',
    'figures that are right are named because the rows they are summed from are not',
    ['src/ledger/verify/orders.ts', 'amendLines(amends, lines.computed, 1n)', ''],
    [verified, 'told by itself'],
  ),
  oneEdit(
    'told-at-once',
    '11',
    'what a write has put right meanwhile is told as a difference',
    [
      'src/ledger/verify.ts',
      'named.length === 0 ? [] : await database.moment((read) => stillDiffering(read, tenant, named, today))',
      'named',
    ],
    [verified, 'what was put right while it runs'],
  ),
  oneEdit(
    'sold-unmended',
    '11',
    'a repair moves units sold by what it moved lines, and leaves what was wrong before',
    ['src/ledger/mend.ts', 'const quantity = sums.get(one)?.quantity ?? 0n', 'const quantity = BigInt(stored.get(one)?.quantity ?? 0)'],
    [damaged, 'every damaged column'],
  ),
  oneEdit(
    'torn-moment',
    '11',
    'one page of a verification sees half of a write',
    ['src/store/sqlite.ts', "still?.control('BEGIN')", ''],
    ['src/store/sqlite.test.ts', 'the reads of a moment'],
  ),
  oneEdit(
    'accepted-again',
    '10',
    'what a person accepted comes back with every version of its document',
    ['src/ledger/findings.ts', 'row?.accepted === 1 && row.detail', 'row?.accepted === 2 && row.detail'],
    [verified, 'what a person accepted stays closed'],
  ),
  oneEdit(
    'accepted-for-ever',
    '10',
    'what a person accepted stays closed when it says something else',
    ['src/ledger/findings.ts', '&& row.detail === canonicalJson(detail)', '&& detail !== undefined'],
    [verified, 'what a person accepted stays closed'],
  ),
  oneEdit(
    'closed-is-missing',
    '11',
    'a finding that a person closed is named as one that is missing',
    ['src/ledger/verify/notes.ts', 'row.closed_by !== null', 'row.closed_by === undefined'],
    [verified, 'that a person closed'],
  ),
  oneEdit(
    'late-for-ever',
    '10',
    'what was late stays so after it was shipped or scanned',
    ['src/ledger/findings.ts', 'for (const { type, key } of [...open, ...wanted]) judge', 'for (const { type, key } of wanted) judge'],
    ['src/pipeline/look-for-late.test.ts', 'a paid order that is not shipped'],
  ),
  oneEdit(
    'announced-is-moved',
    '10',
    'a label that a carrier announced counts as a scan',
    ['src/ledger/lateness.ts', '!before.has(status)', "status !== 'unknown'"],
    ['src/pipeline/look-for-late.test.ts', 'from not scanned'],
  ),
  oneEdit(
    'dead-behind',
    '10',
    'a delivery that nobody tries any more is hidden by those that wait behind it',
    ['src/pipeline/told.ts', "if (before?.state !== 'failed') targets", 'targets'],
    ['src/pipeline/told.test.ts', 'make a target'],
  ),
  oneEdit(
    'dead-for-ever',
    '10',
    'a platform that was told after all still counts as one that was not',
    ['src/pipeline/told.ts', "if (state === 'delivered') targets", "if (state === 'delivered' && before?.state !== 'failed') targets"],
    ['src/pipeline/told.test.ts', 'make a target'],
  ),
  oneEdit(
    'former-forgotten',
    '11',
    'what a document said of an order before it went over to another one is lost for the past',
    ['src/ledger/write-references.ts', 'to_key === null || still.has(place(row)) ? []', 'to_key === null || !still.has(place(row)) ? []'],
    ['src/ledger/as-of.test.ts', 'at any time'],
  ),
  oneEdit(
    'links-of-now',
    '11',
    'figures of the past know links that were made later',
    ['src/ledger/shelf.ts', 'at === undefined || row.at <= at', 'at === undefined || row.at > 0'],
    ['src/ledger/as-of.test.ts', 'at any time'],
  ),
  oneEdit(
    'said-exact',
    '11',
    'stock of the past is told as exact where it may not be',
    ['src/ledger/as-of.ts', 'released_at !== null && released_at > since && released_at <= at', 'released_at !== null && released_at > at'],
    ['src/ledger/as-of.test.ts', 'goods that left'],
  ),
  oneEdit(
    'half-look-closes',
    '10',
    'a look that ended early closes findings of what it never looked at',
    ['src/pipeline/settle-findings.ts', 'whole ? open : []', 'open'],
    ['src/pipeline/verify-ledger.test.ts', 'closes nothing that it did not see'],
  ),
  oneEdit(
    'empty-page-ends',
    '10',
    'a list of shipments ends at a page on which nothing failed, before those that did',
    ['src/http/shipments.ts', 'next === undefined ? null : writePlace([next])', 'null'],
    ['src/http/shipments.test.ts', 'goes on where it was'],
  ),
]
