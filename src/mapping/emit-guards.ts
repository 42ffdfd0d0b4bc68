import type { Json } from '../model/json.ts'
import { type Code, code, createBlock, joinCode, lines } from './code.ts'
import { booleanOf, emitExpr } from './emit-expression.ts'
import type { Formula } from './program.ts'
import type { Run } from './run.ts'
import type { Compilation, LetChain, Scope } from './scope.ts'

/** A condition on its own: `frames` are the document and each value that `from` or `each` gave, outermost first; `position` counts from 1. */
export type Guard = (run: Run, frames: readonly (Json | undefined)[], position: number) => boolean

/** A condition to compile apart, with the names of `let` visible in each frame. */
export interface Guarded {
  readonly formula: Formula
  readonly rule: string
  readonly lets: readonly (LetChain | undefined)[]
}

/** Emits conditions as functions of their own, for a mapping that runs backwards and decides on what it has written so far. */
export function emitGuards(c: Compilation, guarded: readonly Guarded[]): { readonly of: Formula; readonly code: Code }[] {
  return guarded.map(({ formula, rule, lets }) => {
    const block = createBlock()
    const frames = c.unit.name('f')
    const position = c.unit.name('i')
    let scope: Scope | undefined
    const names = lets.map((chain, i) => {
      const value = c.unit.name('v')
      scope = { parent: scope, value, base: [], cursor: undefined, sensitive: true, lets: chain, items: [], position }
      return code`const ${value} = ${frames}[${i}];`
    })
    if (scope === undefined) return { of: formula, code: code`() => true` }
    const target = { rule, to: [], outs: [] }
    const test = booleanOf(emitExpr(formula.expr, { c, scope, block, target, at: formula.at }), formula.expr, {
      c,
      scope,
      block,
      target,
      at: formula.at,
    })
    return { of: formula, code: code`(run, ${frames}, ${position}) => { ${joinCode(names, '\n')} ${lines(block)} return ${test}; }` }
  })
}
