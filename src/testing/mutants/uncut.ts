import { type Mutant, oneEdit } from './mutant.ts'

const uncut = 'src/pipeline/uncut.test.ts'

/** Safeguards of pages that wait as one row until they are cut. */
export const uncutMutants: readonly Mutant[] = [
  oneEdit(
    'page-out-of-turn',
    '4',
    'a page is cut before the webhooks that came before it',
    ['src/store/receipt.ts', 'found.sort((a, b) => (a.id < b.id ? -1 : 1))', 'found.toReversed()'],
    [uncut, 'counts by its place'],
  ),
  oneEdit(
    'uncounted-pages',
    '4',
    'a reader is not held back by pages that nobody has cut',
    ['src/pipeline/room.ts', 'await countUncut(database.read, tenant)', '0'],
    ['src/pipeline/pull.test.ts', 'reads no further ahead'],
  ),
  oneEdit(
    'emptied-page',
    '11',
    'a page goes although records stand on it',
    ['src/store/receipt.ts', 'receipts.filter((id) => !stood.has(id))', 'receipts.filter(() => stood.size >= 0)'],
    [uncut, 'the bytes that it had'],
  ),
  oneEdit(
    'pages-kept',
    'input',
    'every poll of what has not changed leaves its page',
    ['src/pipeline/split.ts', 'await withoutEnvelopes(tx, tenant, pages)', '[]'],
    [uncut, 'leaves neither a record nor a page'],
  ),
  oneEdit(
    'one-bad-row',
    '10',
    'a row that cannot be read takes its whole page with it',
    ['src/connector/cut.ts', "if (!isHubError(error) || 'index' in row.place) throw error", 'throw error'],
    [uncut, 'for one row only'],
  ),
  oneEdit(
    'kept-unread',
    '1',
    'a page that nobody can read is stored, and its place passed',
    ['src/connector/read.ts', 'reply.body.check()', ''],
    [uncut, 'it is no UTF-8'],
  ),
  oneEdit(
    'brackets-only',
    '1',
    'a page counts as JSON when its brackets and quotes fit',
    [
      'src/connector/json-walk.ts',
      'while (isDigit(body[i] ?? 0)) i++\n  if (i === from) throw unexpected(body, i)',
      'while (isDigit(body[i] ?? 0)) i++',
    ],
    ['src/connector/json-walk.test.ts'],
  ),
  oneEdit(
    'signed-unseen',
    '10',
    'the counts of a first load are those of what was cut',
    ['src/store/baseline.ts', 'return [...cut, ...uncut.map(', 'return [...cut, ...uncut.slice(0, 0).map('],
    [uncut, 'counted as waiting'],
  ),
  oneEdit(
    'gone-while-uncut',
    '5',
    'a delete is believed while what its record became lies in a page that nobody has cut',
    ['src/store/envelope.ts', 'if (await isUncut(read, tenant, connection)) return true\n', ''],
    [uncut, 'counted as waiting'],
  ),
  oneEdit(
    'lost-while-uncut',
    '10',
    'a comparison calls lost what lies in a page that nobody has cut',
    ['src/pipeline/reconcile-page.ts', 'waiting === undefined && (await isUncut(', 'waiting !== undefined && (await isUncut('],
    ['src/pipeline/reconcile.test.ts', 'nobody has cut is late'],
  ),
  oneEdit(
    'parted-group',
    '10',
    'rows of one record that stand on two pages are cut as two records',
    ['src/connector/uncut.ts', '({ group }) => group !== undefined', '({ group }) => group === ""'],
    ['src/connector/uncut.test.ts', 'groups'],
  ),
  oneEdit(
    'innocent-poison',
    '10',
    'receipts that end no process are set aside because processes died while they waited',
    ['src/pipeline/split.ts', 'if (crashes > 0) await forgiveLane', 'if (crashes < 0) await forgiveLane'],
    ['src/pipeline/uncut.test.ts', 'die while they work off what waits make no poison'],
  ),
  oneEdit(
    'outage-is-poison',
    '10',
    'a receipt is set aside because the database was away while it waited',
    ['src/pipeline/split.ts', "if (recoveryOf(error) === 'retry') await giveBack", "if (recoveryOf(error) === 'bug') await giveBack"],
    ['src/pipeline/uncut.test.ts', 'away again and again'],
  ),
]
