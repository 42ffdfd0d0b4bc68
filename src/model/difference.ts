import { isObject, type Json } from './json.ts'

/** One field that differs: dotted path, null where there was or is nothing. */
export interface FieldChange {
  readonly path: string
  readonly before: Json
  readonly after: Json
}

/** Fields in which two values differ, down to single values; lists by place. At most `limit`. */
export function differences(before: Json | undefined, after: Json | undefined, limit: number): readonly FieldChange[] {
  const found: FieldChange[] = []
  const visit = (path: string, old: Json | undefined, now: Json | undefined): void => {
    if (found.length >= limit || old === now) return
    const names = fieldNames(old, now)
    if (names === undefined) found.push({ path, before: old ?? null, after: now ?? null })
    else for (const name of names) visit(path === '' ? name : `${path}.${name}`, fieldOf(old, name), fieldOf(now, name))
  }
  visit('', before, after)
  return found
}

/** Fields of two objects, places of two lists; undefined when they are no pair to look into. */
function fieldNames(old: Json | undefined, now: Json | undefined): readonly string[] | undefined {
  if (Array.isArray(old) && Array.isArray(now)) return Array.from({ length: Math.max(old.length, now.length) }, (_, place) => String(place))
  if (isObject(old) && isObject(now)) return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
  return undefined
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Array.isArray(value) ? value[Number(name)] : isObject(value) ? value[name] : undefined
}
