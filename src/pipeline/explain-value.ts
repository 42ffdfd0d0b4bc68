import type { CodeScope } from '../ledger/codes.ts'
import { ruleAt } from '../mapping/rule-at.ts'
import type { Choice, CompiledMapping, Lineage, MapContext, Note } from '../mapping/types.ts'
import { textByHash } from '../store/revision.ts'
import type { EnvelopeTable } from '../store/tables.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import { type CodeBook, codeBookOf, codeScope, codesFor } from './code-book.ts'
import type { Context } from './context.ts'
import { type EachRecord, eachRecord } from './each-item.ts'
import { keptRecord } from './kept-record.ts'
import { pullWithCodes } from './map-body.ts'
import { factKey } from './map-part.ts'
import { mapContextOf } from './map-record.ts'
import { listsAround, type RawValue, rawAt } from './raw-value.ts'

/** A mapping that once made a document. */
export interface FoundMapping {
  readonly name: string
  readonly mapping: CompiledMapping
  /** path of the connection's overlay that is part of it */
  readonly overlay?: string
}

/** By the hash of its text: of the current revision, else of a stored text that still compiles. */
export async function mappingByHash(context: Context, hash: string): Promise<FoundMapping | undefined> {
  const catalogue = context.catalogue()
  for (const [name, mapping] of catalogue.mappings) if (mapping.hash === hash) return { name, mapping }
  for (const own of catalogue.overlaid?.values() ?? [])
    for (const [name, { mapping, file }] of own) if (mapping.hash === hash) return { name, mapping, overlay: file }
  const text = await textByHash(context.database.read, context.tenant, hash)
  const mapping = text === undefined ? undefined : catalogue.compile('', text, hash).mapping
  return mapping && { name: mapping.id.replace('.', '/'), mapping }
}

/** The rule that wrote a path of a document. */
export interface FoundRule {
  readonly rule: string
  readonly line: number
  readonly column: number
  /** it stands in the overlay */
  readonly over: boolean
  readonly lineage: Lineage | undefined
}

/** @param path `lines.0.sku` or `/lines/0/sku` */
export function ruleOfPath(mapping: CompiledMapping, path: string): FoundRule | undefined {
  const found = ruleAt(mapping, dotted(path).replace(/\.\d+(?=\.|$)/g, '[]'))
  if (found === undefined) return undefined
  const { line, column, overlay } = found.position
  return { rule: found.rule, line, column, over: overlay === true, lineage: mapping.sources(found.rule) }
}

const dotted = (path: string): string =>
  path.startsWith('/') ? path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~') : path

/** What running the mapping once more on the record tells about one value. */
export interface Rerun {
  /** the partner's own values */
  readonly raw: readonly RawValue[]
  /** entries of tables and code lists that were used; `value` null: the table has no such code; `saved`: the entry was saved, and does not stand in a file */
  readonly entries: readonly {
    readonly lookup: string
    readonly code: string
    readonly value: string | null
    readonly saved: CodeTable | null
  }[]
  readonly choices: readonly { readonly rule: string; readonly kind: 'default' | 'else' | 'path'; readonly number: number | null }[]
  /** what the mapping notes of the whole record: what it left out, times that the zone skips or has twice */
  readonly notes: readonly Pick<Note, 'code' | 'rule' | 'to' | 'message'>[]
}

export async function rerun(
  context: Context,
  envelope: Pick<EnvelopeTable, 'connection' | 'stream' | 'slices' | 'op' | 'as_of'>,
  mapping: CompiledMapping,
  { rule, lineage }: FoundRule,
  path: string,
  /** the document, and when the version was made: with the codes that were known then */
  { key, at }: { readonly key: string; readonly at: number },
): Promise<Rerun> {
  const paths = lineage?.paths ?? []
  const kept = await keptRecord(context, envelope)
  if (kept === undefined)
    return { raw: paths.map((one) => ({ path: one, found: false, value: null })), entries: [], choices: [], notes: [] }
  const { place } = kept
  const catalogue = context.catalogue()
  const scope = codeScope(place.setup)
  const book = await codeBookOf(context, catalogue, at)
  const mapContext = mapContextOf(place.setup, catalogue, codesFor(book, scope, undefined))
  const { record, places } = readRecord(kept, mapping, mapContext, key)
  const made =
    mapping.direction === 'push' ? undefined : pullWithCodes(mapping, { mapContext, book }, record, envelope.as_of, { choices: true })
  const result = made?.result
  const steps = dotted(path).split('.')
  const indexes = steps.filter((step, depth) => depth > 0 && /^\d+$/.test(step))
  const lists = result?.ok ? listsAround(result.value, steps, result.kept) : []
  const raw = paths.map((one) => placed(rawAt(record, one, lists), places))
  return {
    raw,
    entries: (lineage?.lookups ?? []).flatMap((lookup) => entriesOf(mapping, lookup, raw, { book, scope, date: made?.date })),
    choices: (result?.ok ? (result.choices ?? []) : []).filter((choice) => isAbout(choice, rule, indexes)).map(shownChoice),
    notes: result?.ok ? result.notes.map(({ code, rule: of, to, message }) => ({ code, rule: of, to, message })) : [],
  }
}

/** What the mapping read for this document: the record, or the item of it that gave this fact. */
function readRecord(
  { record, place }: NonNullable<Awaited<ReturnType<typeof keptRecord>>>,
  mapping: CompiledMapping,
  mapContext: MapContext,
  key: string,
): EachRecord {
  const parts = place.parts.filter((part) => !('link' in part) && part.each !== undefined && part.mapping === mapping.id.replace('.', '/'))
  const found = parts
    .flatMap((part) => ('link' in part ? [] : (eachRecord(part, record) ?? []).map((one) => ({ one, identity: part.identity }))))
    .find(({ one, identity }) => {
      const made = mapping.pull(one.record, mapContext)
      return made.ok && identity.kind === 'fact' && `${place.setup.name}/${factKey(made.value, identity.of)}` === key
    })
  return found?.one ?? { record, places: new Map() }
}

/** A path as it stands in the record that came. */
function placed(raw: RawValue, places: ReadonlyMap<string, string>): RawValue {
  const [first = '', ...rest] = raw.path.split('.')
  const place = places.get(first)
  return place === undefined ? raw : { ...raw, path: [place, ...rest].filter((piece) => piece !== '').join('.') }
}

/** A choice of the rule itself or of one around it, made for these items. */
const isAbout = (choice: Choice, rule: string, indexes: readonly string[]): boolean =>
  (rule === choice.rule || rule.startsWith(`${choice.rule}.`) || rule.startsWith(`${choice.rule}[]`)) &&
  choice.items.every((item, depth) => String(item) === indexes[depth])

const shownChoice = ({ rule, branch }: Choice): Rerun['choices'][number] =>
  typeof branch === 'number' ? { rule, kind: 'path', number: branch + 1 } : { rule, kind: branch, number: null }

/** Entries of one table for the codes the partner gave, as they stand or in the letters a converter makes of them. */
function entriesOf(
  mapping: CompiledMapping,
  lookup: string,
  raw: Rerun['raw'],
  { book, scope, date }: { readonly book: CodeBook; readonly scope: CodeScope; readonly date: string | undefined },
): Rerun['entries'] {
  const own = mapping.tables.get(lookup)
  const table = own ?? book.table(lookup, scope, date)
  if (table === undefined) return []
  const given = raw.filter(({ value }) => value !== null && typeof value !== 'object' && value !== '').map(({ value }) => String(value))
  const entries = given.flatMap((code) => {
    const known = [code, code.toLowerCase(), code.toUpperCase()].find((written) => table.has(written))
    return known === undefined
      ? []
      : [
          {
            lookup,
            code: known,
            value: table.get(known) ?? null,
            saved: (own === undefined ? book.row(lookup, scope, date, known) : undefined) ?? null,
          },
        ]
  })
  const [first] = given
  return entries.length > 0 || first === undefined ? entries : [{ lookup, code: first, value: null, saved: null }]
}
