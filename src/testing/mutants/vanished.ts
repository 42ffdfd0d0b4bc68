import { type Mutant, oneEdit } from './mutant.ts'

/** Safeguards of what a partner has no more, and of figures that hold for their time only. */
export const vanishedMutants: readonly Mutant[] = [
  oneEdit(
    'called-off-when-done',
    '7',
    'an order that its ERP deletes with its last posting is called off at the supplier',
    [
      'src/ledger/finish.ts',
      'filter((document) => !done.has(documentName(document)))',
      'filter((document) => done.size < 1_000_000 || document.deleted)',
    ],
    ['src/ledger/derive.test.ts', 'with its last posting is not called off'],
  ),
  oneEdit(
    'believed-at-once',
    '7',
    'a key that is gone is believed deleted before the stream was read that tells what became of it',
    ['src/pipeline/deletes.ts', 'if (once.length > 0 && into.length > 0) await', 'if (once.length > 1_000_000 && into.length > 0) await'],
    ['src/pipeline/deletes.test.ts', 'is deleted once that stream was read'],
  ),
  oneEdit(
    'believed-half-read',
    '7',
    'a key that is gone is believed deleted although the stream that tells what became of it was read in part only',
    ['src/pipeline/deletes.ts', ' || (good ?? 0) < (started ?? 0))', ' || (good ?? 0) < 0)'],
    ['src/pipeline/deletes.test.ts', 'read in part only'],
  ),
  oneEdit(
    'gone-is-refused',
    '7',
    'a cancel of what the partner has deleted already is told as too late',
    ['src/connector/write.ts', "if (state === undefined && absent === 'done') return gone(context)", ''],
    ['src/connector/write.test.ts', 'has nothing left to do once the thing is gone'],
  ),
  oneEdit(
    'timeless-stock',
    '8',
    'what is on hand may forget when it was read: goods that left stay reserved for ever',
    ['src/connector/lint-stream.ts', "stream.version.kind === 'read' &&", "stream.version.kind === 'counter' &&"],
    ['src/connector/lint.test.ts', 'a figure of stock that forgets when it was read'],
  ),
  oneEdit(
    'over-and-again',
    '7',
    'an order whose answer was lost is made again when it was shipped and deleted meanwhile',
    ['src/connector/find.ts', '...(once.over ?? [])', '...[]'],
    ['src/connector/write.test.ts', 'is known by what it became'],
  ),
]
