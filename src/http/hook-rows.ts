import { connectionByHook } from '../store/connection.ts'
import type { Reader } from '../store/in-list.ts'
import type { ConnectionTable } from '../store/tables.ts'

/** Rows of connections by hook address, read at most once in a while for each: a busy sender would otherwise cost a query for every event. */
export interface HookRows {
  of(token: string): Promise<ConnectionTable | undefined>
  /** what a person changes through this process counts at once; what another process changes, after `keptMs` */
  forget(): void
}

const mostKept = 10_000

export function openHookRows(read: Reader, keptMs = 500, clock: () => number = () => performance.now()): HookRows {
  const kept = new Map<string, { readonly row: Promise<ConnectionTable | undefined>; readonly until: number }>()
  return {
    of(token) {
      const now = clock()
      const known = kept.get(token)
      if (known !== undefined && now < known.until) return known.row
      const row = connectionByHook(read, token)
      const entry = { row, until: now + keptMs }
      kept.set(token, entry)
      const drop = () => {
        if (kept.get(token) === entry) kept.delete(token)
      }
      // addresses that lead nowhere are anybody's to invent, and a failed question is no answer
      row.then((found) => found === undefined && drop(), drop)
      if (kept.size > mostKept) kept.clear()
      return row
    },
    forget: () => kept.clear(),
  }
}
