import { bug, retry } from '../model/errors.ts'
import { at, type Json } from '../model/json.ts'
import { readList } from './list.ts'
import { openGuard } from './page.ts'
import { keyText } from './record.ts'
import type { ReadyStream } from './streams.ts'
import type { Wire } from './wire.ts'

/** Keys of everything a stream has at the partner, page by page. @throws HubError as readStream does; `no-key-list` (bug), `bad-shape` (retry) for a row without a key */
export async function* listKeys(
  wire: Wire,
  { name, stream }: ReadyStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly string[]> {
  const { ids } = stream
  if (ids === undefined) throw bug('no-key-list', `the stream "${name}" has no list of keys`)
  const { call, records, page, key } = ids
  const keyOf = (value: Json): string => {
    const found = keyText(at(value, key))
    if (found === undefined) throw retry('bad-shape', `a row of the keys of ${name} has none at "${key}"`)
    return found
  }
  const list = { wire, call, records, page, guard: openGuard(`keys of ${name}`, wire), signal }
  for await (const { rows } of readList(list, {})) yield rows.map(({ value }) => keyOf(value))
}
