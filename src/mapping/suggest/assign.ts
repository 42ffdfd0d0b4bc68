/**
 * Pairs rows with columns one to one, the best score first; a pair below `least` is never made. Ties go to the earlier row, then the earlier column.
 * Returns the column of each row, -1 for none.
 */
export function assign(scores: readonly (readonly number[])[], least: number): readonly number[] {
  const pairs = scores
    .flatMap((row, at) => row.map((value, column) => ({ row: at, column, value })))
    .filter(({ value }) => value >= least)
    .sort((a, b) => b.value - a.value || a.row - b.row || a.column - b.column)
  const found = scores.map(() => -1)
  const taken = new Set<number>()
  for (const { row, column } of pairs) {
    if (found[row] !== -1 || taken.has(column)) continue
    found[row] = column
    taken.add(column)
  }
  return found
}
