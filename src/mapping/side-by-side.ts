import type { Json, JsonObject } from '../model/json.ts'
import { bareRules } from './bare-rules.ts'
import { build, rootScope } from './build.ts'
import type { Unproven } from './check-types.ts'
import { type Code, code, createBlock, lines } from './code.ts'
import type { Difference } from './differences.ts'
import { type Changes, emitChanges, emitKeys } from './emit-changes.ts'
import { type Comparing, emitDifferences } from './emit-differences.ts'
import type { Writing } from './emit-step.ts'
import type { Faults } from './faults.ts'
import type { Field, Program, Step } from './program.ts'
import type { ReversePlan } from './reverse.ts'
import type { Run, Site } from './run.ts'
import { cursorAt } from './schema-path.ts'
import { createCompilation, noteRead, type Reads } from './scope.ts'
import type { CompileOptions } from './types.ts'

/** Where the hub's document differs from what the partner's gives; undefined: nowhere, or the run is astray or has errors. */
export type Compare = (run: Run, partner: Json, hub: JsonObject) => readonly Difference[] | undefined

type KeysOf = (list: readonly Json[]) => readonly (Json | undefined)[]

/** A field that is compared alone. */
export interface Reader {
  readonly field: Field
  readonly compare: Compare
}

/** A mapping that compares both documents as it reads. */
export interface SideBySide {
  readonly sites: readonly Site[]
  readonly whole: Compare
  /** fields that may read what a field writes, itself among them, and those that may read what the written push rules write */
  readonly readersOf: (field: Field) => readonly Reader[]
  readonly readersOfRules: readonly Reader[]
  readonly bare: ReturnType<typeof bareRules>
  /** keys of the items of a hub's list */
  readonly keys: ReadonlyMap<Step, KeysOf>
  /** what differs between two documents of the hub, for each list of fields */
  readonly changes: ReadonlyMap<readonly Field[], Changes>
}

/** Compiles it; the mapping has been checked and its faults told. */
export function compileSideBySide(
  program: Program,
  plan: ReversePlan,
  options: CompileOptions,
  faults: Faults,
  unproven: Unproven,
): SideBySide {
  const c = createCompilation({ ...faults, add: () => {} }, program.objectItems, 'pull', 'forward', unproven)
  const { unit } = c
  const [partner, hub] = [unit.name('v'), unit.name('v')]
  const scope = rootScope(partner, cursorAt(options.sourceSchema, options.schemas), program)
  const root: Writing = { rule: '', to: [], outs: [], written: cursorAt(options.targetSchema, options.schemas) }
  const compared = new Map<readonly Field[], Code>()
  const isWritten: Comparing['isWritten'] = (step) => (plan.steps.get(step)?.class ?? 'pull-only') !== 'pull-only'
  const emit = (fields: readonly Field[]) => {
    const reads: Reads = { names: new Set(), all: false, places: [] }
    const block = createBlock()
    const found = unit.name('d')
    emitDifferences({ c: { ...c, named: new Map(), reads }, compared, isWritten }, fields, scope, block, root, hub, found)
    return { of: fields, code: code`(run, ${partner}, ${hub}) => { let ${found}; ${lines(block)} return ${found}; }`, reads }
  }
  const whole = emit(program.fields)
  const alone = program.fields.map((field) => ({ field, ...emit([field]) }))
  const writtenByRules: Reads = { names: new Set(), all: false, places: [] }
  for (const { path } of program.push) noteRead(writtenByRules, path.segments[0])
  const keys = [...plan.steps].flatMap(([of, { keyField }]) => (keyField === undefined ? [] : [{ of, code: emitKeys(keyField.key) }]))
  emitChanges(unit, program.fields, compared)
  const changes = [...compared].map(([of, name]) => ({ of, code: name }))
  const { parts } = build(c, code`undefined`, [{ of: whole, code: whole.code }, ...alone, ...keys, ...changes])
  const readers = alone.map((one) => ({ field: one.field, reads: one.reads, compare: parts.get(one.of) as Compare }))
  const readersOf = (written: Reads, field?: Field): readonly Reader[] =>
    readers.filter((one) => one.field === field || one.reads.all || written.all || !written.names.isDisjointFrom(one.reads.names))
  const known = new Map<Field, readonly Reader[]>()
  return {
    sites: c.sites,
    whole: parts.get(whole) as Compare,
    readersOf: (field) => {
      const found = known.get(field) ?? readersOf(alone.find((one) => one.field === field)?.reads ?? writtenByRules, field)
      known.set(field, found)
      return found
    },
    bare: bareRules(
      plan,
      unproven,
      alone.flatMap(({ reads }) => reads.places),
    ),
    readersOfRules: readersOf(writtenByRules),
    keys: new Map(keys.map(({ of }) => [of, parts.get(of) as KeysOf])),
    changes: new Map(changes.map(({ of }) => [of, parts.get(of) as Changes])),
  }
}
