import type { Json, JsonObject } from '../../src/model/json.ts'
import type { Random } from './random.ts'

type Holder = { [key: string]: Json } | Json[]
/** What partners send instead of what they should. */
const wrong: readonly Json[] = [null, '', 'wrong', '12,50', '1e3', 7, 0.1, true, [], {}, ['x'], '2026-02-30', 'false', '0']

/** The document with one value in it replaced or removed. */
export function damaged(document: JsonObject, random: Random): JsonObject {
  const copy: JsonObject = structuredClone(document)
  const places: (readonly [Holder, string | number])[] = []
  const visit = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    const holder = value as Holder
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      places.push([holder, key])
      visit(Reflect.get(holder, key))
    }
  }
  visit(copy)
  const [holder, key] = random.pick(places)
  if (!Array.isArray(holder) && random.once(4)) Reflect.deleteProperty(holder, key)
  else Reflect.set(holder, key, random.pick(wrong))
  return copy
}
