import { bug, retry } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import type { CutRecord } from './access.ts'
import type { Row } from './body.ts'
import { readList } from './list.ts'
import { openGuard } from './page.ts'
import { type Draft, draftOf, embed, embedDraft, finish, keyText } from './record.ts'
import type { Call, Child, Version } from './types.ts'
import type { Wire } from './wire.ts'

/** Whether a condition of the connector holds for a record. */
export type Condition = (record: Json) => boolean

export interface ChildReader {
  readonly child: Child
  /** versions of child records, zone put in */
  readonly version: Version
  readonly condition: Condition | undefined
  /** rows that stand in the parent, for a child that nothing is read for */
  readonly inside?: (parent: Draft) => readonly Row[]
}
export interface WithChildren {
  readonly drafts: readonly Draft[]
  /** exact bytes of the answers */
  readonly bodies: readonly Uint8Array[]
  /** records of their own, made once all bodies are known */
  readonly records: (bodies: readonly Uint8Array[], asOf: number) => readonly CutRecord[]
}
export interface ChildSource {
  /** undefined: nothing can be asked, children stand in their parents */
  readonly wire: Wire | undefined
  readonly stream: string
  readonly keyPath: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads what belongs to the records of a page: in batches where the call names `{keys}`, else once for each parent.
 * @throws HubError as reads do; `bad-shape` (retry) when a child of a batch names no parent that was asked for.
 */
export async function readChildren(drafts: readonly Draft[], readers: readonly ChildReader[], source: ChildSource): Promise<WithChildren> {
  const whole = [...drafts]
  const bodies: Uint8Array[] = []
  const records: { readonly row: Row; readonly reader: ChildReader; readonly parent: string; readonly within: Draft | undefined }[] = []
  for (const reader of readers) {
    const wanted = whole
      .map((draft, place) => ({ draft, place, key: keyText(at(draft.value, source.keyPath)) }))
      .filter(({ draft, key }) => key !== undefined && (reader.condition?.(draft.value) ?? true))
    for (let start = 0; start < wanted.length; start += reader.child.batch) {
      const parents = wanted.slice(start, start + reader.child.batch)
      const found =
        reader.child.call === null
          ? new Map(parents.map(({ draft, key }) => [key ?? '', reader.inside?.(draft) ?? []]))
          : await readBatch(
              parents.map(({ draft, key }) => ({ key: key ?? '', record: draft.value })),
              { ...reader.child, call: reader.child.call },
              source,
              bodies,
            )
      for (const { place, key } of parents) {
        const rows = found.get(key ?? '') ?? []
        const parent = whole[place]
        if (reader.child.as.kind === 'records')
          records.push(...rows.map((row) => ({ row, reader, parent: key ?? '', within: drafts[place] })))
        else if (parent !== undefined) whole[place] = embed(parent, reader.child.name, rows)
      }
    }
  }
  return {
    drafts: whole,
    bodies,
    records: (all, asOf) =>
      records.flatMap(({ row, reader, parent, within }) => {
        const { as, name } = reader.child
        return as.kind === 'records'
          ? [
              finish(
                as.within === undefined || within === undefined ? draftOf(row) : embedDraft(draftOf(row), as.within, within),
                { stream: `${source.stream}/${name}`, keyPath: as.key, version: reader.version, op: 'upsert' },
                all,
                asOf,
                parent,
              ),
            ]
          : []
      }),
  }
}

interface Parent {
  readonly key: string
  readonly record: Json
}

async function readBatch(
  parents: readonly Parent[],
  child: Child & { readonly call: Call },
  source: ChildSource,
  bodies: Uint8Array[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const { wire } = source
  if (wire === undefined)
    throw bug('no-wire', `the children ${child.name} of ${source.stream} are read by calls, and there is no way to make one here`)
  const found = new Map<string, Row[]>(parents.map(({ key }) => [key, []]))
  const [first] = parents
  const roots = { key: first?.key, keys: parents.map(({ key }) => key), record: first?.record }
  const list = {
    wire,
    call: child.call,
    records: child.records,
    columns: child.columns,
    page: child.page,
    guard: openGuard(`${source.stream}/${child.name}`, wire),
    signal: source.signal,
  }
  for await (const { reply, rows } of readList(list, roots)) {
    bodies.push(reply.body.bytes)
    for (const row of rows) {
      const parent = child.parent === undefined || parents.length === 1 ? first?.key : keyText(at(row.value, child.parent))
      const list = parent === undefined ? undefined : found.get(parent)
      if (list === undefined)
        throw retry(
          'bad-shape',
          `a child of ${source.stream}/${child.name} names the parent ${parent ?? 'nobody'} at "${child.parent ?? ''}", which was not asked for`,
        )
      list.push(row)
    }
  }
  return found
}
