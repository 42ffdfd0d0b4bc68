import { isObject, type Json } from '../model/json.ts'
import { equalJson, fieldOf } from './equal.ts'
import type { Field, Step } from './program.ts'
import { type Put, stepsOf, type Wanted } from './put.ts'
import { keyOf } from './put-items.ts'
import { pointer } from './read-place.ts'
import { shownValue } from './runtime.ts'

/**
 * Compares what the hub wants with what the written document reads back as. A field that did not survive is an error; a
 * computed one is a note when the user did not change it, and an error when he did and nothing says to keep it.
 */
export function verify(put: Put, fields: readonly Field[], wanted: Wanted, again: Json | undefined): void {
  for (const i of put.changes.get(fields)?.(wanted.value, again) ?? []) {
    const field = fields[i]
    if (field !== undefined) verifyField(put, field, wanted, fieldOf(again, field.key))
  }
}

/** The same for one field; `again` is what it reads back as. */
export function verifyField(put: Put, { key, step }: Field, wanted: Wanted, again: Json | undefined): void {
  verifyStep(put, step, { value: fieldOf(wanted.value, key), image: fieldOf(wanted.image, key), at: key, inside: wanted }, again)
}

export function verifyStep(put: Put, step: Step, wanted: Wanted, again: Json | undefined): void {
  const plan = put.parts.plan.steps.get(step)
  const { body } = step
  const hidden = plan?.sensitive ?? false
  const written = plan !== undefined && plan.class !== 'pull-only'
  if (written && body.kind === 'group' && canHold(wanted.value, again, isObject)) {
    verify(put, body.fields, wanted, again)
    return
  }
  if (written && body.kind === 'each' && canHold(wanted.value, again, Array.isArray)) {
    verifyItems(put, step, wanted, again)
    return
  }
  if (equalJson(wanted.value, again)) return
  if (!written) {
    verifyComputed(put, step, wanted, again)
    return
  }
  if (
    wanted.value === undefined &&
    (plan.class === 'constant' || (body.kind === 'leaf' && body.default !== undefined && equalJson(again, body.default)))
  )
    return
  lost(put, step, wanted, `a value that the partner can hold; it would read back as ${shown(again, hidden)}`)
}

/** What is wanted and what reads back are of the kind that a rule makes, where they are anything. */
const canHold = (wanted: Json | undefined, again: Json | undefined, isKind: (value: Json) => boolean): boolean =>
  [wanted, again].every((value) => value === undefined || isKind(value))

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
    to: pointer(stepsOf(wanted)),
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
  const fields = body.item.body.kind === 'group' ? body.item.body.fields : []
  let byKey: Map<Json | undefined, Json> | undefined
  for (let i = 0; i < want.length; i++) {
    const value = want[i]
    let image = images[i]
    if (keyName !== undefined) {
      const key = keyOf(fieldOf(value, keyName))
      if (keyOf(fieldOf(image, keyName)) !== key) {
        byKey ??= new Map(images.map((item) => [keyOf(fieldOf(item, keyName)), item]))
        image = byKey.get(key)
      }
    }
    const itemPut: Put = image === undefined ? { ...put, before: undefined } : put
    const item: Wanted = { value, image, at: i, inside: wanted }
    if (isObject(value)) verify(itemPut, fields, item, now[i])
    else lost(put, step, item, 'an object')
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
    from: pointer(stepsOf(wanted)),
    found: shownValue(wanted.value, hidden),
    expected,
  })
}
