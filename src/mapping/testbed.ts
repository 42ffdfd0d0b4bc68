import type { Json } from '../model/json.ts'
import { compileMapping } from './compile.ts'
import type { CompiledMapping, CompileOptions, MapContext, MapError, Rule, RuleOrPath } from './types.ts'

/** A context with nothing special in it. */
export const context = (more: Partial<MapContext> = {}): MapContext => ({
  connection: 'shop',
  books: 'harbour',
  config: { timeZone: 'Asia/Shanghai', warehouse: 'WH1' },
  zone: 'America/New_York',
  codes: (kind) =>
    kind === 'unit'
      ? new Map([
          ['pcs', 'EA'],
          ['box', 'XBX'],
        ])
      : undefined,
  ...more,
})

/** A mapping file of some fields. */
export const file = (fields: Record<string, RuleOrPath>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ mapping: 'test', version: '1', source: 'app', target: 'hub', direction: 'pull', fields, ...more })

/** A mapping of some fields, compiled; throws with the faults when there are any errors. */
export function compiled(text: string, options: Partial<CompileOptions> = {}): CompiledMapping {
  const { mapping, faults } = compileMapping(text, { file: 'test.json', ...options })
  if (mapping === undefined) throw new Error(faults.map((fault) => `${fault.code} ${fault.message}`).join('\n'))
  return mapping
}

/** What one rule makes of a document: its value, or the errors in short. */
export function outcome(rule: Rule | string, document: Json, more: Partial<MapContext> = {}): Json | undefined | readonly string[] {
  const result = compiled(file({ x: rule }, { lookups: { yes: { J: 'yes', N: 'no' } } })).pull(document, context(more))
  return result.ok ? result.value.x : result.errors.map(brief)
}

/** `DECIMAL /lines/0/price '12,50'`. */
export const brief = (error: MapError): string => `${error.code} ${error.from ?? error.to} ${error.found ?? ''}`.trim()
