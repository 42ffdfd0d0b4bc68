import type { Mutant } from './mutant.ts'

/** What is told of a change of a mapping, of a value, and of a record that becomes a case. */
export const mapChangeMutants: readonly Mutant[] = [
  {
    name: 'diff-stops-early',
    invariant: '10',
    breaks: 'two versions of a mapping are compared over the first page of records only',
    file: 'src/pipeline/compare-mappings.ts',
    edits: [{ find: 'next: more ? (last ?? null) : null', replace: 'next: more ? null : null' }],
    test: { file: 'src/pipeline/compare-mappings.test.ts', name: 'every record was looked at once' },
  },
  {
    name: 'diff-money-float',
    invariant: '9',
    breaks: 'money that a changed mapping moves is summed as binary floats',
    file: 'src/mapping/compare-report.ts',
    edits: [{ find: 'before: add(a.before, b.before)', replace: 'before: String(Number(a.before) + Number(b.before))' }],
    test: { file: 'src/mapping/compare.test.ts', name: 'sums money exactly' },
  },
  {
    name: 'diff-shows-secret',
    invariant: '13',
    breaks: 'a difference shows a value that a schema calls sensitive',
    file: 'src/mapping/compare-report.ts',
    edits: [{ find: 'facts(rule).sensitive ? hidden : short(value)', replace: 'short(value)' }],
    test: { file: 'src/mapping/compare.test.ts', name: 'never shows what is sensitive' },
  },
  {
    name: 'case-keeps-name',
    invariant: '13',
    breaks: "a recorded case holds a person's name inside another text",
    file: 'src/mapping/redact-record.ts',
    edits: [{ find: '(value) => made.inside(value))', replace: '(value) => value)' }],
    test: { file: 'src/mapping/redact-record.test.ts', name: 'the same value by the same one' },
  },
  {
    name: 'explain-other-item',
    invariant: '11',
    breaks: 'a value of one item is explained with the choice made for another',
    file: 'src/pipeline/explain-value.ts',
    edits: [{ find: 'String(item) === indexes[depth]', replace: 'indexes[depth] !== undefined && item >= 0' }],
    test: { file: 'src/commands/explain.test.ts', name: 'tells the exceptional choice of its own item' },
  },
]
