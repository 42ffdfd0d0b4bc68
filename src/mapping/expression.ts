import type { Json } from '../model/json.ts'
import { build, rootScope, runSafely } from './build.ts'
import { code, createBlock, createUnit, lines } from './code.ts'
import { emitExpr, jsonOf } from './emit-expression.ts'
import { collectFaults } from './faults.ts'
import { parseExpression } from './grammar.ts'
import { createRun } from './runtime.ts'
import { cursorAt } from './schema-path.ts'
import { type Compilation, contextFields } from './scope.ts'
import type { CompiledExpression, ExpressionOptions, ExpressionResult } from './types.ts'

/**
 * Compiles one expression of the mapping language over a whole document: `when` of a route or of a stream's part.
 * Missing paths have no value, and no value is false; it never throws for data.
 */
export function compileExpression(text: string, options: ExpressionOptions): ExpressionResult {
  const path = options.path ?? ''
  const faults = collectFaults(options.file, (place) => ({ line: options.line ?? 1, column: (options.column ?? 1) + (place.inText ?? 0) }))
  const expr = faults.grammar({ at: [] }, path, () => parseExpression(text))
  if (expr === undefined) return { faults: faults.list() }
  const c: Compilation = { unit: createUnit(), faults, sites: [], mode: 'pull', tables: 'forward', contextFields }
  const block = createBlock()
  const document = c.unit.name('v')
  const scope = rootScope(document, cursorAt(options.schema), { lets: [] })
  const value = emitExpr(expr, { c, scope, block, target: { rule: path, to: [], outs: [] }, at: [] })
  if (faults.failed()) return { faults: faults.list() }
  const unit = build(c, code`(run, ${document}) => { ${lines(block)} return ${jsonOf(value)}; }`, [])
  const evaluate: CompiledExpression['evaluate'] = (given, context, onError) => {
    const run = createRun(path, given, context, unit.sites, false)
    const result: Json | undefined = runSafely(run, () => unit.main(run, given))
    if (onError !== undefined) for (const error of run.errors) onError(error)
    return result === null ? undefined : result
  }
  const expression: CompiledExpression = { evaluate, test: (given, context) => evaluate(given, context) === true }
  return { expression, faults: faults.list() }
}
