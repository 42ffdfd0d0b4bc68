import type { Json, JsonObject } from '../model/json.ts'
import type { Guard } from './emit-guards.ts'
import { equalJson, fieldOf } from './equal.ts'
import { type Frame, objectFrame, pathFrame, readFrom, valuesOf, writeTo } from './frames.ts'
import type { Each, Field, Group, Program, Step } from './program.ts'
import { putLeaf } from './put-leaf.ts'
import { verify } from './put-verify.ts'
import type { ReversePlan } from './reverse.ts'
import { pointer, type Run, shownValue } from './runtime.ts'
import type { MapContext, MapError, MapResult, Note } from './types.ts'
import { copy, type Draft, type DraftObject, isDraftObject, writeAt } from './write-path.ts'

/** What the derived push of one mapping is made of. */
export interface PutParts {
  readonly program: Program
  readonly plan: ReversePlan
  readonly label: string
  readonly guards: ReadonlyMap<unknown, Guard>
  /** the pull of the same mapping */
  readonly get: (document: Json, context: MapContext, keep: boolean) => { readonly run: Run; readonly value: Json | undefined }
  /** a run for conditions on what has been written so far */
  readonly guardRun: (context: MapContext) => Run
  /** the values of the written push rules */
  readonly values: (document: Json, context: MapContext) => { readonly run: Run; readonly value: readonly (Json | undefined)[] }
}

/** One document on its way back. */
export interface Put {
  readonly parts: PutParts
  readonly context: MapContext
  readonly errors: MapError[]
  readonly notes: Note[]
  /** the run that read the base; undefined when there is none */
  readonly before: Run | undefined
  /** the run conditions are evaluated in */
  readonly guardRun: Run
}

/** A field on its way back: what the hub wants, and what the partner's document gives now. */
export interface Wanted {
  readonly value: Json | undefined
  readonly image: Json | undefined
  /** place in the hub document */
  readonly steps: readonly (string | number)[]
}

/**
 * The push of a mapping that is written as pull. Laws: an unchanged document gives the base back (GetPut, because a field
 * equal to its image is not touched); what was written reads back as wanted (PutGet, checked by reading the result once more).
 */
export function derivePush(parts: PutParts): (document: Json, context: MapContext, base?: Json) => MapResult {
  return (document, context, base) => {
    const image = base === undefined ? undefined : parts.get(base, context, true)
    if (image !== undefined && image.run.errors.length > 0) return { ok: false, errors: image.run.errors }
    const start = base === undefined ? {} : copy(base)
    const made: DraftObject = isDraftObject(start) ? start : {}
    const put: Put = { parts, context, errors: [], notes: [], before: image?.run, guardRun: parts.guardRun(context) }
    const wanted: Wanted = { value: document, image: image?.value, steps: [] }
    putFields(put, parts.program.fields, wanted, objectFrame(made, ''), 0)
    const extra = parts.values(document, context)
    put.errors.push(...extra.run.errors)
    if (put.errors.length > 0) return { ok: false, errors: put.errors }
    for (const [i, rule] of parts.program.push.entries()) {
      const value = extra.value[i]
      if (value !== undefined) writeAt(made, rule.path.segments, copy(value))
    }
    const again = parts.get(made as JsonObject, context, false)
    if (again.run.errors.length > 0) return { ok: false, errors: again.run.errors }
    verify(put, parts.program.fields, wanted, again.value)
    return put.errors.length > 0 ? { ok: false, errors: put.errors } : { ok: true, value: made as JsonObject, notes: put.notes }
  }
}

/** Writes the fields of an object: those with a condition last, so that it sees what the others wrote. */
export function putFields(put: Put, fields: readonly Field[], wanted: Wanted, frame: Frame, position: number): void {
  for (const conditional of [false, true])
    for (const { key, step } of fields) {
      if ((step.when !== undefined) !== conditional) continue
      const field: Wanted = { value: fieldOf(wanted.value, key), image: fieldOf(wanted.image, key), steps: [...wanted.steps, key] }
      if (equalJson(field.value, field.image) && put.before !== undefined) continue
      if (step.when !== undefined && !holds(put, step, frame, position)) continue
      putStep(put, step, field, frame, position)
    }
}

function holds(put: Put, step: Step, frame: Frame, position: number): boolean {
  const guard = put.parts.guards.get(step.when)
  return guard === undefined || guard(put.guardRun, valuesOf(frame), position)
}

function putStep(put: Put, step: Step, wanted: Wanted, frame: Frame, position: number): void {
  const plan = put.parts.plan.steps.get(step)
  if (plan === undefined || plan.class === 'pull-only') return
  const { body } = step
  if (body.kind === 'leaf') putLeaf(put, step, body, plan, wanted, frame)
  else if (body.kind === 'group') putFields(put, body.fields, wanted, groupFrame(body, frame), position)
  else if (body.kind === 'each') putEach(put, step, body, wanted, frame)
}

function groupFrame(group: Group, frame: Frame): Frame {
  const chosen = group.from.find(({ path }) => isDraftObject(readFrom(frame, path))) ?? group.from[0]
  return chosen === undefined ? frame : pathFrame(frame, chosen.path)
}

/** Writes a list back: items find theirs by key, unknown fields and items that `where` left out stay. */
function putEach(put: Put, step: Step, each: Each, wanted: Wanted, frame: Frame): void {
  const plan = put.parts.plan.steps.get(step)
  const found = readFrom(frame, each.from.path)
  const base = Array.isArray(found) ? found : []
  const images = Array.isArray(wanted.image) ? wanted.image : []
  const targets: readonly Json[] = Array.isArray(wanted.value) ? wanted.value : []
  const keyName = plan?.keyField?.key
  const kept = put.before?.kept?.get(images) ?? []
  const byKey = keyName === undefined ? undefined : keysOf(put, step, images, keyName, wanted)
  if (keyName !== undefined) keysOf(put, step, targets, keyName, wanted)
  const used = new Set<number>()
  const made: { readonly item: Draft; readonly from: number | undefined }[] = []
  for (const [i, value] of targets.entries()) {
    const at = byKey === undefined ? (i < images.length ? i : undefined) : byKey.get(keyText(fieldOf(value, keyName ?? '')))
    const from = at === undefined ? undefined : kept[at]
    const old = from === undefined ? undefined : base[from]
    const item: DraftObject = isDraftObject(old) ? old : {}
    if (from !== undefined) used.add(from)
    const itemFrame = objectFrame(item, `${frame.pointer}/${i}`, frame)
    if (from === undefined) for (const { path, value: text } of plan?.whereValues ?? []) writeTo(itemFrame, path, text)
    const itemWanted: Wanted = { value, image: at === undefined ? undefined : images[at], steps: [...wanted.steps, i] }
    const itemPut: Put = at === undefined ? { ...put, before: undefined } : put
    if (each.item.body.kind === 'group') putFields(itemPut, each.item.body.fields, itemWanted, itemFrame, i + 1)
    made.push({ item, from })
  }
  if (wanted.value === undefined && base.length === kept.length) writeTo(frame, each.from.path, [])
  else writeTo(frame, each.from.path, interleave(base, new Set(kept), made))
}

/** The new list, with each item that was left out by `where` behind the item it stood behind. */
function interleave(
  base: readonly Draft[],
  seen: ReadonlySet<number>,
  made: readonly { readonly item: Draft; readonly from: number | undefined }[],
): Draft[] {
  const surviving = new Set(made.map(({ from }) => from))
  const behind = new Map<number, Draft[]>()
  let anchor = -1
  for (const [i, item] of base.entries()) {
    if (surviving.has(i)) anchor = i
    else if (!seen.has(i)) behind.set(anchor, [...(behind.get(anchor) ?? []), item])
  }
  const list = [...(behind.get(-1) ?? [])]
  for (const { item, from } of made) {
    list.push(item)
    if (from !== undefined) list.push(...(behind.get(from) ?? []))
  }
  return list
}

export const keyText = (value: Json | undefined): string => (value === undefined ? '' : JSON.stringify(value))

function keysOf(put: Put, step: Step, items: readonly Json[], name: string, wanted: Wanted): Map<string, number> {
  const keys = new Map<string, number>()
  for (const [i, item] of items.entries()) {
    const key = fieldOf(item, name)
    if (key === undefined) continue
    if (keys.has(keyText(key)))
      put.errors.push({
        code: 'DUPLICATE_KEY',
        mapping: put.parts.label,
        rule: step.rule,
        to: '',
        from: pointer([...wanted.steps, i, name]),
        found: shownValue(key, false),
        expected: `'${name}' only once in the list, so that items find each other`,
      })
    else keys.set(keyText(key), i)
  }
  return keys
}
