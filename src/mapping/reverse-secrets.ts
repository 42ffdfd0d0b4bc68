import { concealsAt } from './field-facts.ts'
import { lineageOf } from './lineage.ts'
import type { Field, Program, Step } from './program.ts'
import type { StepPlan } from './reverse.ts'
import { type Cursor, conceals, cursorOf, isSensitive, itemsAt } from './schema-path.ts'

/**
 * Plans that know which values must not be shown: those of a field that the schema of either side marks or that holds a marked one, and those
 * that are computed of one. What a rule groups may come from any field of the partner, so one mark there hides it.
 */
export function hideSecrets(
  steps: ReadonlyMap<Step, StepPlan>,
  program: Program,
  source: Cursor | undefined,
  target: Cursor | undefined,
): ReadonlyMap<Step, StepPlan> {
  const hidden = new Map(steps)
  const mixed = conceals(source)
  const lineage = mixed ? lineageOf(program) : undefined
  const isComputedOfOne = (rule: string): boolean => lineage?.get(rule)?.paths.some((path) => concealsAt(source, path)) ?? mixed
  const visitFields = (inner: readonly Field[], written: Cursor | undefined, around: boolean): void => {
    for (const { key, step } of inner) visit(step, cursorOf(written, [{ kind: 'name', name: key }]), around)
  }
  const visit = (step: Step, written: Cursor | undefined, around: boolean): void => {
    const { body } = step
    const plan = hidden.get(step)
    const marked = around || isSensitive(written)
    const isMixed = body.kind !== 'leaf' ? mixed : plan?.class === 'pull-only' && isComputedOfOne(step.rule)
    if (plan !== undefined && (marked || isMixed || conceals(written))) hidden.set(step, { ...plan, sensitive: true })
    if (body.kind === 'group') visitFields(body.fields, written, marked)
    else if (body.kind === 'each') visit(body.item, itemsAt(written), marked)
  }
  visitFields(program.fields, target, false)
  return hidden
}
