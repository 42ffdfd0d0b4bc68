/** What the pipeline knows of the last record of one (connection, stream, key), or of the one at hand. */
export interface RecordVersion {
  readonly version: string | null
  readonly bodyHash: string
}

/**
 * How a record stands to the last one of its key that took effect (canonical model, section 4). Versions are compared only inside one (connection, stream, key):
 * digits by value, other texts by code unit. `differs`: equal or no version with another content, so nobody can say which is newer; the record is
 * read again by its key and that answer (`authoritative`) is newer by definition.
 */
export function compareVersion(
  last: RecordVersion | undefined,
  incoming: RecordVersion & { readonly authoritative: boolean },
): 'newer' | 'older' | 'same' | 'differs' {
  if (last === undefined) return 'newer'
  const order = last.version === null || incoming.version === null ? 0 : compareVersionText(incoming.version, last.version)
  if (order !== 0) return order > 0 ? 'newer' : 'older'
  if (last.bodyHash === incoming.bodyHash) return 'same'
  return incoming.authoritative ? 'newer' : 'differs'
}

const digits = /^[0-9]+$/

/** Below zero when `a` comes first. */
export function compareVersionText(a: string, b: string): number {
  if (digits.test(a) && digits.test(b)) {
    const [x, y] = [BigInt(a), BigInt(b)]
    return x === y ? 0 : x > y ? 1 : -1
  }
  return a === b ? 0 : a > b ? 1 : -1
}
