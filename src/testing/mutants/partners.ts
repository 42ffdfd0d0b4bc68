import { type Mutant, oneEdit } from './mutant.ts'

/** Safeguards against what partners change, and of the jobs they do for us. */
export const partnerMutants: readonly Mutant[] = [
  oneEdit(
    'done-by-others',
    '7',
    'what the partner shows as done is sent again after an answer was lost, and refused',
    ['src/connector/write.ts', 'if (among(state, done))', "if (among(state, done) && state === '')"],
    ['connectors/shopify/shop.test.ts', 'is taken back once'],
  ),
  oneEdit(
    'read-forwards',
    '10',
    'a list sorted newest first is read from its first page on, and a row behind one that changes meanwhile slips over a page border',
    [
      'src/connector/reverse.ts',
      'return number <= page.first ? undefined : at(Math.min(last, number - 1))',
      'return number <= page.first ? undefined : at(1 + last - (number - 1))',
    ],
    ['src/connector/reverse.test.ts', 'no row that changes'],
  ),
  oneEdit(
    'late-row-slips',
    '10',
    'rows that come late into a list that is read backwards push others onto a page that was read',
    ['src/connector/reverse.ts', 'if (grown > 0)', 'if (grown < 0)'],
    ['src/connector/reverse.test.ts', 'come late'],
  ),
  oneEdit(
    'token-of-another',
    '13',
    'after a new login writes go out with the token and the cookies of the session before',
    ['src/connector/csrf.ts', 'if (current?.session === proof.session)', 'if (current !== undefined)'],
    ['src/connector/csrf.test.ts', 'after a new login'],
  ),
  oneEdit(
    'drifted-on',
    '10',
    'where a stream is set to stop at a changed record, those after it are applied all the same',
    ['src/pipeline/drift.ts', 'const row = stopped.get(name)', 'const row = own'],
    ['src/pipeline/drift.test.ts', 'applies nothing from the changed record on'],
  ),
  oneEdit(
    'skipped-lines',
    '1',
    'the place kept in the file of a bulk job runs ahead of the records that were committed',
    ['src/connector/bulk.ts', 'offset: mark.offset + used }', 'offset: mark.offset + used + held.length }'],
    ['connectors/shopify/bulk.test.ts', 'killed anywhere'],
  ),
  oneEdit(
    'gone-is-the-end',
    '1',
    'a file that is gone after a part of it was read is taken for one that is at its end',
    ['src/connector/bulk.ts', 'return isDone && mark.offset === 0 && read', 'return isDone && read'],
    ['src/pipeline/bulk.test.ts', 'no address any more'],
  ),
  oneEdit(
    'forgotten-job',
    '12',
    'a bulk job is waited for before its name is kept, and asked for again after a restart',
    ['src/pipeline/position.ts', '    ...(bulk === undefined ? {} : { bulk }),\n', ''],
    ['connectors/shopify/bulk.test.ts', 'killed anywhere'],
  ),
  oneEdit(
    'two-jobs',
    '4',
    'two reads of one connection ask for bulk jobs at once',
    ['src/store/bulk-turn.ts', "is('lease_until', '<=', of.now)", "is('lease_until', '>=', 0)"],
    ['src/pipeline/bulk.test.ts', 'one job at a time'],
  ),
  oneEdit(
    'file-from-anywhere',
    'input',
    'the file of a bulk job is fetched from whatever address the partner names',
    ['src/connector/download.ts', 'hosts.includes(url.hostname)', "url.hostname !== ''"],
    ['src/connector/download.test.ts', 'from nowhere else'],
  ),
]
