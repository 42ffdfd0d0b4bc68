import type { Mutant } from './mutant.ts'

const saving = 'src/pipeline/save-codes.test.ts'

/** Codes and keys of partners beside ours: which counts, what is freed, what was one thing and is two. */
export const crosswalkMutants: readonly Mutant[] = [
  {
    name: 'nobody-freed',
    invariant: '10',
    breaks: 'a saved code frees nothing that waited for it',
    file: 'src/pipeline/save-codes.ts',
    edits: [{ find: 'releaseNames(tx, tenant, names, now)', replace: 'releaseNames(tx, tenant, [], now)' }],
    test: { file: saving, name: 'goes on when it is saved' },
  },
  {
    name: 'made-without',
    invariant: '10',
    breaks: 'a document that was made without a code stays so when the code is saved',
    file: 'src/pipeline/save-codes.ts',
    edits: [{ find: "await openFindingsAt(tx, tenant, 'unknown-code', paths)", replace: '[]' }],
    test: { file: saving, name: 'is made again with it' },
  },
  {
    name: 'first-cause-again',
    invariant: '5',
    breaks: 'a document is made again of the record that made its version, not of the last one',
    file: 'src/pipeline/derive-again.ts',
    edits: [
      {
        find: 'last.get(recordName(connection, stream, key))?.envelope ?? id',
        replace: 'last.get(recordName(connection, stream, key))?.at === 0 ? id : id',
      },
    ],
    test: { file: saving, name: 'of the last record' },
  },
  {
    name: 'code-of-today',
    invariant: '11',
    breaks: 'a value is explained with the codes of today',
    file: 'src/pipeline/explain-value.ts',
    edits: [{ find: 'codeBookOf(context, catalogue, at)', replace: 'codeBookOf(context, catalogue, at + 86_400_000)' }],
    test: { file: saving, name: 'known when it was made' },
  },
  {
    name: 'code-now',
    invariant: '11',
    breaks: 'codes are taken that hold when the record was read, not on the business date',
    file: 'src/ledger/codes.ts',
    edits: [
      {
        find: 'businessDate ?? textOf(body.asOf)?.slice(0, 10) ?? new Date(otherwise)',
        replace: 'new Date(otherwise)',
      },
    ],
    test: { file: saving, name: 'on the business dates' },
  },
  {
    name: 'file-first',
    invariant: '11',
    breaks: 'the workspace file goes before saved codes',
    file: 'src/pipeline/code-book.ts',
    edits: [{ find: 'if (!table.has(code)) table.set(code, hub)', replace: 'table.set(code, hub)' }],
    test: { file: saving, name: 'the most specific code counts' },
  },
  {
    name: 'for-everybody',
    invariant: '11',
    breaks: 'a code of one connection is read by all',
    file: 'src/ledger/codes.ts',
    edits: [
      {
        find: "(row.connection === '' || row.connection === connection)",
        replace: '(row.connection.length >= 0 || row.connection === connection)',
      },
    ],
    test: { file: saving, name: 'a code of another connection frees nothing' },
  },
  {
    name: 'two-codes',
    invariant: '11',
    breaks: 'two codes hold for one word at the same time',
    file: 'src/ledger/codes.ts',
    edits: [
      {
        find: '(a.valid_from === null || b.valid_to === null || a.valid_from <= b.valid_to) &&',
        replace: '(a.valid_from === null && b.valid_to === null) &&',
      },
    ],
    test: { file: saving, name: 'what contradicts is refused' },
  },
  {
    name: 'one-pack-for-all',
    invariant: '9',
    breaks: 'a quantity is counted in the packs of whoever ordered, whoever says it',
    file: 'src/ledger/order-case.ts',
    edits: [{ find: 'saidBy(given === undefined ? order : by)', replace: 'saidBy(by === order ? by : order)' }],
    test: { file: 'src/ledger/packs.test.ts', name: 'in the packs of whoever says it' },
  },
  {
    name: 'repacked-later',
    invariant: '9',
    breaks: 'what was counted before a pack was saved stays as it was',
    file: 'src/ledger/write-references.ts',
    edits: [{ find: '...books.data.repacked]', replace: '...[]]' }],
    test: { file: 'src/ledger/packs.test.ts', name: 'computed again' },
  },
  {
    name: 'silent-queue',
    invariant: '10',
    breaks: 'documents that were made without a code are not told among what is unmapped',
    file: 'src/pipeline/unmapped.ts',
    edits: [
      { find: "findingsByPath(read, tenant, 'unknown-code', mostNames)", replace: "findingsByPath(read, tenant, 'unknown', mostNames)" },
    ],
    test: { file: 'src/pipeline/unmapped.test.ts', name: 'a missing code counts its documents' },
  },
  {
    name: 'name-is-proof',
    invariant: 'input',
    breaks: 'two articles with one name are as certain a match as a GTIN',
    file: 'src/ledger/likeness.ts',
    edits: [{ find: 'Math.round(score * 75) / 100', replace: 'Math.round(score * 100) / 100' }],
    test: { file: 'src/pipeline/unmapped.test.ts', name: 'by name' },
  },
  {
    name: 'merged-in-name',
    invariant: '11',
    breaks: 'documents that refer to a merged key by its links go on to refer to it',
    file: 'src/ledger/regroup.ts',
    edits: [
      {
        find: 'for (const { from_type, from_key } of rows) books.data.rereferred.add(',
        replace: 'for (const { from_type, from_key } of rows.slice(0, 0)) books.data.rereferred.add(',
      },
    ],
    test: { file: 'src/ledger/merge.test.ts', name: 'refers to the one that lives' },
  },
  {
    name: 'old-key-lives',
    invariant: '11',
    breaks: 'a record that names a merged key is taken for the document that was merged',
    file: 'src/ledger/identify.ts',
    edits: [{ find: 'found.add(survivorOf(books.data.shelf, part.document, own))', replace: 'found.add(own)' }],
    test: { file: 'src/ledger/merge.test.ts', name: 'what comes later under the old key' },
  },
  {
    name: 'two-writers',
    invariant: '5',
    breaks: 'the record of a merged key writes over the document that lives',
    file: 'src/ledger/identify.ts',
    edits: [{ find: "known(link, link.linked_by === 'merge')", replace: 'known(link, false)' }],
    test: { file: 'src/ledger/merge.test.ts', name: 'what comes later under the old key' },
  },
  {
    name: 'two-figures',
    invariant: '8',
    breaks: 'a merge makes two stock sources for one place',
    file: 'src/ledger/regroup.ts',
    edits: [
      {
        find: 'const isTaken = there !== undefined && stockPlace(shelf, there.body) !== undefined',
        replace: 'const isTaken = there === level && stockPlace(shelf, there.body) !== undefined',
      },
    ],
    test: { file: 'src/ledger/merge.test.ts', name: 'two figures for one place' },
  },
  {
    name: 'ghost-stock',
    invariant: '8',
    breaks: 'stock of a key that was merged stays in the books under it as well',
    file: 'src/ledger/derive-stock.ts',
    edits: [{ find: 'new Set([...stored, ...levels]', replace: 'new Set([...levels]' }],
    test: { file: 'src/ledger/merge.test.ts', name: 'everything that counts is counted there' },
  },
  {
    name: 'half-undone',
    invariant: '11',
    breaks: 'a split that undoes a merge leaves the identifiers where they are',
    file: 'src/ledger/merge.ts',
    edits: [{ find: 'await moveIdentifiers(tx, identifiers, to)', replace: 'await moveIdentifiers(tx, identifiers.slice(0, 0), to)' }],
    test: { file: 'src/ledger/merge.test.ts', name: 'merge, then split is the identity' },
  },
  {
    name: 'split-of-yesterday',
    invariant: '5',
    breaks: 'after a split the document says what its record said before the merge',
    file: 'src/pipeline/regroup-keys.ts',
    edits: [
      { find: 'await reopenRecords(tx, tenant, recordsOf(hub, type, links), now)', replace: 'await reopenRecords(tx, tenant, [], now)' },
    ],
    test: { file: 'src/pipeline/regroup-keys.test.ts', name: 'after a split' },
  },
]
