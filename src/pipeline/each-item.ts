import type { DocumentPart } from '../connector/types.ts'
import { at, isObject, type Json } from '../model/json.ts'

/** A record as the mapping of a part with `each` reads it for one document. */
export interface EachRecord {
  readonly record: Json
  /** where the items stand in the record itself, by the field they are shown as: `event` -> `tracking_details.3` */
  readonly places: ReadonlyMap<string, string>
}

/** Most documents of one record and part. */
export const maxEach = 2000

/** The records that a part reads: the record itself without `each`, else one for each item. Undefined when there are more than {@link maxEach}. */
export function eachRecord({ each }: Pick<DocumentPart, 'each'>, record: Json): readonly EachRecord[] | undefined {
  if (each === undefined) return [{ record, places: new Map() }]
  let found: readonly {
    readonly items: Readonly<Record<string, Json>>
    readonly last: Json
    readonly place: string
    readonly places: readonly (readonly [string, string])[]
  }[] = [{ items: {}, last: record, place: '', places: [] }]
  for (const { of, as } of each) {
    found = found.flatMap(({ items, last, place, places }) => {
      const list = at(last, of)
      const here = [place, of].filter((piece) => piece !== '').join('.')
      const rows: readonly (readonly [Json, string])[] = Array.isArray(list)
        ? list.map((item: Json, index) => [item, here === '' ? String(index) : `${here}.${index}`] as const)
        : isObject(list)
          ? [[list, here] as const]
          : []
      return rows.map(([item, where]) => ({
        items: { ...items, [as]: item },
        last: item,
        place: where,
        places: [...places, [as, where] as const],
      }))
    })
    if (found.length > maxEach) return undefined
  }
  const whole = isObject(record) ? record : {}
  return found.map(({ items, places }) => ({ record: { ...whole, ...items }, places: new Map(places) }))
}
