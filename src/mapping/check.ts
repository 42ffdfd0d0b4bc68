import type { JsonSchema } from '../model/json.ts'
import { checkCreate } from './check-create.ts'
import { condition } from './check-expression.ts'
import { checkNamed } from './check-named.ts'
import { checkPush } from './check-push.ts'
import { type Spot, schemaReader, spotOf } from './check-schema.ts'
import { type Check, type Env, nameLets, stepLimit } from './check-scope.ts'
import { checkFields, checkLets } from './check-step.ts'
import { type Kind, typeAt, type Unproven } from './check-types.ts'
import type { Faults } from './faults.ts'
import type { Expr } from './grammar.ts'
import type { Program } from './program.ts'
import type { ReversePlan } from './reverse.ts'
import type { CompileOptions } from './types.ts'

/** Codes that only {@link checkTypes} tells: code that is generated afterwards meets the same places again. */
const told: ReadonlySet<string> = new Set(['E_PATH', 'E_TARGET', 'E_UNMAPPED', 'W_UNCHECKED'])

/** The faults for the code generator, which need not say again what the check has said, or has softened. */
export const afterCheck = (faults: Faults): Faults => ({
  ...faults,
  add: (code, place, path, message, suggestion) => {
    if (!told.has(code)) faults.add(code, place, path, message, suggestion)
  },
})

/**
 * Checks every rule against both schemas before anything runs (docs/mapping.md, Faults of a file): paths, kinds, codes, scales, formats,
 * and values that are required and may be missing. What the schema of the source does not say is not judged; a check when it runs remains.
 * @param plan how the fields of a mapping with direction `both` go back
 * @returns that check: the kinds that a value may be of, by the path of its rule
 */
export function checkTypes(program: Program, faults: Faults, options: CompileOptions, plan?: ReversePlan): Unproven {
  const reader = schemaReader(options.schemas)
  const source = spotOf(reader, options.sourceSchema)
  const target = spotOf(reader, options.targetSchema)
  const provided = options.provided ?? []
  const unproven = new Map<string, readonly Kind[]>()
  checkNamed(program, faults, options)
  if (program.direction !== 'push') {
    const env = rootEnv(program, faults, source, 'pull', unproven)
    checkLets(program.lets, env)
    checkFields(program.fields, env, target, ['fields'], provided)
  }
  if (program.direction === 'push') {
    const env = rootEnv(program, faults, source, 'push', unproven)
    checkLets(program.lets, env)
    checkPush(program.push, env, target, { creates: true, provided })
  } else if (program.push.length > 0)
    checkPush(program.push, rootEnv(program, faults, target, 'push', unproven), source, { creates: false, provided: [] })
  if (program.direction === 'both' && plan !== undefined) checkCreate(program, plan, source, faults)
  return unproven
}

/** What {@link checkTypes} leaves to the run, of a program that has been checked. */
export const unprovenIn = (program: Program, faults: Faults, options: CompileOptions): Unproven =>
  checkTypes(program, { ...faults, add: () => {}, warn: () => {} }, options)

/** Checks a condition that stands alone, such as `when` of a route, against the schema of the document it reads. */
export function checkCondition(expr: Expr, rule: string, faults: Faults, schema: JsonSchema, schemas: CompileOptions['schemas']): void {
  condition(expr, [], { ...rootEnv({ direction: 'pull', lets: [] }, faults, spotOf(schemaReader(schemas), schema), 'pull'), rule })
}

function rootEnv(
  program: Pick<Program, 'direction' | 'lets'>,
  faults: Faults,
  read: Spot | undefined,
  mode: Check['mode'],
  unproven: Check['unproven'] = new Map(),
): Env {
  const tables = mode === 'pull' || program.direction === 'push' ? 'forward' : 'back'
  const check: Check = { faults, mode, tables, lets: new Map(), unproven, items: 0, budget: stepLimit }
  const type = { ...typeAt(read, 'always'), presence: 'always' as const }
  return {
    check,
    scope: { parent: undefined, base: '', type, lets: nameLets(program.lets, undefined), inItem: false },
    facts: [],
    rule: '',
  }
}
