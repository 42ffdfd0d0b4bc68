import type { Told } from '../../src/connector/types.ts'
import { isObject, type Json, type JsonObject } from '../../src/model/json.ts'

const wrappers = ['data', 'biz', 'content'] as const
const ofKey = [
  ['as_id', 'refunds'],
  ['io_id', 'shipments'],
  ['o_id', 'orders'],
] as const

/** What a message is about, by the names that Jushuitan's ids have everywhere; one that names none says that orders may have changed. How messages look is not published. */
export function toldBy(message: Json): Told {
  const whole: JsonObject = isObject(message) ? message : {}
  const inside = wrappers.flatMap((name) => (isObject(whole[name]) ? [whole[name]] : []))
  for (const [name, topic] of ofKey)
    for (const place of [whole, ...inside]) {
      const key = place[name]
      if ((typeof key === 'number' || typeof key === 'string') && /^\d{1,19}$/.test(String(key))) return { topic, key: String(key) }
    }
  return { topic: 'orders' }
}
