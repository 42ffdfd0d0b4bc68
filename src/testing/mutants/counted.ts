import { type Mutant, oneEdit } from './mutant.ts'

/** Safeguards of lists that are counted, of forms that are signed, and of what nobody signs. */
export const countedMutants: readonly Mutant[] = [
  oneEdit(
    'counted-back',
    '1',
    'a list that is counted goes back to a lower number than it stood at',
    ['src/connector/cursor.ts', 'counter: Math.max(from?.counter ?? reached, reached)', 'counter: reached'],
    ['src/connector/counter.test.ts', 'never stands behind'],
  ),
  oneEdit(
    'parted-number',
    '1',
    'rows of one row version that lie on two pages are parted, and those of the second are lost',
    ['src/connector/read.ts', 'highest - (cursor?.counts ? 0 : 1)', 'highest + (cursor?.counts ? 1 : -1)'],
    ['src/connector/counter.test.ts', 'reads rows of one number to their end'],
  ),
  oneEdit(
    'counted-anew',
    '10',
    'a partner that counts anew shows nothing for ever, and nobody hears of it',
    [
      'src/connector/read.ts',
      '(run.from?.counter ?? cursor.first) > cursor.first) break',
      '(run.from?.counter ?? cursor.first) < 0) break',
    ],
    ['src/connector/counter.test.ts', 'is read from its beginning'],
  ),
  oneEdit(
    'one-count-for-all',
    '6',
    'two counts of what lies there bear one number, and the partner takes the second for the first',
    ['src/connector/write-state.ts', '...(gross === undefined ? [] : [canonicalJson(gross)])', ''],
    ['src/connector/write-seen.test.ts', 'bears another number'],
  ),
  oneEdit(
    'believed-unsigned',
    '13',
    'what anybody may send to an address is taken for the record itself',
    ['src/connector/lint-webhook.ts', "(topic.carries !== 'key' || topic.op === 'delete')", "topic.op === 'delete'"],
    ['src/connector/lint.test.ts', 'that nobody signed and that is believed'],
  ),
  oneEdit(
    'unsorted-fields',
    '13',
    'fields are signed in the order in which they stand',
    ['src/connector/signed-form.ts', '.toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))', ''],
    ['src/connector/signed-form.test.ts', 'published answers'],
  ),
  oneEdit(
    'any-number',
    '6',
    'an order of another shop with the same number is taken for our own come back',
    ['src/ledger/links.ts', "|| by === 'key') return byKey", ') return byKey'],
    ['src/ledger/apply.test.ts', 'by our key alone'],
  ),
]
