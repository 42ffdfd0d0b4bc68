import type { JsonSchema } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import type { Report } from './lint-report.ts'

/** A schema in a connector must compile in strict mode: a misspelt keyword checks nothing. */
export function lintSchema(report: Report, path: string, schema: JsonSchema): void {
  const { faults } = compileSchemas([{ file: report.file, text: JSON.stringify({ $id: `connector:${path}`, ...schema }) }])
  for (const fault of faults) report.error(`${path}${fault.path.replaceAll('/', '.')}`, 'bad-schema', fault.message)
}
