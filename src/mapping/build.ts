import { compileFunction } from 'node:vm'
import { DecimalError } from '../model/decimal.ts'
import { bug } from '../model/errors.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Code } from './code.ts'
import type { Program } from './program.ts'
import type { Run } from './run.ts'
import { runtime } from './runtime.ts'
import type { Cursor } from './schema-path.ts'
import { type Compilation, chainLets, type Scope } from './scope.ts'

/** One compiled direction: reads a document and gives the result, or the values of the push rules in their order. */
export type Body = (run: Run, document: Json) => Json | undefined
export interface Unit {
  readonly sites: Compilation['sites']
  readonly main: Body
  /** conditions and the like, by what they are of */
  readonly parts: ReadonlyMap<unknown, unknown>
}

/** Turns code into functions. It runs in this context but sees only the runtime and its constants. */
export function build(c: Compilation, main: Code, parts: readonly { readonly of: unknown; readonly code: Code }[]): Unit {
  const names = Object.keys(runtime)
  const constants = c.unit.constants.map((_, i) => `k${i}`)
  const functions = c.unit.functions.map((part) => `${part.source}\n`).join('')
  const body = `'use strict';\n${functions}return [${[main, ...parts.map((part) => part.code)].map((part) => part.source).join(',\n')}];`
  const make = compileFunction(body, [...names, ...constants])
  const made: readonly unknown[] = Reflect.apply(make, undefined, [...Object.values(runtime), ...c.unit.constants])
  return { sites: c.sites, main: made[0] as Body, parts: new Map(parts.map(({ of }, i) => [of, made[i + 1]])) }
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

/** Inherits what every object inherits: compiled paths read fields without asking whether they are own ones. */
const bare: JsonObject = {}

/** Numbers beyond any sense (a product of hundreds of digits) end a run as an error of the document, not as an exception. */
export function runSafely<D, T>(run: Run, body: (run: Run, document: D) => T, document: D): T | undefined {
  for (const name in bare) throw bug('prototype-changed', `every object inherits '${name}'; find what adds to Object.prototype and end it`)
  try {
    return body(run, document)
  } catch (error) {
    if (!(error instanceof DecimalError)) throw error
    run.errors.push({ code: 'LIMIT', mapping: run.mapping, rule: '', to: '', expected: 'numbers of at most 200 digits' })
    return undefined
  }
}
