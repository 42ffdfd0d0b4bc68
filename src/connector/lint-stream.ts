import { compileExpression } from '../mapping/expression.ts'
import { lintBulk } from './lint-bulk.ts'
import { baseScope, fieldsOf, isRequired, lintCall, lintPaging, lintTemplates, pageScope, type Scope } from './lint-calls.ts'
import { lintCursor, lintZone } from './lint-cursor.ts'
import { nearest, type Report } from './lint-report.ts'
import { lintSchema } from './lint-schema.ts'
import type { Child, Connector, DocumentPart, Part, Stream, Version } from './types.ts'

export function lintStream(
  report: Report,
  connector: Connector,
  name: string,
  stream: Stream,
  documents: readonly string[] | undefined,
): void {
  const path = `streams.${name}`
  const scope = baseScope(connector)
  lintSchema(report, `${path}.schema`, stream.schema)
  if (!isRequired(stream.schema, stream.key))
    report.error(
      `${path}.key`,
      'key-not-required',
      `the key "${stream.key}" is not required by the schema, so a record without one would pass`,
    )
  lintVersion(report, `${path}.version`, connector, stream.version, stream)
  if (stream.columns !== undefined) lintColumns(report, path, pathsOf(stream), stream.columns)
  if (stream.call === null) {
    if (stream.cursor !== null) report.error(`${path}.cursor`, 'cursor-without-call', 'a stream that is never polled has no cursor')
    if (!receives(connector, name)) report.error(`${path}.call`, 'no-source', 'the stream is neither polled nor fed by a webhook topic')
  } else {
    const cursorScope: Scope = stream.cursor === null ? {} : { since: true, until: true }
    const found = lintCall(report, `${path}.call`, stream.call, { ...scope, ...cursorScope, ...pageScope(stream.page) })
    lintPaging(report, `${path}.call`, stream.call, stream.page, found)
    if (stream.cursor !== null) {
      const sends = (root: string) => found.some((placeholder) => placeholder.root === root)
      lintCursor(report, `${path}.cursor`, connector, stream.cursor, stream, sends)
    }
    lintKeyset(report, path, stream)
    lintReverse(report, path, stream)
  }
  if (stream.bulk !== undefined) lintBulk(report, `${path}.bulk`, connector, stream, stream.bulk, scope)
  if (stream.byKey !== undefined) {
    const found = lintCall(report, `${path}.byKey`, stream.byKey, { ...scope, key: true })
    if (!found.some(({ root }) => root === 'key'))
      report.error(`${path}.byKey`, 'key-not-sent', 'the call that reads one record never sends {key}')
  }
  if (stream.ids !== undefined) {
    const known = Object.keys(connector.streams)
    for (const [place, name] of (stream.ids.into ?? []).entries())
      if (!known.includes(name))
        report.error(`${path}.ids.into.${place}`, 'unknown-stream', `there is no stream '${name}'`, nearest(name, known))
    const found = lintCall(report, `${path}.ids`, stream.ids.call, { ...scope, ...pageScope(stream.ids.page) })
    lintPaging(report, `${path}.ids`, stream.ids.call, stream.ids.page, found)
  }
  for (const [place, child] of (stream.children ?? []).entries())
    lintChild(report, `${path}.children.${place}`, connector, child, documents)
  lintParts(report, `${path}.parts`, stream.parts, documents, scope)
  if (stream.version.kind === 'additive' && stream.parts.some((part) => 'link' in part || part.identity.kind !== 'fact'))
    report.error(
      `${path}.version`,
      'additive-without-facts',
      'records that come in any order may only become facts: with another identity an older record would overwrite a newer one',
    )
  if (
    stream.version.kind === 'read' &&
    stream.parts.some((part) => !('link' in part) && part.measure === 'onHand' && part.mode !== 'snapshot')
  )
    report.error(
      `${path}.parts`,
      'figure-without-time',
      'what is on hand holds for the time it was read, which only a snapshot keeps: without it goods that left stay reserved for ever',
    )
  if (stream.pokes !== undefined) lintPokes(report, `${path}.pokes`, connector, stream, stream.pokes)
  else if (stream.parts.length === 0 && stream.children === undefined)
    report.error(`${path}.parts`, 'no-parts', 'the records of the stream become nothing')
  for (const word of stream.words ?? [])
    if (fieldsOf(stream.schema)?.includes(word.split('.')[0] ?? '') === false)
      report.error(`${path}.words`, 'unknown-field', `"${word}" is no field of the schema`, nearest(word, fieldsOf(stream.schema) ?? []))
  if (stream.hubRef !== undefined && fieldsOf(stream.schema)?.includes(stream.hubRef.path.split('.')[0] ?? '') === false)
    report.warning(
      `${path}.hubRef`,
      'unknown-field',
      `"${stream.hubRef.path}" is no field of the schema`,
      nearest(stream.hubRef.path, fieldsOf(stream.schema) ?? []),
    )
}

/** Every path that a stream is read by. */
const pathsOf = ({ key, page, cursor, version }: Stream): readonly string[] => [
  key,
  ...(page.kind === 'keyset' ? [page.key, page.rowKey ?? key] : []),
  ...(cursor?.paths ?? []),
  ...(version.kind === 'time' ? version.paths : []),
]

/** Values are named by place: each name once, and all that are used among them. */
function lintColumns(report: Report, path: string, used: readonly string[], columns: readonly string[]): void {
  const doubled = columns.filter((name, place) => name === '' || name.includes('.') || columns.indexOf(name) !== place)
  if (columns.length === 0 || doubled.length > 0)
    report.error(
      `${path}.columns`,
      'bad-columns',
      `each value has a name of its own without a dot: ${doubled.join(', ') || 'there is none'}`,
    )
  for (const name of new Set(used.map((used) => used.split('.')[0] ?? '')))
    if (!columns.includes(name))
      report.error(`${path}.columns`, 'unknown-column', `"${name}" is none of the columns`, nearest(name, columns))
}

/** A list is read on by (cursor, key) only where both orders are asked for and the cursor rises. */
function lintKeyset(report: Report, path: string, { page, cursor, group }: Stream): void {
  if (page.kind !== 'keyset') return
  if ((page.cursor === undefined) !== (cursor === null) && !(page.cursor === undefined && cursor?.order === 'none'))
    report.error(
      `${path}.page`,
      'keyset-cursor',
      "a keyset page says how rows are ordered by cursor where the stream has one, and only there; a stream in the order of its keys alone says order: 'none'",
    )
  if ((page.rowKey === undefined) !== (group === undefined))
    report.error(
      `${path}.page`,
      'keyset-group',
      'a page may end between two rows of one record: a stream with group needs rowKey to go on from there, and only such a one',
    )
  if (page.cursor !== undefined && (cursor?.order !== 'asc' || group !== undefined))
    report.error(`${path}.page`, 'keyset-order', "a keyset page goes on from the highest cursor: say order: 'asc' and leave group out")
  if (page.cursor !== undefined && !(page.cursor.stepMs >= 1))
    report.error(`${path}.page`, 'bad-step', 'the step of the times is at least a millisecond')
}

function lintReverse(report: Report, path: string, { page, cursor, group }: Stream): void {
  if (page.kind !== 'reverse') return
  if (cursor !== null && cursor.order !== 'none')
    report.error(`${path}.cursor`, 'reverse-order', "the newest rows come last, in no order to go on from: say order: 'none'")
  if (group !== undefined)
    report.error(
      `${path}.page`,
      'reverse-group',
      'rows of one record may stand on two pages, and the later one is read first: leave group out',
    )
}

function lintPokes(report: Report, path: string, connector: Connector, stream: Stream, pokes: NonNullable<Stream['pokes']>): void {
  if (connector.streams[pokes.stream]?.byKey === undefined)
    report.error(path, 'no-by-key', `the stream "${pokes.stream}" needs byKey, so that its records can be read again`)
  if (stream.parts.length > 0 || stream.children !== undefined || stream.group !== undefined || stream.bulk !== undefined)
    report.error(path, 'pokes-only', 'rows that only say what changed become nothing else: leave parts, children and group empty')
  if (!isRequired(stream.schema, pokes.key))
    report.error(`${path}.key`, 'key-not-required', `the schema does not require "${pokes.key}": a row without it would say nothing`)
  if (pokes.when !== undefined) lintExpression(report, `${path}.when`, pokes.when)
}

const receives = (connector: Connector, stream: string): boolean =>
  Object.values(connector.webhook?.topics ?? {}).some((topic) => topic.stream === stream)

function lintVersion(report: Report, path: string, connector: Connector, version: Version, stream: Stream | undefined): void {
  if (version.kind === 'time') {
    const certain = version.paths.at(-1)
    if (certain === undefined) report.error(`${path}.paths`, 'no-version-path', 'the version names no path in the record')
    else if (stream !== undefined && !isRequired(stream.schema, certain))
      report.warning(
        `${path}.paths`,
        'version-not-required',
        `the schema does not require "${certain}": a record without it has no version`,
      )
    if (version.zone !== null) lintZone(report, `${path}.zone`, connector, version.zone)
  }
  if (version.kind === 'counter' && stream !== undefined && !isRequired(stream.schema, version.path))
    report.warning(`${path}.path`, 'version-not-required', `the schema does not require "${version.path}"`)
}

function lintChild(report: Report, path: string, connector: Connector, child: Child, documents: readonly string[] | undefined): void {
  const scope = baseScope(connector)
  if (child.when !== undefined) lintExpression(report, `${path}.when`, child.when)
  if (child.columns !== undefined) {
    lintColumns(report, path, child.parent === undefined ? [] : [child.parent], child.columns)
    if (child.as.kind === 'records')
      report.error(`${path}.columns`, 'columns-of-records', 'only children that are embedded may be rows of values')
  }
  if (child.as.kind === 'records') {
    lintVersion(report, `${path}.as.version`, connector, child.as.version, undefined)
    lintParts(report, `${path}.as.parts`, child.as.parts, documents, scope)
  }
  if (child.call === null) {
    if (child.as.kind === 'embed' || child.batch !== 1 || child.page.kind !== 'single' || child.parent !== undefined)
      report.error(
        path,
        'nothing-read',
        'children that stand in their parent are records, in one page and batches of one: nothing is asked for',
      )
    if (connector.http.codec?.parse !== undefined)
      report.error(path, 'no-bytes-inside', 'a codec that parses whole bodies leaves no bytes of records inside records')
    return
  }
  if (/(^|\.)\*(\.|$)/.test(child.records))
    report.error(`${path}.records`, 'star-in-answer', '`*` stands only in the path of children inside their parent')
  const found = lintCall(report, `${path}.call`, child.call, { ...scope, key: true, keys: true, record: true, ...pageScope(child.page) })
  lintPaging(report, `${path}.call`, child.call, child.page, found)
  const uses = (root: string) => found.some((placeholder) => placeholder.root === root)
  if (child.batch < 1) report.error(`${path}.batch`, 'bad-batch', 'a batch holds at least one parent')
  if (child.batch > 1 && !uses('keys'))
    report.error(`${path}.call`, 'keys-not-sent', 'several parents are read in one call, but it never sends {keys}')
  if (child.batch > 1 && (uses('key') || uses('record')))
    report.error(`${path}.call`, 'one-parent-of-many', 'a call for several parents cannot name {key} or {record…}')
  if (child.batch > 1 && child.parent === undefined)
    report.error(`${path}.parent`, 'no-parent', 'children of several parents in one answer must say whose they are')
  if (child.batch === 1 && !uses('key') && !uses('keys') && !uses('record'))
    report.error(`${path}.call`, 'parent-not-sent', 'the call of a child never names its parent')
}

function lintParts(report: Report, path: string, parts: readonly Part[], documents: readonly string[] | undefined, scope: Scope): void {
  for (const [place, part] of parts.entries()) {
    const here = `${path}.${place}`
    if ('link' in part) continue
    if (documents !== undefined && !documents.includes(part.document))
      report.error(`${here}.document`, 'unknown-document', `there is no document "${part.document}"`, nearest(part.document, documents))
    if (part.mapping !== undefined && !/^[a-z][\w-]*\/[\w-]+$/.test(part.mapping))
      report.error(`${here}.mapping`, 'bad-mapping-name', `"${part.mapping}" is no <connector>/<file>`)
    if (part.mapping === undefined && part.body === undefined && part.identity.kind !== 'mirror')
      report.error(
        `${here}.mapping`,
        'no-mapping',
        'only a record that carries the document (body) and a mirror known by link or hubRef do without a mapping',
      )
    if (part.when !== undefined) lintExpression(report, `${here}.when`, part.when)
    lintEach(report, here, part)
    if (part.key !== undefined) lintTemplates(report, `${here}.key`, part.key, { ...scope, key: true, record: true })
    if (part.identity.kind === 'stock' && part.measure === undefined && part.body === undefined)
      report.error(`${here}.measure`, 'no-measure', 'a stock figure must say what it measures: onHand or available')
  }
}

/** Many documents of one record need keys of their own: those of facts. */
function lintEach(report: Report, path: string, { each, identity, mapping, mode, key }: DocumentPart): void {
  if (identity.kind === 'fact' && (mapping === undefined || mode !== 'replace' || key !== undefined || identity.of.length === 0))
    report.error(
      path,
      'fact-by-content',
      "a fact is known by values of its document: it has a mapping, mode 'replace', names them in `of`, and has no key",
    )
  if (each === undefined) return
  if (each.length === 0) report.error(`${path}.each`, 'no-list', 'say which list has an item for each document')
  if (identity.kind !== 'fact')
    report.error(`${path}.each`, 'one-key-for-all', 'the documents of one record would all have its key: only facts have keys of their own')
}

export function lintExpression(report: Report, path: string, text: string): void {
  for (const fault of compileExpression(text, { file: report.file, path }).faults) report.add(fault)
}
