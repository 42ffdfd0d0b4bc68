import type { Codes } from './parse-lookup.ts'
import type { Program } from './program.ts'
import { readTable, type SharedTables } from './table.ts'

/** What a mapping is compiled of. */
export interface Bundle {
  readonly text: string
  readonly overlay?: string
  readonly tables: SharedTables
  /** code lists with their version */
  readonly codes: Codes
}

/**
 * All that was compiled as one text, for its hash and for people: the file alone where there is nothing else, else each text below a line
 * that begins with two slashes, which no JSON has.
 */
export function bundleOf(text: string, program: Pick<Program, 'id' | 'version' | 'tables'>, overlay: string | undefined): string {
  const more = [
    ...(overlay === undefined ? [] : [`// overlay\n${overlay}`]),
    ...program.tables.map((table) => `// ${table.isList === true ? 'codes' : 'table'} ${table.name}\n${table.text}`),
  ]
  return more.length === 0 ? text : [`// ${program.id}@${program.version}\n${text}`, ...more].join('\n')
}

/** The texts that were bundled; a text by itself is its own bundle. */
export function unbundle(bundle: string): Bundle {
  if (!bundle.startsWith('// ')) return { text: bundle, tables: new Map(), codes: {} }
  const [, , text = '', ...more] = bundle.split(/(?:^|\n)\/\/ (.*)\n/)
  const tables = new Map<string, ReturnType<typeof readTable>['table']>()
  const codes: Record<string, Codes[string]> = {}
  let overlay: string | undefined
  for (let i = 0; i < more.length; i += 2) {
    const [head = '', body = ''] = [more[i], more[i + 1]]
    if (head === 'overlay') overlay = body
    else if (head.startsWith('table ')) tables.set(head.slice(6), readTable(head.slice(6), body, head).table)
    else if (head.startsWith('codes ')) codes[head.slice(6)] = JSON.parse(body) as Codes[string]
  }
  return { text, tables, codes, ...(overlay === undefined ? {} : { overlay }) }
}
