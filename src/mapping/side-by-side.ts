import type { Json, JsonObject } from '../model/json.ts'
import { build, rootScope } from './build.ts'
import { type Code, code, createBlock, lines } from './code.ts'
import type { Difference } from './differences.ts'
import { type Changes, emitChanges, emitTouched } from './emit-changes.ts'
import { type Comparing, emitDifferences } from './emit-differences.ts'
import type { Writing } from './emit-step.ts'
import type { Faults } from './faults.ts'
import type { Field, Program } from './program.ts'
import type { ReversePlan } from './reverse.ts'
import type { Run, Site } from './run.ts'
import { cursorAt } from './schema-path.ts'
import { createCompilation } from './scope.ts'
import type { CompileOptions } from './types.ts'

/** Where the hub's document differs from what the partner's gives; undefined: nowhere, or the run is astray or has errors. */
export type Compare = (run: Run, partner: Json, hub: JsonObject) => readonly Difference[] | undefined

/** A mapping that compares both documents as it reads. */
export interface SideBySide {
  readonly sites: readonly Site[]
  readonly whole: Compare
  /** each field alone, as the mapping lists them */
  readonly fields: readonly Compare[]
  /** which of them read anything that differs between two documents of the partner */
  readonly touched: Changes
  /** what differs between two documents of the hub, for each list of fields */
  readonly changes: ReadonlyMap<readonly Field[], Changes>
}

/** Compiles it; the mapping has been checked and its faults told. */
export function compileSideBySide(program: Program, plan: ReversePlan, options: CompileOptions, faults: Faults): SideBySide {
  const c = createCompilation({ ...faults, add: () => {} }, 'pull')
  const { unit } = c
  const [partner, hub] = [unit.name('v'), unit.name('v')]
  const scope = rootScope(partner, cursorAt(options.sourceSchema, options.schemas), program)
  const root: Writing = { rule: '', to: [], outs: [], written: cursorAt(options.targetSchema, options.schemas) }
  const compared = new Map<readonly Field[], Code>()
  const isWritten: Comparing['isWritten'] = (step) => (plan.steps.get(step)?.class ?? 'pull-only') !== 'pull-only'
  const emit = (fields: readonly Field[]) => {
    const reads = { names: new Set<string>(), all: false }
    const block = createBlock()
    const found = unit.name('d')
    emitDifferences({ c: { ...c, named: new Map(), reads }, compared, isWritten }, fields, scope, block, root, hub, found)
    return { of: fields, code: code`(run, ${partner}, ${hub}) => { let ${found}; ${lines(block)} return ${found}; }`, reads }
  }
  const whole = emit(program.fields)
  const alone = program.fields.map((field) => emit([field]))
  const touched = emitTouched(
    unit,
    alone.map(({ reads }) => reads),
  )
  emitChanges(unit, program.fields, compared)
  const changes = [...compared].map(([of, name]) => ({ of, code: name }))
  const { parts } = build(c, code`undefined`, [{ of: whole, code: whole.code }, ...alone, { of: touched, code: touched }, ...changes])
  return {
    sites: c.sites,
    whole: parts.get(whole) as Compare,
    fields: alone.map(({ of }) => parts.get(of) as Compare),
    touched: parts.get(touched) as Changes,
    changes: new Map(changes.map(({ of }) => [of, parts.get(of) as Changes])),
  }
}
