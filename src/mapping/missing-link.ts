import type { Json } from '../model/json.ts'
import type { MapError } from './types.ts'

type Link = NonNullable<MapError['link']>

/** References that must not be shown, by the link that stands for them in an error. */
const hidden = new WeakMap<Link, Json>()

/** What a LINK_MISSING waits for; the reference shows as `***` where a schema says x-sensitive. */
export function missingLink(type: string, ref: Json, sensitive: boolean): Link {
  if (!sensitive) return { type, ref }
  const link: Link = { type, ref: '***' }
  hidden.set(link, ref)
  return link
}

/** The reference that is waited for, shown or not. */
export const awaited = (link: Link): Json => hidden.get(link) ?? link.ref
