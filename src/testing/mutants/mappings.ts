import type { Mutant } from './mutant.ts'

/** What a value was made of: overlays of connections, and tables that mappings share. */
export const mappingMutants: readonly Mutant[] = [
  {
    name: 'overlay-left-out',
    invariant: '11',
    breaks: 'a connection runs a mapping without the overlay it has for it',
    file: 'src/pipeline/context.ts',
    edits: [{ find: 'catalogue.overlaid?.get(connection)?.get(name)?.mapping ?? catalogue', replace: 'catalogue' }],
    test: { file: 'src/workspace-overlays.test.ts', name: 'for that connection only' },
  },
  {
    name: 'wrong-layer',
    invariant: '11',
    breaks: 'a value that an overlay set is explained with a line of the mapping',
    file: 'src/mapping/layers.ts',
    edits: [{ find: 'made?.isOver(pointer) === true', replace: 'made === null' }],
    test: { file: 'src/workspace-overlays.test.ts', name: 'with its file and line' },
  },
  {
    name: 'tables-outside-hash',
    invariant: '11',
    breaks: 'a mapping keeps its hash when a table it shares is another',
    file: 'src/mapping/bundle.ts',
    edits: [{ find: '...program.tables.map(', replace: '...program.tables.slice(0, 0).map(' }],
    test: { file: 'src/mapping/overlay.test.ts', name: 'is part of the hash' },
  },
  {
    name: 'list-of-today',
    invariant: '11',
    breaks: 'a mapping that ran before is explained with the code list of today instead of the version it names',
    file: 'src/workspace-mappings.ts',
    edits: [{ find: '{ ...codes, ...kept.codes }', replace: 'codes' }],
    test: { file: 'src/workspace-overlays.test.ts', name: 'is kept to until the mapping names another' },
  },
  {
    name: 'base-written-to',
    invariant: '11',
    breaks: 'a push writes into the document it was given as its base',
    file: 'src/mapping/write-path.ts',
    edits: [{ find: 'if (owned.has(value)) return value', replace: 'if (value !== undefined) return value' }],
    test: { file: 'src/mapping/put-base.test.ts', name: 'writes nothing into the base' },
  },
  {
    name: 'stale-verification',
    invariant: '11',
    breaks: 'a push believes that what reads a changed field is what it was',
    file: 'src/mapping/put-beside.ts',
    edits: [
      {
        find: 'for (const reader of side.readersOf(field)) look(reader)',
        replace: 'for (const reader of side.readersOf(field)) if (reader.field === field) look(reader)',
      },
    ],
    test: { file: 'src/mapping/put-base.test.ts', name: 'hears that a sum has changed' },
  },
  {
    name: 'unread-neighbour',
    invariant: '11',
    breaks: 'a push believes that nobody else reads the path of a bare field',
    file: 'src/mapping/bare-rules.ts',
    edits: [{ find: 'readers.get(endOf(trail)) === step.rule && ', replace: '' }],
    test: { file: 'src/mapping/put-base.test.ts', name: 'reads a bare field again where another rule reads it' },
  },
]
