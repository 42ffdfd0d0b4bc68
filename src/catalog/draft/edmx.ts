import { XMLParser } from 'fast-xml-parser'
import { isObject, type Json, type JsonObject, type JsonSchema, parseJson } from '../../model/json.ts'
import {
  type Draft,
  DraftError,
  type DraftOptions,
  documentQuestion,
  maxStreams,
  modifiedName,
  streamName,
  unknownBlindSpots,
} from './draft.ts'

/** Elements that may come more than once. */
const lists = new Set(['Schema', 'EntityType', 'EntityContainer', 'EntitySet', 'EnumType', 'Property', 'NavigationProperty', 'PropertyRef'])
const plain = /^Edm\.(Boolean|Byte|Date|DateTimeOffset|Decimal|Double|Guid|Int16|Int32|Int64|Single|String|TimeOfDay)$/

interface Entity {
  readonly keys: readonly string[]
  readonly fields: Readonly<Record<string, string>>
  readonly navigation: readonly { readonly name: string; readonly type: string; readonly many: boolean }[]
  readonly base?: string
}

/**
 * A manifest of kind odata from the metadata of a service (OData CSDL XML 4.01): each entity set a stream. What metadata does not say becomes a question. Entities in the document are not expanded, so that a text
 * cannot grow.
 * @throws DraftError when the text is no metadata, or has no entity set
 */
export function draftFromEdmx(text: string, { name, only }: DraftOptions): Draft {
  const { entities, sets } = readMetadata(text)
  const wanted = sets.filter((set) => only === undefined || only.includes(set.stream))
  if (wanted.length === 0)
    throw new DraftError(
      sets.length === 0
        ? 'the metadata has no entity set'
        : `none of its entity sets has that name; there are ${sets.map(({ stream }) => stream).join(', ')}`,
    )
  const drafted = wanted.slice(0, maxStreams).flatMap((set) => {
    const entity = whole(entities, set.type)
    return entity === undefined ? [] : [{ set, entity, made: draftSet(set, entity, entities) }]
  })
  const usable = drafted.filter(({ entity }) => entity.keys.length === 1)
  if (usable.length === 0) throw new DraftError('no entity set of the metadata has one key field')
  return {
    manifest: {
      kind: 'odata',
      name,
      title: name,
      docs: 'https://unknown.example/',
      config: {
        type: 'object',
        additionalProperties: false,
        required: ['url'],
        properties: {
          url: {
            type: 'string',
            format: 'uri',
            pattern: '^https://',
            title: 'Service root',
            'x-title-zh': '服务根地址',
            description: 'Address of the OData service, the one that $metadata stands below.',
            'x-description-zh': 'OData 服务根地址，即 $metadata 的上一级。',
          },
        },
      },
      http: { baseUrl: '{config.url}', auth: { kind: 'none' } },
      entitySets: Object.fromEntries(usable.map(({ set, made }) => [set.stream, made.entitySet])),
      actions: {},
    },
    schemas: Object.fromEntries(usable.map(({ set, entity }) => [set.stream, schemaOf(entity)])),
    taken: usable.map(({ set }) => `${set.stream}: entity set ${set.name}`),
    questions: [
      'title, docs: what is the system called, and where is its documentation?',
      'http.auth: how do requests prove who asks? Metadata does not say.',
      'http.limit: how many requests may be sent in which time?',
      ...drafted
        .filter(({ entity }) => entity.keys.length !== 1)
        .map(
          ({ set, entity }) => `entitySets: ${set.name} was left out, its key has ${entity.keys.length} fields (${entity.keys.join(', ')})`,
        ),
      ...usable.flatMap(({ made }) => made.questions),
      ...(wanted.length > maxStreams
        ? [
            `entitySets: ${wanted.length - maxStreams} more were left out; name those that are wanted with --only: ${wanted
              .slice(maxStreams)
              .map(({ stream }) => stream)
              .join(', ')}`,
          ]
        : []),
      'actions: what is to be written, and how does a second attempt after a lost answer not write twice?',
    ],
  }
}

interface EntitySetOf {
  readonly name: string
  readonly stream: string
  readonly type: string
}

function draftSet(set: EntitySetOf, entity: Entity, entities: ReadonlyMap<string, Entity>) {
  const place = `entitySets.${set.stream}`
  const times = Object.entries(entity.fields).filter(
    ([field, type]) => type === 'Edm.DateTimeOffset' && (modifiedName.test(field) || /modified|changed/i.test(field)),
  )
  const [modified, ...others] = times.map(([field]) => field)
  const many = entity.navigation.filter(({ many: isMany, type }) => isMany && entities.has(type)).map(({ name }) => name)
  return {
    entitySet: {
      title: set.name,
      ...(set.name === set.stream ? {} : { set: set.name }),
      key: entity.keys[0] ?? '',
      fields: entity.fields,
      ...(modified === undefined ? {} : { modified }),
      parts: [],
      blindSpots: unknownBlindSpots,
    },
    questions: [
      ...(modified === undefined
        ? [`${place}.modified: which field tells the time of the last change? Everything is read on every run, as drafted.`]
        : []),
      ...(others.length > 0 ? [`${place}.modified: is "${modified}" the time of the last change, or ${others.join(', ')}?`] : []),
      ...(many.length > 0 ? [`${place}.expand: which of ${many.join(', ')} belong into the record?`] : []),
      `${place}.fields: all ${Object.keys(entity.fields).length} are asked for; leave those that the hub relies on`,
      documentQuestion(place, set.stream),
    ],
  }
}

function schemaOf({ fields, keys }: Entity): JsonSchema {
  const kind = (type: string): JsonObject =>
    type === 'Edm.Boolean'
      ? { type: ['boolean', 'null'] }
      : /Int|Byte/.test(type)
        ? { type: ['integer', 'null'] }
        : /Decimal|Double|Single/.test(type)
          ? { type: ['number', 'null'] }
          : { type: ['string', 'null'] }
  const certain = (field: JsonObject): JsonObject => ({ type: Array.isArray(field.type) ? (field.type[0] ?? 'string') : 'string' })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: keys,
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, type]) => [name, keys.includes(name) ? certain(kind(type)) : kind(type)]),
    ),
  }
}

/** An entity type with what it inherits. */
function whole(entities: ReadonlyMap<string, Entity>, type: string, depth = 0): Entity | undefined {
  const entity = entities.get(type)
  const base = entity?.base === undefined || depth > 20 ? undefined : whole(entities, entity.base, depth + 1)
  if (entity === undefined || base === undefined) return entity
  return {
    keys: entity.keys.length > 0 ? entity.keys : base.keys,
    fields: { ...base.fields, ...entity.fields },
    navigation: [...base.navigation, ...entity.navigation],
  }
}

function readMetadata(text: string): { readonly entities: ReadonlyMap<string, Entity>; readonly sets: readonly EntitySetOf[] } {
  let value: Json
  try {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      removeNSPrefix: true,
      processEntities: false,
      parseAttributeValue: false,
      isArray: (name) => lists.has(name),
    })
    value = parseJson(JSON.stringify(parser.parse(text)))
  } catch (error) {
    throw new DraftError(`the file is not XML: ${error instanceof Error ? error.message : String(error)}`)
  }
  const edmx = isObject(value) ? value.Edmx : undefined
  const services = isObject(edmx) ? edmx.DataServices : undefined
  if (!isObject(edmx) || !isObject(services))
    throw new DraftError('the file is no metadata of OData: there is no Edmx with DataServices in it; ask the service for $metadata')
  if (!String(edmx.Version).startsWith('4')) throw new DraftError(`the metadata is of OData ${String(edmx.Version)}; this needs version 4`)
  const entities = new Map<string, Entity>()
  const enums = new Set<string>()
  const sets: EntitySetOf[] = []
  const full = new Map<string, string>()
  for (const schema of items(services.Schema)) {
    const spaces = [schema.Namespace, schema.Alias].filter((one) => typeof one === 'string')
    for (const { Name } of items(schema.EnumType)) for (const space of spaces) enums.add(`${space}.${String(Name)}`)
    for (const space of spaces) full.set(space, String(schema.Namespace))
  }
  const known = (type: Json | undefined): string => {
    const words = String(type)
    const dot = words.lastIndexOf('.')
    return `${full.get(words.slice(0, dot)) ?? words.slice(0, dot)}.${words.slice(dot + 1)}`
  }
  for (const schema of items(services.Schema)) {
    for (const type of items(schema.EntityType))
      entities.set(`${String(schema.Namespace)}.${String(type.Name)}`, entityOf(type, enums, known))
    for (const container of items(schema.EntityContainer))
      for (const set of items(container.EntitySet))
        sets.push({ name: String(set.Name), stream: streamName(String(set.Name)), type: known(set.EntityType) })
  }
  return { entities, sets }
}

function entityOf(type: JsonObject, enums: ReadonlySet<string>, known: (type: Json | undefined) => string): Entity {
  const fields = items(type.Property).flatMap(({ Name, Type }) => {
    const edm = enums.has(String(Type)) ? 'Edm.String' : String(Type)
    return plain.test(edm) ? [[String(Name), edm] as const] : []
  })
  return {
    keys: items(isObject(type.Key) ? type.Key.PropertyRef : undefined).map(({ Name }) => String(Name)),
    fields: Object.fromEntries(fields),
    navigation: items(type.NavigationProperty).map(({ Name, Type }) => {
      const many = /^Collection\((.+)\)$/.exec(String(Type))
      return { name: String(Name), type: known(many?.[1] ?? String(Type)), many: many !== null }
    }),
    ...(typeof type.BaseType === 'string' ? { base: known(type.BaseType) } : {}),
  }
}

const items = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter((item: Json) => isObject(item)) : [])
