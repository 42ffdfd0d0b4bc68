import { compileExpression } from '../mapping/expression.ts'
import { bug } from '../model/errors.ts'
import type { Json, JsonObject } from '../model/json.ts'

/**
 * A condition of a connector over a record; the config without its secrets is under `@.config`.
 * @throws HubError `bad-condition` (bug) for a text that lint would have refused
 */
export function compileCondition(text: string, connection: string, openConfig: JsonObject): (record: Json) => boolean {
  const { expression, faults } = compileExpression(text, { file: 'connector' })
  if (expression === undefined)
    throw bug('bad-condition', `the condition ${JSON.stringify(text)} does not compile: ${faults.map(({ message }) => message).join('; ')}`)
  const context = { connection, books: '', config: openConfig, codes: () => undefined }
  return (record) => expression.test(record, context)
}
