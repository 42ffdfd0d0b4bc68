import type { Cell, Model, Row } from './fields.ts'

/** The rows of one model, with an index for each field that asks for one and one by time of the last change. */
export type Table = {
  readonly model: Model
  readonly rows: ReadonlyMap<number, Row>
  nextId(): number
  /** Replaces `before` by `after`; undefined on either side makes or removes the row. */
  put(before: Row | undefined, after: Row | undefined): void
  indexed(field: string): boolean
  where(field: string, value: Cell): readonly number[]
  /** Ids of the rows created or written at this stamp or later. */
  touchedSince(stamp: number): readonly number[]
}

type Touch = { readonly stamp: number; readonly id: number }

/** Stamp of the last change: the later of creation and last write. */
export const lastTouch = (row: Row): number => Math.max(Number(row.write_date ?? 0), Number(row.create_date ?? 0))

const none: readonly number[] = []

const firstAt = (touches: readonly Touch[], stamp: number): number => {
  let low = 0
  let high = touches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const touch = touches[middle]
    if (touch && touch.stamp < stamp) low = middle + 1
    else high = middle
  }
  return low
}

export const createTable = (model: Model): Table => {
  const rows = new Map<number, Row>()
  const indexes = new Map<string, Map<Cell, Set<number>>>()
  for (const [name, field] of Object.entries(model.fields)) {
    if (field.indexed) indexes.set(name, new Map())
  }
  let touches: Touch[] = []
  let lastId = 0

  const reindex = (before: Row | undefined, after: Row | undefined): void => {
    for (const [field, index] of indexes) {
      const was = before?.[field] ?? null
      const is = after?.[field] ?? null
      if (before && after && was === is) continue
      if (before) {
        const ids = index.get(was)
        ids?.delete(before.id)
        if (ids?.size === 0) index.delete(was)
      }
      if (!after) continue
      const ids = index.get(is)
      if (ids) ids.add(after.id)
      else index.set(is, new Set([after.id]))
    }
  }
  const current = ({ stamp, id }: Touch): boolean => {
    const row = rows.get(id)
    return row !== undefined && lastTouch(row) === stamp
  }
  const touch = (row: Row): void => {
    const stamp = lastTouch(row)
    if (touches.length > 4 * rows.size + 64) touches = touches.filter(current)
    const last = touches.at(-1)
    if (!last || last.stamp <= stamp) touches.push({ stamp, id: row.id })
    else touches.splice(firstAt(touches, stamp), 0, { stamp, id: row.id })
  }

  return {
    model,
    rows,
    nextId: () => {
      lastId += 1
      return lastId
    },
    put(before, after) {
      if (after) rows.set(after.id, after)
      else if (before) rows.delete(before.id)
      reindex(before, after)
      if (after) touch(after)
    },
    indexed: (field) => indexes.has(field),
    where: (field, value) => {
      const ids = indexes.get(field)?.get(value)
      return ids ? [...ids] : none
    },
    touchedSince(stamp) {
      const ids = new Set<number>()
      for (let index = firstAt(touches, stamp); index < touches.length; index += 1) {
        const entry = touches[index]
        if (entry && current(entry)) ids.add(entry.id)
      }
      return [...ids]
    },
  }
}
