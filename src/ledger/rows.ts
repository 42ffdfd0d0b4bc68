export const rowName = (...parts: readonly string[]): string => parts.join('\0')

/** Whether a stored row, if there is one, says something else than the computed one; integers compare by value, whatever type the driver gave them. */
export function differs<R extends object>(stored: R | undefined, row: R): boolean {
  if (stored === undefined) return true
  const before = new Map<string, unknown>(Object.entries(stored))
  return Object.entries(row).some(([column, value]) => String(value) !== String(before.get(column)))
}
