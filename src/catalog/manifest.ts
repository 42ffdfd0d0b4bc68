import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lintConnector } from '../connector/lint.ts'
import { nearest } from '../connector/lint-report.ts'
import type { Connector } from '../connector/types.ts'
import { type Pointer, readSourceText, type SourceText } from '../mapping/source-text.ts'
import type { Fault } from '../model/errors.ts'
import { isObject, type Json, parseJson } from '../model/json.ts'
import { type CompiledSchemas, compileSchemas, type ValueFault } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { codeOnly } from './manifest-code.ts'
import { expandOData, type ODataManifest } from './manifest-odata.ts'

/** File of a connector without code, in its folder. */
export const manifestFile = 'connector.json'

export interface ReadManifest {
  /** left out when something keeps it from being one */
  readonly connector?: Connector
  readonly faults: readonly Fault[]
}

/**
 * A connector written as JSON (`schemas/meta/connector.json`): the contract of connector/types.ts as far as it is data, held against the same rules as one in TypeScript. Every fault has its line and column, and
 * says what to do. `file` as faults show it, `name` of its folder. Nothing is thrown for what a person wrote.
 */
export async function readManifest(text: string, file: string, name: string): Promise<ReadManifest> {
  const { source, faults } = readSourceText(text, file)
  if (source === undefined) return { faults }
  const found = writerFor(source, file)
  try {
    parseJson(text)
  } catch (error) {
    return { faults: [found([], 'E_JSON', error instanceof Error ? error.message : String(error), 'take that key away')] }
  }
  const shape = [
    ...source.duplicates.map(
      ({ name: twice, offset }): Fault => ({
        ...found([], 'duplicate-key', `'${twice}' stands twice in one object`, 'remove one of them'),
        ...source.positionOf(offset),
        path: twice,
      }),
    ),
    ...(await shapeFaults(source.value, found)),
  ]
  if (shape.length > 0) return { faults: shape }
  const connector = connectorOf(text)
  const unknown = unknownFields(source.value, found)
  if (unknown.length > 0) return { faults: unknown }
  if (connector.name !== name)
    return {
      faults: [
        found(
          ['name'],
          'connector-name',
          `the connector calls itself '${connector.name}' but lies in the folder '${name}'`,
          `name it '${name}', or rename the folder`,
        ),
      ],
    }
  const linted = lintConnector(connector, { file }).map((fault): Fault => {
    const path = writtenAs(source.value, fault.path)
    return { ...fault, path, ...source.positionOf(source.offsetOf(pointerIn(source.value, path))) }
  })
  return { connector, faults: linted }
}

/** The contract's value: the words that only editors and this file read are not of it. */
function connectorOf(text: string): Connector {
  const {
    $schema: _,
    kind,
    ...rest
  } = JSON.parse(text) as (Connector & ODataManifest) & { readonly $schema?: string; readonly kind: string }
  return kind === 'odata' ? expandOData(rest) : rest
}

/** A stream that stands for an entity set is written as one. */
const writtenAs = (value: Json, path: string): string => {
  const [head, name = '', ...rest] = path.split('.')
  const sets = isObject(value) ? value.entitySets : undefined
  return head === 'streams' && isObject(sets) && Object.hasOwn(sets, name) ? ['entitySets', name, ...rest].join('.') : path
}

/** Key and time of change of an entity set are among its fields: their types decide how they are asked for. */
function unknownFields(value: Json, found: Found): readonly Fault[] {
  const sets = isObject(value) && isObject(value.entitySets) ? value.entitySets : {}
  const streams = isObject(value) && isObject(value.streams) ? value.streams : {}
  return Object.entries(sets).flatMap(([name, set]) => {
    if (Object.hasOwn(streams, name))
      return [found(['streams', name], 'duplicate-stream', `'${name}' is an entity set too`, 'rename one of the two', 'key')]
    const { fields, ...words } = isObject(set) ? set : {}
    const names = isObject(fields) ? Object.keys(fields) : []
    return (['key', 'modified'] as const).flatMap((word) => {
      const field = words[word]
      if (typeof field !== 'string' || names.includes(field)) return []
      const near = nearest(field, names) ?? 'add it to fields with its type in $metadata'
      return [found(['entitySets', name, word], 'unknown-field', `'${field}' is none of the fields of ${name}`, near)]
    })
  })
}

type Found = (pointer: Pointer, code: string, message: string, suggestion?: string, part?: 'key' | 'value') => Fault

const writerFor =
  (source: SourceText, file: string): Found =>
  (pointer, code, message, suggestion, part) => ({
    code,
    severity: 'error',
    file,
    ...source.positionOf(source.offsetOf(pointer, part)),
    path: pointer.join('.'),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  })

/** What the schema says, but for places that need code: those are told as such, and not as words that do not exist. */
async function shapeFaults(value: Json, found: Found): Promise<readonly Fault[]> {
  const code = codeOnly(value)
  const isCode = (path: Pointer): boolean => code.some(({ pointer }) => startsWith(path, pointer) || startsWith(pointer, path))
  const schema = ((await manifestSchema()).inspectors.get('connector@1')?.(value) ?? []).flatMap((fault) => {
    const path = pointerOf(fault.path)
    const unknown = /^'(.*)' is not known here(?: \((.*)\))?$/.exec(fault.message)
    const [, word, suggestion] = fault.keyword === 'additionalProperties' && unknown !== null ? unknown : []
    const place = word === undefined ? path : [...path, word]
    if (isCode(place)) return []
    return word === undefined
      ? [found(place, `manifest-${fault.keyword.replaceAll(' ', '-')}`, fault.message, adviceFor(fault))]
      : [
          found(
            place,
            'manifest-unknown',
            `'${word}' is not known here`,
            suggestion ?? 'take it away, or look into schemas/meta/connector.json',
            'key',
          ),
        ]
  })
  const needed = code.map(({ pointer, what }) =>
    found(
      pointer,
      'manifest-code',
      `${what} is a function, and JSON holds none`,
      'write this connector in TypeScript (`crossdock connector new <name>` begins one), or do without it',
    ),
  )
  return [...needed, ...schema]
}

const adviceFor = ({ keyword, message }: ValueFault): string =>
  keyword === 'required'
    ? `add ${/^'(.*)' is missing/.exec(message)?.[1] ?? 'it'}; schemas/meta/connector.json tells what it means`
    : 'write it as schemas/meta/connector.json says; an editor that knows "$schema" shows it'

const startsWith = (pointer: Pointer, head: Pointer): boolean => head.every((step, place) => String(pointer[place]) === String(step))

/** Steps of a JSON pointer. */
const pointerOf = (text: string): string[] =>
  text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Steps of the linter's dotted path, in which a name may hold dots itself (`webhook.topics.order.created`); as far as the value has them. */
export function pointerIn(value: Json, path: string): Pointer {
  const steps: (string | number)[] = []
  let here: Json | undefined = value
  let words = path === '' ? [] : path.split('.')
  while (words.length > 0) {
    const taken = words.findIndex((_, last) => childOf(here, words.slice(0, last + 1).join('.')) !== undefined)
    if (taken < 0) break
    const name = words.slice(0, taken + 1).join('.')
    here = childOf(here, name)
    steps.push(name)
    words = words.slice(taken + 1)
  }
  return steps
}

function childOf(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)]
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

let compiled: Promise<CompiledSchemas> | undefined

/** Read once: most workspaces have no manifest, and others many. */
function manifestSchema(): Promise<CompiledSchemas> {
  compiled ??= readFile(join(packageRoot, 'schemas', 'meta', 'connector.json'), 'utf8').then((text) =>
    compileSchemas([{ file: 'schemas/meta/connector.json', text, proven: true }]),
  )
  return compiled
}
