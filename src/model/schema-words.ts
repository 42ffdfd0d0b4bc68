import { isObject, type Json, type JsonObject } from './json.ts'

/** What is known of the words of a schema; `pattern` says what is wrong with one. */
export interface KnownWords {
  readonly keyword: (name: string) => boolean
  readonly format: (name: string) => boolean
  readonly pattern: (text: string) => string | undefined
  /** the schema of an `$id` */
  readonly schema: (id: string) => JsonObject | undefined
}
interface WordFault {
  readonly path: string
  readonly message: string
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const inside: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'allOf',
  'anyOf',
  'oneOf',
  'prefixItems',
])
const named: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas'])
/** Every misspelt keyword, unknown format, unreadable pattern and reference that leads nowhere, with its JSON pointer: ajv stops at the first. */
export function wordFaults(schema: JsonObject, known: KnownWords): readonly WordFault[] {
  const faults: WordFault[] = []
  const add = (path: string, message: string | undefined): void => {
    if (message !== undefined) faults.push({ path, message })
  }
  const visit = (value: Json | undefined, path: string): void => {
    if (Array.isArray(value)) for (const [i, part] of value.entries()) visit(part as Json, `${path}/${i}`)
    if (!isObject(value)) return
    for (const [name, part] of Object.entries(value)) {
      const at = `${path}/${step(name)}`
      if (!known.keyword(name)) add(at, `unknown keyword: "${name}"`)
      else if (name === 'format' && typeof part === 'string' && !known.format(part)) add(at, `unknown format "${part}"`)
      else if (name === 'pattern' && typeof part === 'string') add(at, known.pattern(part))
      else if (name === '$ref' && typeof part === 'string' && !leads(part, schema, known)) add(at, `can't resolve reference ${part}`)
      else if (inside.has(name)) visit(part, at)
      else if (named.has(name) && isObject(part))
        for (const [key, inner] of Object.entries(part)) {
          if (name === 'patternProperties') add(`${at}/${step(key)}`, known.pattern(key))
          visit(inner, `${at}/${step(key)}`)
        }
    }
  }
  visit(schema, '')
  return faults
}

const step = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Whether a reference leads somewhere; of one that is no JSON pointer only its schema is looked for. */
function leads(ref: string, root: JsonObject, known: KnownWords): boolean {
  const hash = ref.indexOf('#')
  const id = hash < 0 ? ref : ref.slice(0, hash)
  const home = id === '' || id === root.$id ? root : known.schema(id)
  const fragment = hash < 0 ? '' : ref.slice(hash + 1)
  if (home === undefined) return false
  let here: Json | undefined = home
  for (const name of fragment.startsWith('/') ? fragment.split('/').slice(1) : []) {
    const key = decoded(name).replaceAll('~1', '/').replaceAll('~0', '~')
    here = typeof here === 'object' && here !== null && Object.hasOwn(here, key) ? (here as JsonObject)[key] : undefined
  }
  return here !== undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
