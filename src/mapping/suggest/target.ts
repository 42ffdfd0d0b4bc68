import { isObject, type JsonObject } from '../../model/json.ts'
import { type Cursor, fieldAt, itemsAt } from '../schema-path.ts'
import { enumOf, kindOf, type TargetKind, textsOf } from './target-kind.ts'
import { contextOf, listNames, namesOf, type Phrase } from './vocabulary.ts'

/** Constants of an entry, and the fields of it that a plain field may fill. */
interface Entry {
  readonly constants: Readonly<Record<string, string>>
  readonly only: readonly string[]
}
/** A field to go down, or the entry of a list that is written out one by one. */
export type TargetStep = { readonly kind: 'field'; readonly name: string } | ({ readonly kind: 'entry'; readonly name: string } & Entry)

/** One field that can be written, seen from the document or from the item of the nearest list. */
export interface TargetLeaf {
  /** `shipTo.contacts[phone].value` */
  readonly path: string
  readonly steps: readonly TargetStep[]
  readonly kind: TargetKind
  readonly names: readonly Phrase[]
  /** groups around that source names tell apart, outermost first */
  readonly groups: readonly (readonly Phrase[])[]
  /** every document, or item of the list, needs it */
  readonly required: boolean
  /** path of the object around it, and whether that object needs it */
  readonly object: string
  readonly needed: boolean
  /** document type of a reference */
  readonly link: string | undefined
  /** codes of an enum */
  readonly codes: readonly string[]
  /** the unaligned list whose entry this belongs to */
  readonly list: string | undefined
}
export interface TargetList {
  readonly path: string
  readonly name: string
  readonly steps: readonly TargetStep[]
  readonly item: Cursor
  /** name of the item's definition: `line`, `parcel` */
  readonly definition: string
  readonly scalar: boolean
  readonly said: readonly Phrase[]
}
export interface Targets {
  readonly leaves: readonly TargetLeaf[]
  readonly lists: readonly TargetList[]
}

/** Entries by which a list is written when the source has its values as plain fields. */
const entries: Readonly<Record<string, readonly ({ readonly name: string } & Entry)[]>> = {
  contacts: [
    { name: 'phone', constants: { channel: 'phone' }, only: ['value'] },
    { name: 'email', constants: { channel: 'email' }, only: ['value'] },
  ],
  street: ['line1', 'line2', 'line3'].map((name) => ({ name, constants: {}, only: [] })),
  charges: [
    { name: 'shipping', constants: { kind: 'shipping' }, only: ['amount'] },
    { name: 'fee', constants: { kind: 'fee' }, only: ['amount'] },
  ],
  discounts: [{ name: 'discount', constants: {}, only: ['amount'] }],
  taxes: [{ name: 'tax', constants: {}, only: ['amount', 'percent'] }],
  parcels: [{ name: 'parcel', constants: {}, only: ['tracking', 'trackingUrl'] }],
  gtins: [{ name: 'gtin', constants: {}, only: [] }],
  serials: [{ name: 'serial', constants: {}, only: [] }],
  lots: [{ name: 'lot', constants: {}, only: ['lot', 'expiry'] }],
  taxIds: [{ name: 'taxId', constants: { scheme: 'other' }, only: ['value'] }],
  steps: [{ name: 'step', constants: {}, only: ['price', 'minQuantity', 'unit', 'validFrom', 'validTo'] }],
  addresses: [{ name: 'main', constants: { use: 'main' }, only: ['address'] }],
}

/** Set by the ledger or by a person, never read from a record. */
const notMapped: ReadonlySet<string> = new Set(
  'type key origin version findings ext refs deleted deleteReason sourceStatus sourceUnit sourceAction hint masked zone supplements splitFrom mergedInto mergedFrom'.split(
    ' ',
  ),
)
const deepest = 7

interface Walk {
  readonly document: string
  /** the document has an address of its own for invoices, so parties need none */
  readonly bills: boolean
  readonly leaves: TargetLeaf[]
  readonly lists: TargetList[]
}
interface Here {
  readonly steps: readonly TargetStep[]
  readonly definition: string
  readonly required: boolean
  readonly needed: boolean
  readonly groups: TargetLeaf['groups']
  readonly list: string | undefined
  readonly entry: string | undefined
  readonly root: boolean
}

/** Everything that can be written in a document or in one item of a list. `definition` is the document type at the top, else the name of the item's definition. */
export function targetsOf(cursor: Cursor, document: string, definition: string, top: boolean): Targets {
  const walk: Walk = { document, bills: fieldAt(cursor, 'billTo').kind === 'found', leaves: [], lists: [] }
  walkFields(
    cursor,
    { steps: [], definition, required: true, needed: true, groups: [], list: undefined, entry: undefined, root: top },
    walk,
  )
  return walk
}

function walkFields(cursor: Cursor, here: Here, walk: Walk, only?: readonly string[]): void {
  if (here.steps.length > deepest) return
  const required = requiredAt(cursor)
  for (const name of propertiesOf(cursor)) {
    if (only !== undefined && !only.includes(name)) continue
    if (walk.bills && here.definition === 'partySnapshot' && name === 'address') continue
    if (notMapped.has(name) && !(name === 'key' && !here.root && here.definition !== 'family')) continue
    const found = fieldAt(cursor, name)
    if (found.kind !== 'found') continue
    walkField(found.cursor, name, { ...here, required: here.required && required.has(name), needed: required.has(name) }, walk)
  }
}

/** Names that every object here must have: one of several choices is not. */
function requiredAt({ schemas }: Cursor): ReadonlySet<unknown> {
  const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  const choices = new Set(schemas.flatMap(({ anyOf, oneOf }) => [...listed(anyOf), ...listed(oneOf)]))
  return new Set(schemas.filter((schema) => !choices.has(schema)).flatMap(({ required }) => listed(required)))
}

function walkField(cursor: Cursor, name: string, here: Here, walk: Walk): void {
  const steps: readonly TargetStep[] = [...here.steps, { kind: 'field', name }]
  const definition = definitionOf(cursor)
  const said = contextOf(walk.document, name)
  const groups = said === undefined || here.definition === 'product' ? here.groups : [...here.groups, said]
  const link = linkOf(cursor, definition, walk.document, name)
  if (link !== undefined || definition === 'lineRef') {
    const kind = definition === 'lineRef' ? 'line-link' : 'link'
    const isRef = name === 'ref'
    const keys = isRef ? [`${here.definition}.ref`] : ['partySnapshot.ref']
    walk.leaves.push(leaf(cursor, steps, kind, isRef ? here.groups : groups, keys, here, link))
    return
  }
  const items = itemsAt(cursor)
  if (textsOf(cursor, 'type')[0] === 'array' && items !== undefined) {
    walkList(cursor, items, name, steps, here, walk)
    return
  }
  if (propertiesOf(cursor).length > 0) {
    walkFields(cursor, { ...here, steps, definition: definition ?? name, groups, root: false }, walk)
    return
  }
  const entry = here.entry
  const keys =
    entry === undefined
      ? [`${walk.document}.${name}`, `${here.definition}.${name}`, name]
      : [`${entry}.${name}`, `${here.definition}.${name}`, name]
  walk.leaves.push(leaf(cursor, steps, kindOf(cursor, definition, entry), here.groups, keys, here, undefined))
}

function walkList(cursor: Cursor, item: Cursor, name: string, steps: readonly TargetStep[], here: Here, walk: Walk): void {
  const path = pathOf(steps)
  const scalar = propertiesOf(item).length === 0
  const definition = definitionOf(item) ?? name.replace(/e?s$/, '')
  if (here.entry === undefined) walk.lists.push({ path, name, steps, item, definition, scalar, said: listNames(name, titlesOf(cursor)) })
  // tax of a whole document is its totals' taxTotal; freight of a line is rare and mostly something else
  if (here.root ? name === 'taxes' : name === 'charges') return
  for (const given of entries[name] ?? []) {
    const inside: TargetStep[] = [...steps, { kind: 'entry', ...given }]
    const entry = `${name}.${given.name}`
    const entered: Here = { ...here, steps: inside, definition, required: false, list: here.list ?? path, entry, root: false }
    if (scalar) walk.leaves.push(leaf(item, inside, kindOf(item, definitionOf(item), entry), here.groups, [entry], entered, undefined))
    else walkFields(item, given.only.includes('address') ? { ...entered, entry: undefined } : entered, walk, given.only)
  }
}

function leaf(
  cursor: Cursor,
  steps: readonly TargetStep[],
  kind: TargetKind,
  groups: TargetLeaf['groups'],
  keys: readonly string[],
  here: Here,
  link: string | undefined,
): TargetLeaf {
  const last = steps.at(-1)
  const name = last?.name ?? ''
  return {
    path: pathOf(steps),
    steps,
    kind,
    names: namesOf(keys, [name, ...titlesOf(cursor)]),
    groups,
    required: here.required,
    object: pathOf(steps.slice(0, -1)),
    needed: here.needed,
    link,
    codes: enumOf(cursor),
    list: here.list,
  }
}

export const pathOf = (steps: readonly TargetStep[]): string =>
  steps.reduce((path, step) => (step.kind === 'entry' ? `${path}[${step.name}]` : path === '' ? step.name : `${path}.${step.name}`), '')

/** Names of the fields here, in the order of the schema. */
export const propertiesOf = (cursor: Cursor): readonly string[] => [
  ...new Set(cursor.schemas.flatMap((schema) => (isObject(schema.properties) ? Object.keys(schema.properties) : []))),
]
const titlesOf = (cursor: Cursor): readonly string[] => [...textsOf(cursor, 'title'), ...textsOf(cursor, 'x-title-zh')]

/** Name of the definition that a schema refers to: `address` of `values@1#/$defs/address`. */
function definitionOf(cursor: Cursor): string | undefined {
  const names = textsOf(cursor, '$ref').map((ref) => ref.split('/').at(-1))
  return names.find((name) => name !== undefined && name !== '')
}

/** Document type that a reference leads to; of several the one that such a document comes from. */
function linkOf(cursor: Cursor, definition: string | undefined, document: string, name: string): string | undefined {
  const isRef = definition !== undefined && /(^r|R)ef$/.test(definition) && definition !== 'lineRef'
  const shaped = propertiesOf(cursor).includes('externalKey') && propertiesOf(cursor).includes('type')
  if (!isRef && !shaped) return undefined
  const type = fieldAt(cursor, 'type')
  if (type.kind !== 'found') return undefined
  const constant: unknown = type.cursor.schemas.map((schema: JsonObject) => schema.const).find((value) => value !== undefined)
  if (typeof constant === 'string') return constant
  const allowed = enumOf(type.cursor)
  const buying = document === 'goods-receipt' || document === 'order-response'
  const preferred = name === 'ref' ? 'invoice' : buying ? 'purchase-order' : 'sales-order'
  return allowed.includes(preferred) ? preferred : allowed[0]
}
