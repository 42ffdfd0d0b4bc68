import type { Json } from '../model/json.ts'
import { equalJson, fieldOf } from './equal.ts'
import type { Field, Step } from './program.ts'
import { keyText, type Put, type Wanted } from './put.ts'
import { pointer, shownValue } from './runtime.ts'

/**
 * Compares what the hub wants with what the written document reads back as. A field that did not survive is an error; a
 * computed one is a note when the user did not change it, and an error when he did and nothing says to keep it.
 */
export function verify(put: Put, fields: readonly Field[], wanted: Wanted, again: Json | undefined): void {
  for (const { key, step } of fields)
    verifyStep(
      put,
      step,
      { value: fieldOf(wanted.value, key), image: fieldOf(wanted.image, key), steps: [...wanted.steps, key] },
      fieldOf(again, key),
    )
}

function verifyStep(put: Put, step: Step, wanted: Wanted, again: Json | undefined): void {
  const plan = put.parts.plan.steps.get(step)
  const { body } = step
  const hidden = plan?.sensitive ?? false
  if (equalJson(wanted.value, again)) return
  if (plan === undefined || plan.class === 'pull-only') {
    verifyComputed(put, step, wanted, again)
    return
  }
  if (body.kind === 'group') {
    verify(put, body.fields, wanted, again)
    return
  }
  if (body.kind === 'each') {
    verifyItems(put, step, wanted, again)
    return
  }
  if (
    wanted.value === undefined &&
    (plan.class === 'constant' || (body.kind === 'leaf' && body.default !== undefined && equalJson(again, body.default)))
  )
    return
  lost(put, step, wanted, `a value that the partner can hold; it would read back as ${shown(again, hidden)}`)
}

function verifyComputed(put: Put, step: Step, wanted: Wanted, again: Json | undefined): void {
  const plan = put.parts.plan.steps.get(step)
  const hidden = plan?.sensitive ?? false
  const reason = plan?.reason
  const changed = put.before !== undefined && !equalJson(wanted.value, wanted.image)
  if (changed && wanted.value !== undefined && step.onPush !== 'keep') {
    lost(put, step, wanted, `the value ${shown(wanted.image, hidden)}: it cannot be changed because ${reason ?? 'it is computed'}`)
    return
  }
  if (wanted.value === undefined) return
  put.notes.push({
    code: 'PULL_ONLY',
    rule: step.rule,
    to: pointer(wanted.steps),
    message: `not written (${reason ?? 'computed'}); at the partner it is ${shown(again, hidden)}`,
  })
}

function verifyItems(put: Put, step: Step, wanted: Wanted, again: Json | undefined): void {
  const { body } = step
  const now = Array.isArray(again) ? again : []
  const want: readonly Json[] = Array.isArray(wanted.value) ? wanted.value : []
  if (body.kind !== 'each' || now.length !== want.length) {
    lost(put, step, wanted, `${want.length} items; ${now.length} would read back`)
    return
  }
  const images: readonly Json[] = Array.isArray(wanted.image) ? wanted.image : []
  const keyName = put.parts.plan.steps.get(step)?.keyField?.key
  const byKey = new Map(keyName === undefined ? [] : images.map((image) => [keyText(fieldOf(image, keyName)), image]))
  for (const [i, value] of want.entries()) {
    const image = keyName === undefined ? images[i] : byKey.get(keyText(fieldOf(value, keyName)))
    const itemPut: Put = image === undefined ? { ...put, before: undefined } : put
    if (body.item.body.kind === 'group') verify(itemPut, body.item.body.fields, { value, image, steps: [...wanted.steps, i] }, now[i])
  }
}

const shown = (value: Json | undefined, hidden: boolean): string => (value === undefined ? 'no value' : `'${shownValue(value, hidden)}'`)

function lost(put: Put, step: Step, wanted: Wanted, expected: string): void {
  const hidden = put.parts.plan.steps.get(step)?.sensitive ?? false
  put.errors.push({
    code: 'NO_WAY_BACK',
    mapping: put.parts.label,
    rule: step.rule,
    to: '',
    from: pointer(wanted.steps),
    found: shownValue(wanted.value, hidden),
    expected,
  })
}
