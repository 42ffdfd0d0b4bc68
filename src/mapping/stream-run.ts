import { isHubError } from '../model/errors.ts'
import { type Json, parseJson, parseShallow } from '../model/json.ts'
import type { Slice, SliceFault } from '../model/slice.ts'
import type { Slicer } from '../model/slicer.ts'
import type { ItemMap } from './stream.ts'
import type { MapError, Note } from './types.ts'

/** Why an item could not be read at all. */
export interface ItemFault {
  readonly code: 'NOT_JSON' | 'TOO_LARGE' | 'TOO_DEEP' | 'NOT_UTF8'
  readonly expected: string
}

/** What is told of an item that was not written, or was written with something worth knowing. */
export interface ItemReport {
  /** number in the list, from 0 */
  readonly item: number
  /** bytes in the file, `to` exclusive */
  readonly from: number
  readonly to: number
  readonly errors: readonly (MapError | ItemFault)[]
  readonly notes: readonly Note[]
}

/** How it ended. `items` = `written` + `leftOut` + `failed`. */
export interface StreamCount {
  readonly items: number
  readonly written: number
  /** by `where`, a condition, or `onError` */
  readonly leftOut: number
  readonly failed: number
  readonly bytes: number
  /** why the rest of the file could not be read; absent when all of it was */
  readonly stopped?: string
}

/** Takes what comes out; awaited once for each chunk of the file, so that a slow reader slows the whole. */
export interface StreamSink {
  /** what items became, in their order; `slices` says which */
  readonly written: (values: readonly Json[], slices: readonly Slice[]) => Promise<void>
  readonly reported: (report: ItemReport) => void
}

const faults: Readonly<Record<SliceFault, ItemFault>> = {
  'too-large': { code: 'TOO_LARGE', expected: 'an item within the limit' },
  'too-deep': { code: 'TOO_DEEP', expected: 'at most 64 levels of nesting' },
  'not-utf8': { code: 'NOT_UTF8', expected: 'UTF-8' },
}

/** Maps a list item by item; holds one chunk and what it becomes, however large the file. Only a sink and a source that fail make it throw. */
export async function runStream(chunks: AsyncIterable<Buffer>, slicer: Slicer, map: ItemMap, sink: StreamSink): Promise<StreamCount> {
  let items = 0
  let written = 0
  let failed = 0
  let bytes = 0
  const pass = async (slices: readonly Slice[]): Promise<void> => {
    const values: Json[] = []
    const done: Slice[] = []
    for (const slice of slices) {
      items++
      const result = mapSlice(slice, map)
      if (result.kind === 'written') {
        values.push(result.value)
        done.push(slice)
      } else if (result.kind === 'failed') failed++
      const errors = result.kind === 'failed' ? result.errors : []
      const notes = result.kind === 'failed' ? [] : result.notes
      if (errors.length + notes.length > 0) sink.reported({ item: slice.index, from: slice.from, to: slice.to, errors, notes })
    }
    written += values.length
    if (values.length > 0) await sink.written(values, done)
  }
  let stopped: string | undefined
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      await pass(slicer.push(chunk))
    }
    await pass(slicer.end())
  } catch (error) {
    if (!isHubError(error) || error.detail.code !== 'stream-shape') throw error
    stopped = error.message
  }
  const count = { items, written, leftOut: items - written - failed, failed, bytes }
  return stopped === undefined ? count : { ...count, stopped }
}

function mapSlice(slice: Slice, map: ItemMap): ReturnType<ItemMap> | { readonly kind: 'failed'; readonly errors: readonly ItemFault[] } {
  if (!slice.ok) return { kind: 'failed', errors: [faults[slice.fault]] }
  let item: Json
  try {
    item = slice.counted ? parseShallow(slice.text) : parseJson(slice.text)
  } catch (error) {
    return {
      kind: 'failed',
      errors: [{ code: 'NOT_JSON', expected: `JSON (${error instanceof Error ? error.message.slice(0, 120) : ''})` }],
    }
  }
  return map(item, slice.index)
}
