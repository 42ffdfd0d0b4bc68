import type { Field, Step } from './program.ts'
import type { StepPlan } from './reverse.ts'
import { type Cursor, conceals, cursorOf, isSensitive, itemsAt } from './schema-path.ts'

/**
 * Plans that know which values must not be shown: those of a field that the schema of either side marks or that holds a marked one. What a
 * rule computes or groups may come from any field of the partner, so one mark there hides it.
 */
export function hideSecrets(
  steps: ReadonlyMap<Step, StepPlan>,
  fields: readonly Field[],
  source: Cursor | undefined,
  target: Cursor | undefined,
): ReadonlyMap<Step, StepPlan> {
  const hidden = new Map(steps)
  const mixed = conceals(source)
  const visitFields = (inner: readonly Field[], written: Cursor | undefined, around: boolean): void => {
    for (const { key, step } of inner) visit(step, cursorOf(written, [{ kind: 'name', name: key }]), around)
  }
  const visit = (step: Step, written: Cursor | undefined, around: boolean): void => {
    const { body } = step
    const plan = hidden.get(step)
    const marked = around || isSensitive(written)
    const isMixed = mixed && (body.kind !== 'leaf' || plan?.class === 'pull-only')
    if (plan !== undefined && (marked || isMixed || conceals(written))) hidden.set(step, { ...plan, sensitive: true })
    if (body.kind === 'group') visitFields(body.fields, written, marked)
    else if (body.kind === 'each') visit(body.item, itemsAt(written), marked)
  }
  visitFields(fields, target, false)
  return hidden
}
