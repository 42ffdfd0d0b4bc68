import type { Json } from '../model/json.ts'
import { build, rootScope, runSafely } from './build.ts'
import { afterCheck, checkCondition } from './check.ts'
import { code, createBlock, lines } from './code.ts'
import { emitExpr, jsonOf } from './emit-expression.ts'
import { collectFaults } from './faults.ts'
import { parseExpression } from './grammar.ts'
import { objectItemsOf } from './paths-read.ts'
import { createRun } from './run.ts'
import { cursorAt } from './schema-path.ts'
import { createCompilation } from './scope.ts'
import type { CompiledExpression, ExpressionOptions, ExpressionResult } from './types.ts'

/**
 * Compiles one expression of the mapping language over a whole document: `when` of a route or of a stream's part.
 * Missing paths have no value, and no value is false; it never throws for data.
 */
export function compileExpression(text: string, options: ExpressionOptions): ExpressionResult {
  const path = options.path ?? ''
  const faults = collectFaults(options.file, (place) => ({ line: options.line ?? 1, column: (options.column ?? 1) + (place.inText ?? 0) }))
  const expr = faults.grammar({ at: [] }, path, () => parseExpression(text))
  if (expr !== undefined && options.schema !== undefined) checkCondition(expr, path, faults, options.schema, options.schemas)
  if (expr === undefined || faults.failed()) return { faults: faults.list() }
  const c = createCompilation(options.schema === undefined ? faults : afterCheck(faults), objectItemsOf({ expr, at: [] }), 'pull')
  const block = createBlock()
  const document = c.unit.name('v')
  const scope = rootScope(document, cursorAt(options.schema, options.schemas), { lets: [] })
  const value = jsonOf(emitExpr(expr, { c, scope, block, target: { rule: path, to: [], outs: [] }, at: [] }), { c, block })
  if (faults.failed()) return { faults: faults.list() }
  const unit = build(c, code`(run, ${document}) => { ${lines(block)} return ${value}; }`, [])
  const evaluate: CompiledExpression['evaluate'] = (given, context, onError) => {
    const run = createRun(path, given, context, unit.sites, {})
    const result: Json | undefined = runSafely(run, unit.main, given)
    if (onError !== undefined) for (const error of run.errors) onError(error)
    return result === null ? undefined : result
  }
  const expression: CompiledExpression = { evaluate, test: (given, context) => evaluate(given, context) === true }
  return { expression, faults: faults.list() }
}
