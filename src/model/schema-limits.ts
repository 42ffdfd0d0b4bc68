import { isObject, type Json, type JsonObject } from './json.ts'

/** Values of all kinds in one schema; the largest of the package has 1,209. */
const maxValues = 50_000
/** Items of an array of which each is compared with every other. */
const maxCompared = 1000

const scalars: ReadonlySet<Json | undefined> = new Set(['string', 'number', 'integer', 'boolean', 'null'])

/** What would make a schema slow to compile or to hold a record against, with its JSON pointer; undefined: nothing. */
export function schemaLimitFault(schema: JsonObject): { readonly path: string; readonly message: string } | undefined {
  let count = 0
  const look = (value: Json | undefined, path: string): { readonly path: string; readonly message: string } | undefined => {
    if (++count > maxValues)
      return {
        path: '',
        message: `the schema holds more than ${maxValues} values; lists of codes belong into a table or into the workspace's codes`,
      }
    if (Array.isArray(value)) return first(value.entries(), path)
    if (!isObject(value)) return undefined
    if (value.uniqueItems === true && !isCheap(value))
      return {
        path: `${path}/uniqueItems`,
        message: `each item would be compared with every other: give the items one scalar "type", or "maxItems" of ${maxCompared} or less`,
      }
    return first(Object.entries(value), path)
  }
  const first = (parts: Iterable<readonly [string | number, Json | undefined]>, path: string) => {
    for (const [name, part] of parts) {
      const found = look(part, `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return look(schema, '')
}

const isCheap = ({ items, maxItems }: JsonObject): boolean =>
  (typeof maxItems === 'number' && maxItems <= maxCompared) || (isObject(items) && scalars.has(items.type))
