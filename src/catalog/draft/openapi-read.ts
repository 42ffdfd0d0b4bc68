import { parseDocument } from 'yaml'
import { isObject, type Json, type JsonObject, parseJson } from '../../model/json.ts'
import { DraftError } from './draft.ts'

/** Largest description that is read: that of Stripe has 7 MB. */
export const maxSpecBytes = 30_000_000
/** Names that a YAML text may use again: enough for tables of errors, too few for a bomb. */
const maxAliases = 1000
const maxRefs = 50

/**
 * An OpenAPI 3 description, from JSON or YAML.
 * @throws DraftError when it is none
 */
export function readOpenApi(text: string): JsonObject {
  const value = /^\s*\{/.test(text) ? fromJson(text) : fromYaml(text)
  if (!isObject(value)) throw new DraftError('the file holds no object, so it is no OpenAPI description')
  if (typeof value.swagger === 'string')
    throw new DraftError(`the file is Swagger ${value.swagger}: turn it into OpenAPI 3 first, for example with \`npx swagger2openapi\``)
  if (typeof value.openapi !== 'string' || !value.openapi.startsWith('3.') || !isObject(value.paths))
    throw new DraftError('the file is no OpenAPI 3 description: it has no "openapi": "3.…" and "paths"')
  return value
}

function fromJson(text: string): Json {
  try {
    return parseJson(text)
  } catch (error) {
    throw new DraftError(`the file is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function fromYaml(text: string): Json {
  const document = parseDocument(text, { uniqueKeys: true, logLevel: 'silent' })
  const [first] = document.errors
  if (first !== undefined) throw new DraftError(`the file is not YAML: ${first.message.split('\n', 1)[0]}`)
  try {
    // once more as JSON: names that reach a prototype and nesting without end are refused there
    return parseJson(JSON.stringify(document.toJS({ maxAliasCount: maxAliases })))
  } catch (error) {
    throw new DraftError(`the file cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What a value stands for: `{"$ref": "#/components/…"}` followed within the file; undefined where it leads elsewhere or in a circle. */
export function follow(spec: JsonObject, value: Json | undefined): JsonObject | undefined {
  let here: Json | undefined = value
  for (let steps = 0; isObject(here) && typeof here.$ref === 'string'; steps++) {
    if (steps > maxRefs || !here.$ref.startsWith('#/')) return undefined
    here = here.$ref
      .slice(2)
      .split('/')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<Json | undefined>((inner, step) => (isObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined), spec)
  }
  return isObject(here) ? here : undefined
}

export const objectsOf = (spec: JsonObject, list: Json | undefined): readonly JsonObject[] =>
  Array.isArray(list) ? list.map((item: Json) => follow(spec, item)).filter((item) => item !== undefined) : []
