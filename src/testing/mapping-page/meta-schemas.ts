import { functions, maxDigits } from '../../mapping/functions.ts'
import { converterWords, functionWords } from '../../mapping/words.ts'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'

const at = (value: JsonObject, ...names: readonly string[]): JsonObject =>
  names.reduce<JsonObject>((here, name) => {
    const next = here[name]
    if (!isObject(next)) throw new Error(`schemas/meta/mapping.json has no ${names.join('.')}`)
    return next
  }, value)

const arguments_: Readonly<Record<string, { readonly pattern: string; readonly about: string }>> = {
  decimal: { pattern: `^decimal:(0?[0-9]|1[0-${maxDigits - 10}])$`, about: 'with exactly so many digits, 0 to 12' },
  amount: { pattern: '^amount:[^0-9]', about: "with the digits of the currency at that path, or of that currency: amount:'CNY'" },
}

/** Converters with hover text, for editors; those with an argument also as a pattern. */
function converterSchema(): JsonObject {
  const names = Object.entries(converterWords).map(
    ([name, { partner, hub, about }]): JsonObject => ({ const: name, description: `${about}. Partner: ${partner}. Hub: ${hub}.` }),
  )
  const patterns = Object.entries(arguments_).map(
    ([name, { pattern, about }]): JsonObject => ({ type: 'string', maxLength: 200, pattern, description: `\`${name}\` ${about}` }),
  )
  return {
    title: 'Converter',
    'x-title-zh': '转换器',
    description: 'One of the closed list in docs/mapping.md.',
    anyOf: [...names, ...patterns],
  }
}

const functionList = (): string => [...functions].map(([name, { usage }]) => `\`${usage}\`: ${functionWords[name]}`).join('\n')

/** schemas/meta/mapping.json with what the code knows: the converters, and the functions in the words on expressions. */
export function completeMapping(schema: JsonObject): JsonObject {
  const defs = at(schema, '$defs')
  const rule = at(defs, 'rule')
  const properties = at(rule, 'properties')
  const expr = {
    ...at(properties, 'expr'),
    description: `For example \`price * quantity\`, \`join(' ', first_name, last_name)\`; text in single quotes. Never written back.\n${functionList()}`,
  }
  return {
    ...schema,
    $defs: { ...defs, rule: { ...rule, properties: { ...properties, expr } }, converter: converterSchema() },
  }
}

const orNull = (schema: Json): JsonObject => ({ anyOf: [schema, { type: 'null' }] })
const words = ({ title, 'x-title-zh': zh, description }: JsonObject): JsonObject => ({ title, 'x-title-zh': zh, description })

/** schemas/meta/overlay.json: the same rules, each key of which may be left out, or null to take it away. */
export function overlaySchema(mapping: JsonObject): JsonObject {
  const [properties, defs] = [at(mapping, 'properties'), at(mapping, '$defs')]
  const rule = at(defs, 'rule')
  const keys = Object.entries(at(rule, 'properties')).map(([key, schema]): [string, Json] => {
    const given = schema as JsonObject
    return [
      key,
      key === 'value' || key === 'default'
        ? given
        : { ...orNull(key === 'fields' ? { $ref: '#/$defs/overFields' } : { ...given }), ...words(given) },
    ]
  })
  const overRule = {
    ...words(rule),
    description:
      'With from, value, expr, each, list, use or item: the rule itself. Else: keys laid over those of the mapping, `fields` by name; null takes one away.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(keys),
  }
  const named = (name: string, each: Json): JsonObject => ({
    type: 'object',
    additionalProperties: each,
    ...words(at(properties, name)),
  })
  const entry = { anyOf: [{ type: 'string', minLength: 1, maxLength: 2000 }, { $ref: '#/$defs/overRule' }, { type: 'null' }] }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'overlay@1',
    title: 'Overlay',
    'x-title-zh': '映射覆盖',
    description: 'What one connection changes of a mapping: merged over it by name, and checked again. null takes away what it stands for.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: at(properties, '$schema'),
      note: at(properties, 'note'),
      lookups: named('lookups', orNull(at(properties, 'lookups').additionalProperties ?? true)),
      parts: named('parts', orNull({ $ref: '#/$defs/overFields' })),
      let: named('let', orNull({ type: 'string', minLength: 1, maxLength: 2000 })),
      fields: { $ref: '#/$defs/overFields', ...words(at(properties, 'fields')) },
      push: named('push', { $ref: '#/$defs/overEntry' }),
    },
    $defs: {
      ...defs,
      overFields: { type: 'object', additionalProperties: { $ref: '#/$defs/overEntry' } },
      overEntry: { ...entry, ...words(at(defs, 'entry')) },
      overRule,
    },
  }
}

/** schemas/meta/table.json: a shared table is written as one of the file. */
export function tableSchema(mapping: JsonObject): JsonObject {
  const table = at(mapping, '$defs', 'table')
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'table@1',
    ...table,
    properties: { $schema: at(mapping, 'properties', '$schema'), ...at(table, 'properties') },
    title: 'Shared table',
    'x-title-zh': '共享对照表',
    description:
      'mappings/tables/<name>@<version>.json: code of the partner -> our code; null where a code has no counterpart and is refused.',
  }
}
