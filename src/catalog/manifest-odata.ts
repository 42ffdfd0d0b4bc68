import type { Call, Connector, Page, Part, Stream } from '../connector/types.ts'
import type { JsonSchema } from '../model/json.ts'

/** Primitive types of the OData Common Schema Definition Language 4.01, section 3.3, that records carry as JSON. */
export type EdmType =
  `Edm.${'Boolean' | 'Byte' | 'Date' | 'DateTimeOffset' | 'Decimal' | 'Double' | 'Guid' | 'Int16' | 'Int32' | 'Int64' | 'Single' | 'String' | 'TimeOfDay'}`
export type EdmFields = Readonly<Record<string, EdmType>>

/** One entity set of an OData service: what a stream of it needs, and OData does not say itself. */
export interface EntitySet {
  readonly title: string
  /** its name in the service, where it is another than the stream's */
  readonly set?: string
  /** one key field; its type is in `fields` */
  readonly key: string
  readonly fields: EdmFields
  /** navigation properties that are read with each record */
  readonly expand?: Readonly<Record<string, EdmFields>>
  /** time of the last change; left out: read whole on every run */
  readonly modified?: string
  /** how far before the last time seen a run begins again; five minutes when left out */
  readonly lookbackMs?: number
  /** condition of OData that always holds: `status eq 'Open'` */
  readonly filter?: string
  /** deletes are found by comparing the list of its keys */
  readonly ids?: boolean
  readonly parts: readonly Part[]
  readonly hubRef?: Stream['hubRef']
  readonly hubLines?: Stream['hubLines']
  readonly blindSpots: readonly string[]
}

type Base = Pick<Connector, 'name' | 'title' | 'docs' | 'setup' | 'config' | 'http' | 'webhook'>
export interface ODataManifest extends Base {
  readonly entitySets: Readonly<Record<string, EntitySet>>
  /** rows of a page asked for by `Prefer: odata.maxpagesize`; 500 when left out */
  readonly pageSize?: number
  readonly check?: Call
  readonly streams?: Connector['streams']
  readonly actions?: Connector['actions']
}

const usualPage = 500
const usualLookbackMs = 300_000
const rows = 'value'

/**
 * The connector that entity sets stand for: each a stream with `$select`, `$expand`, `$filter` and `$orderby` (OData 4.01 Part 2, section 5.1), paged by the `@odata.nextLink` that the service gives
 * (JSON Format 4.01, section 4.6.5), read again by its key (Part 2, section 4.3.1).
 */
export function expandOData({ entitySets, pageSize = usualPage, check, streams, actions, ...rest }: ODataManifest): Connector {
  const [first] = Object.entries(entitySets)
  return {
    ...rest,
    check: check ?? { path: pathOf(first?.[0] ?? '', first?.[1]), query: { $top: '1' } },
    streams: { ...Object.fromEntries(Object.entries(entitySets).map(([name, set]) => [name, streamOf(name, set, pageSize)])), ...streams },
    actions: actions ?? {},
  }
}

const pathOf = (name: string, set: EntitySet | undefined): string => `/${set?.set ?? name}`

function streamOf(name: string, set: EntitySet, size: number): Stream {
  const { key, fields, expand = {}, modified, filter } = set
  const path = pathOf(name, set)
  const shape = {
    $select: Object.keys(fields).join(','),
    ...(Object.keys(expand).length === 0
      ? {}
      : {
          $expand: Object.entries(expand)
            .map(([property, inner]) => `${property}($select=${Object.keys(inner).join(',')})`)
            .join(','),
        }),
  }
  const conditions = [
    ...(filter === undefined ? [] : [modified === undefined ? filter : `(${filter})`]),
    ...(modified === undefined ? [] : [`${modified} ge {since}`]),
  ]
  const page: Page = { kind: 'nextLink', size, path: '@odata\\.nextLink' }
  const headers = { prefer: 'odata.maxpagesize={page.size}' }
  return {
    title: set.title,
    schema: recordOf(fields, [key, ...(modified === undefined ? [] : [modified])], expand),
    key,
    version: modified === undefined ? { kind: 'none' } : { kind: 'time', paths: [modified], zone: null, granularityMs: 1 },
    call: {
      path,
      query: {
        ...shape,
        ...(conditions.length === 0 ? {} : { $filter: conditions.join(' and ') }),
        // by key: a row that changes while the list is read keeps its place in it
        $orderby: key,
      },
      headers,
    },
    records: rows,
    page,
    cursor:
      modified === undefined
        ? null
        : {
            paths: [modified],
            format: 'iso',
            zone: null,
            order: 'none',
            lookbackMs: set.lookbackMs ?? usualLookbackMs,
            // a condition with a time cannot be left out where another one stands beside it
            ...(filter === undefined ? {} : { first: '1970-01-01T00:00:00.000Z' }),
          },
    byKey: { path: `${path}(${fields[key] === 'Edm.String' ? "'{key|quoted}'" : '{key}'})`, query: shape, records: '' },
    ...(set.ids === true ? { ids: { call: { path, query: { $select: key, $orderby: key }, headers }, records: rows, page, key } } : {}),
    ...(set.hubRef === undefined ? {} : { hubRef: set.hubRef }),
    ...(set.hubLines === undefined ? {} : { hubLines: set.hubLines }),
    parts: set.parts,
    blindSpots: set.blindSpots,
  }
}

/** `certain`: fields without which a record is no record. */
function recordOf(fields: EdmFields, certain: readonly string[], expand: Readonly<Record<string, EdmFields>> = {}): JsonSchema {
  const plain = Object.entries(fields).map(([name, type]) => [name, valueSchema(type, certain.includes(name))] as const)
  const lists = Object.entries(expand).map(
    ([name, inner]) =>
      [
        name,
        {
          anyOf: [
            { type: 'array', items: recordOf(inner, []) },
            { ...recordOf(inner, []), type: ['object', 'null'] },
          ],
        },
      ] as const,
  )
  return { type: 'object', ...(certain.length === 0 ? {} : { required: certain }), properties: Object.fromEntries([...plain, ...lists]) }
}

/** A value of a type (JSON Format 4.01, section 7.1). Numbers that a double would alter arrive as text (model/json.ts), and do with IEEE754Compatible=true. */
function valueSchema(type: EdmType, certain: boolean): JsonSchema {
  switch (type) {
    case 'Edm.Boolean':
      return typed('boolean', certain)
    case 'Edm.Byte':
    case 'Edm.Int16':
    case 'Edm.Int32':
      return typed('integer', certain)
    case 'Edm.Int64':
      return choice(certain, { type: 'integer' }, { type: 'string', pattern: '^-?[0-9]{1,19}$' })
    case 'Edm.Decimal':
      return choice(certain, { type: 'number' }, { type: 'string', format: 'decimal' })
    case 'Edm.Double':
    case 'Edm.Single':
      return choice(certain, { type: 'number' }, { type: 'string' })
    case 'Edm.Date':
    case 'Edm.DateTimeOffset':
    case 'Edm.Guid':
    case 'Edm.String':
    case 'Edm.TimeOfDay':
      return typed('string', certain)
  }
}
const typed = (type: string, certain: boolean): JsonSchema => ({ type: certain ? type : [type, 'null'] })
const choice = (certain: boolean, ...kinds: readonly JsonSchema[]): JsonSchema => ({
  anyOf: certain ? kinds : [...kinds, { type: 'null' }],
})
