/**
 * The one home of ajv. Schemas are JSON Schema 2020-12 and are compiled in strict mode: a word that ajv does not know is a fault,
 * so a misspelt keyword cannot pass silently. Patterns run on RE2: linear time, whatever an integrator or a vendor wrote.
 */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020, type AnySchemaObject, type Options } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { RE2JS } from 're2js'
import { isDecimal } from './decimal.ts'
import { isObject, type Json, type JsonObject, parseJson } from './json.ts'
import { metaSchema, metaSchemaId } from './meta-schema.ts'
import { describeFaults, type ValueFault } from './schema-fault.ts'
import { schemaLimitFault } from './schema-limits.ts'
import { wordFaults } from './schema-words.ts'
import { lengthFault } from './text-file.ts'

export type { ValueFault } from './schema-fault.ts'

/** A schema as it was written. `file` only names it in faults. */
export interface SchemaText {
  readonly file: string
  readonly text: string
  /** the package's own, which its tests compile */
  readonly proven?: true
}

/** A schema that does not compile: `path` is a JSON pointer into the schema, `''` where ajv does not say. */
export interface SchemaFault {
  readonly file: string
  readonly path: string
  readonly message: string
}

/** Undefined when the value fits, else the first thing wrong with it. */
export type Validate = (value: unknown) => ValueFault | undefined
/** Everything wrong with a value, at most {@link maxValueFaults}; for files a person writes, not for traffic. */
export type Inspect = (value: unknown) => readonly ValueFault[]

export interface CompiledSchemas {
  /** by `$id` */
  readonly schemas: ReadonlyMap<string, JsonObject>
  readonly validators: ReadonlyMap<string, Validate>
  readonly inspectors: ReadonlyMap<string, Inspect>
  readonly faults: readonly SchemaFault[]
}

export const maxValueFaults = 50

/**
 * Compiles schemas that may refer to each other by `$id` (`values@1#/$defs/amount`). Never throws: what does not parse or compile is a
 * fault and has no validator. Inspectors compile on first use, and so do validators where all schemas are proven: most of the start would go into schemas that nobody asks for.
 */
export function compileSchemas(texts: readonly SchemaText[]): CompiledSchemas {
  const faults: SchemaFault[] = []
  const schemas = new Map<string, JsonObject>()
  const files = new Map<string, string>()
  for (const { file, text } of texts) {
    const read = readSchema(text)
    const id = 'fault' in read ? undefined : read.schema.$id
    const limit = 'fault' in read ? undefined : schemaLimitFault(read.schema)
    if ('fault' in read) faults.push({ file, path: '', message: read.fault })
    else if (limit !== undefined) faults.push({ file, ...limit })
    else if (typeof id !== 'string')
      faults.push({ file, path: '/$id', message: `the schema has no "$id"; give it one like "sales-order@1"` })
    else if (files.has(id))
      faults.push({ file, path: '/$id', message: `"${id}" is already the $id of ${files.get(id)}; every schema needs its own` })
    else {
      files.set(id, file)
      schemas.set(id, read.schema)
    }
  }
  const isProven = texts.every(({ proven }) => proven === true)
  const first = engine({ allErrors: false, validateSchema: false })
  const broken = new Set<string>()
  for (const [id, schema] of schemas) {
    const found = register(first, schema, isProven)
    if (found.length === 0) continue
    broken.add(id)
    for (const fault of found) faults.push({ file: files.get(id) ?? id, ...fault })
  }
  const validators = new Map<string, Validate>()
  const inspectors = new Map<string, Inspect>()
  const every = lazily(() => {
    const ajv = engine({ allErrors: true, validateSchema: false })
    for (const [id, schema] of schemas) if (!broken.has(id)) ajv.addSchema(schema)
    return ajv
  })
  for (const [id] of schemas) {
    if (broken.has(id)) continue
    const lazy = lazily(() => compile(first, id))
    if (isProven) {
      validators.set(id, (value) => {
        const made = lazy()
        return 'fault' in made ? { ...made.fault, keyword: '$schema' } : made.errors(value)[0]
      })
      inspectors.set(id, inspector(every, id))
      continue
    }
    const compiled = lazy()
    if ('fault' in compiled)
      for (const fault of everyFault(id, schemas, compiled.fault)) faults.push({ file: files.get(id) ?? id, ...fault })
    else {
      validators.set(id, (value) => compiled.errors(value)[0])
      inspectors.set(id, inspector(every, id))
    }
  }
  return { schemas, validators, inspectors, faults }
}

/** All `*.json` files directly in a folder, in the order of their names. */
export async function readSchemas(folder: string): Promise<readonly SchemaText[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(names.map(async (name) => ({ file: join(folder, name), text: await readFile(join(folder, name), 'utf8') })))
}

function readSchema(text: string): { readonly schema: JsonObject } | { readonly fault: string } {
  const tooLong = lengthFault(text)
  if (tooLong !== undefined) return { fault: tooLong }
  let value: Json
  try {
    value = parseJson(text)
  } catch (error) {
    return { fault: `the file is not JSON: ${messageOf(error)}` }
  }
  return isObject(value) ? { schema: value } : { fault: 'a schema must be a JSON object' }
}

/** Schemas are compiled at every start, so the code is not optimised and shared values are functions of their own: half the time to compile. */
function engine(options: Options): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    strictTuples: true,
    validateFormats: true,
    verbose: true,
    logger: false,
    ...options,
    inlineRefs: false,
    code: { optimize: false, regExp: Object.assign(linearPattern, { code: 'linearPattern' }) },
  })
  formats.default(ajv)
  ajv.addFormat('decimal', { type: 'string', validate: isDecimal })
  ajv.addVocabulary(['x-title-zh', 'x-description-zh', 'x-inferred', 'x-sensitive'])
  ajv.addKeyword({ keyword: 'x-scale', type: ['string', 'number'], schemaType: 'number', valid: true })
  return ajv
}

/**
 * ajv asks for a pattern as it would ask `new RegExp`; RE2 knows no look-around and no back-references, and says so when it compiles.
 * ajv shares compiled patterns by their `toString`, so that must tell them apart.
 */
function linearPattern(pattern: string): { readonly test: (text: string) => boolean; readonly toString: () => string } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern))
  const judged = new Map<string, boolean>()
  const test = (text: string): boolean => {
    const known = judged.get(text)
    if (known !== undefined) return known
    const fits = compiled.test(text)
    if (text.length <= mostRemembered && judged.size < mostJudged) judged.set(text, fits)
    return fits
  }
  return { test, toString: () => pattern }
}

/** Units, currencies, countries and rates come again and again: of each pattern the first short texts are remembered. */
const mostRemembered = 32
const mostJudged = 2000

/** Takes a schema up; answers everything that keeps it out. */
function register(ajv: Ajv2020, schema: AnySchemaObject, isProven: boolean): readonly Omit<SchemaFault, 'file'>[] {
  try {
    if (!isProven) {
      const { $schema = metaSchemaId } = schema
      if ($schema !== metaSchemaId)
        return [{ path: '/$schema', message: `only JSON Schema 2020-12 is known, which is "${metaSchemaId}", or no "$schema"` }]
      const judge = metaSchema()
      if (judge(schema) !== true) {
        const told = describeFaults((judge.errors ?? []).slice(0, maxValueFaults))
        return told.map(({ path, message }) => ({ path, message: `the schema is no JSON Schema 2020-12: ${message}` }))
      }
    }
    ajv.addSchema(schema)
    return []
  } catch (error) {
    return [{ path: '', message: messageOf(error) }]
  }
}

interface Compiled {
  readonly errors: (value: unknown) => readonly ValueFault[]
}

function compile(ajv: Ajv2020, id: string): Compiled | { readonly fault: Omit<SchemaFault, 'file'> } {
  try {
    const validate = ajv.getSchema(id)
    if (validate === undefined) return { fault: { path: '', message: `no schema is known as "${id}"` } }
    return {
      errors: (value) => (validate(value) === true ? [] : describeFaults((validate.errors ?? []).slice(0, maxValueFaults))),
    }
  } catch (error) {
    const message = messageOf(error)
    return { fault: { path: placeIn(message), message } }
  }
}

/** All that keeps a schema from being compiled, where ajv has told of one: its words, else all that strict mode finds. */
function everyFault(
  id: string,
  schemas: ReadonlyMap<string, JsonObject>,
  first: Omit<SchemaFault, 'file'>,
): readonly Omit<SchemaFault, 'file'>[] {
  const told: string[] = []
  const ajv = engine({
    allErrors: false,
    validateSchema: false,
    strict: 'log',
    strictTuples: 'log',
    logger: { warn: (text) => told.push(String(text)), log: nobody, error: nobody },
  })
  const words = wordFaults(schemas.get(id) ?? {}, {
    keyword: (name) => Object.hasOwn(ajv.RULES.keywords, name),
    format: (name) => Object.hasOwn(ajv.formats, name),
    pattern: patternFault,
    schema: (other) => schemas.get(other),
  })
  if (words.length > 0) return words.slice(0, maxValueFaults)
  for (const schema of schemas.values()) register(ajv, schema, true)
  compile(ajv, id)
  const found = [...new Set(told)]
    .map((message) => ({ path: placeIn(message), message }))
    .filter(({ message }) => message.startsWith('strict mode: '))
  return found.length > 0 ? found.slice(0, maxValueFaults) : [first]
}

function patternFault(pattern: string): string | undefined {
  try {
    linearPattern(pattern)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function nobody(): void {}

/** Where ajv says that something is, as a JSON pointer; `''` where it does not. */
function placeIn(message: string): string {
  const place = /(?: at(?: path)?|in) "([^"]*#[^"]*)"/.exec(message)?.[1]
  return place === undefined ? '' : place.slice(place.indexOf('#') + 1)
}

function inspector(every: () => Ajv2020, id: string): Inspect {
  const compiled = lazily(() => compile(every(), id))
  return (value) => {
    const made = compiled()
    return 'fault' in made ? [{ ...made.fault, keyword: '$schema' }] : made.errors(value)
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
