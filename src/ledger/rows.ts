export const rowName = (...parts: readonly string[]): string => parts.join('\0')

/** Whether a stored row, if there is one, says something else than the computed one; integers compare by value, whatever type the driver gave them. */
export function differs<R extends object>(stored: R | undefined, row: R): boolean {
  if (stored === undefined) return true
  const before = new Map<string, unknown>(Object.entries(stored))
  return Object.entries(row).some(([column, value]) => String(value) !== String(before.get(column)))
}

/** What makes the stored rows `before` the computed ones `now`: rows to write, the stored ones that those replace, and stored ones that are no more. */
export function rowChanges<R extends object>(
  before: readonly R[],
  now: readonly R[],
  name: (row: R) => string,
): { readonly changed: readonly R[]; readonly replaced: readonly R[]; readonly gone: readonly R[] } {
  // most documents are new ones: what had no rows needs no names of them
  if (before.length === 0) return { changed: now, replaced: [], gone: [] }
  const old = new Map(before.map((row) => [name(row), row]))
  const kept = new Set(now.map(name))
  const changed = now.filter((row) => differs(old.get(name(row)), row))
  return { changed, replaced: changed.flatMap((row) => old.get(name(row)) ?? []), gone: before.filter((row) => !kept.has(name(row))) }
}
