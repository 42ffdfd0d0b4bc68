import { compileFunction } from 'node:vm'
import { DecimalError } from '../model/decimal.ts'
import type { Json } from '../model/json.ts'
import type { Code } from './code.ts'
import type { Guard } from './emit-guards.ts'
import type { Program } from './program.ts'
import { type Run, runtime } from './runtime.ts'
import type { Cursor } from './schema-path.ts'
import { type Compilation, chainLets, type Scope } from './scope.ts'

/** One compiled direction: reads a document and gives the result, or the values of the push rules in their order. */
export type Body = (run: Run, document: Json) => Json | undefined
export interface Unit {
  readonly sites: Compilation['sites']
  readonly main: Body
  readonly guards: ReadonlyMap<unknown, Guard>
}

/** Turns code into functions. It runs in this context but sees only the runtime and its constants. */
export function build(c: Compilation, main: Code, guards: readonly { readonly of: unknown; readonly code: Code }[]): Unit {
  const names = Object.keys(runtime)
  const constants = c.unit.constants.map((_, i) => `k${i}`)
  const body = `'use strict';\nreturn [${[main, ...guards.map((guard) => guard.code)].map((part) => part.source).join(',\n')}];`
  const make = compileFunction(body, [...names, ...constants])
  const made: readonly unknown[] = Reflect.apply(make, undefined, [...Object.values(runtime), ...c.unit.constants])
  return { sites: c.sites, main: made[0] as Body, guards: new Map(guards.map((guard, i) => [guard.of, made[i + 1] as Guard])) }
}

/** The scope of the whole document. */
export function rootScope(value: Code, cursor: Cursor | undefined, program: Pick<Program, 'lets'>): Scope {
  return {
    parent: undefined,
    value,
    base: [],
    cursor,
    sensitive: false,
    lets: chainLets(program.lets, undefined),
    items: [],
    position: undefined,
  }
}

/** Numbers beyond any sense (a product of hundreds of digits) end a run as an error of the document, not as an exception. */
export function runSafely<T>(run: Run, body: () => T): T | undefined {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof DecimalError)) throw error
    run.errors.push({ code: 'LIMIT', mapping: run.mapping, rule: '', to: '', expected: 'numbers of at most 200 digits' })
    return undefined
  }
}
