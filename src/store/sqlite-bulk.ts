import type { Bulk } from './insert-many.ts'

/** SQLite's side of insertMany. Its limit of 32,766 parameters a statement is sqlite.org/limits.html, SQLITE_MAX_VARIABLE_NUMBER. */
export const sqliteBulk = (): Bulk => ({
  texts: new Map(),
  maxParameters: 32_766,
  quote,
  conflict(rule) {
    const keys = rule.keys.map(quote).join(', ')
    if (rule.then === 'ignore') return `on conflict (${keys}) do nothing`
    return `on conflict (${keys}) do update set ${rule.columns.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ')}`
  },
})

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
