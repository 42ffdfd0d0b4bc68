import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Guard } from './emit-guards.ts'
import { fieldOf } from './equal.ts'
import { type Frame, objectFrame, pathFrame, readFrom, valuesOf, writeTo } from './frames.ts'
import type { Each, Field, Group, Program, Step } from './program.ts'
import { putBeside } from './put-beside.ts'
import { interleave, keyOf, keysOf, type PutItem } from './put-items.ts'
import { putLeaf } from './put-leaf.ts'
import { verify } from './put-verify.ts'
import type { ReversePlan } from './reverse.ts'
import type { Site } from './run.ts'
import type { Run } from './runtime.ts'
import type { SideBySide } from './side-by-side.ts'
import type { MapContext, MapError, MapResult, Note } from './types.ts'
import { copy, type DraftObject, draftOf, isDraftObject, type Owned, writeAt } from './write-path.ts'

/** What the derived push of one mapping is made of. */
export interface PutParts {
  readonly program: Program
  readonly plan: ReversePlan
  readonly label: string
  readonly guards: ReadonlyMap<unknown, unknown>
  /** the pull of the same mapping */
  readonly get: (document: Json, context: MapContext, keep: boolean) => { readonly run: Run; readonly value: Json | undefined }
  /** the same compared as it reads; compiled when it is first asked for */
  readonly sideBySide: () => SideBySide
  /** a run with the sites of the pull, or of others */
  readonly startRun: (document: Json, context: MapContext, sites?: readonly Site[]) => Run
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
  readonly changes: SideBySide['changes']
  readonly owned: Owned
}

/** A field on its way back: what the hub wants, and what the partner's document gives now. */
export interface Wanted {
  readonly value: Json | undefined
  readonly image: Json | undefined
  /** place in the hub document: its name or number there, and what it is in */
  readonly at: string | number
  readonly inside: Wanted | undefined
}

/** Steps from the root of the hub document. */
export function stepsOf(wanted: Wanted): readonly (string | number)[] {
  const steps: (string | number)[] = []
  for (let here: Wanted = wanted; here.inside !== undefined; here = here.inside) steps.unshift(here.at)
  return steps
}

/**
 * The push of a mapping that is written as pull. Laws: an unchanged document gives the base back (GetPut, because a field
 * equal to its image is not touched); what was written reads back as wanted (PutGet, checked by reading again whatever reads
 * something that was written).
 */
export function derivePush(parts: PutParts): (document: Json, context: MapContext, base?: Json) => MapResult {
  return (document, context, base) => {
    const old = draftOf(base)
    const beside = old !== undefined && isObject(document) ? putBeside(parts, document, context, old) : undefined
    return beside ?? putOverImage(parts, document, context, base, old)
  }
}

/** The push that makes the whole hub document of the base, and reads the whole of what it wrote. */
function putOverImage(
  parts: PutParts,
  document: Json,
  context: MapContext,
  base: Json | undefined,
  old: DraftObject | undefined,
): MapResult {
  const { program } = parts
  const image = base === undefined ? undefined : parts.get(base, context, true)
  if (image !== undefined && image.run.errors.length > 0) return { ok: false, errors: image.run.errors }
  const { changes } = parts.sideBySide()
  const put: Put = { parts, context, errors: [], notes: [], before: image?.run, changes, owned: new Set() }
  const wanted: Wanted = { value: document, image: image?.value, at: '', inside: undefined }
  const changed = changedFields(put, program.fields, wanted)
  if (changed.length === 0 && program.push.length === 0 && old !== undefined) return { ok: true, value: old as JsonObject, notes: [] }
  const frame = objectFrame(old ?? {}, () => '', put.owned)
  if (old === undefined) frame.ensure()
  putChanged(put, changed, wanted, frame, 0)
  if (!writeRules(put, document, frame)) return { ok: false, errors: put.errors }
  const made = frame.get() as JsonObject
  const again = parts.get(made, context, false)
  if (again.run.errors.length > 0) return { ok: false, errors: again.run.errors }
  verify(put, program.fields, wanted, again.value)
  return put.errors.length > 0 ? { ok: false, errors: put.errors } : { ok: true, value: made, notes: put.notes }
}

/** Writes the values of the push rules; false after an error. */
export function writeRules(put: Put, document: Json, frame: Frame): boolean {
  const { parts, context, errors, owned } = put
  const { push } = parts.program
  if (push.length > 0) {
    const extra = parts.values(document, context)
    errors.push(...extra.run.errors)
    for (const [i, rule] of errors.length > 0 ? [] : push.entries()) {
      const value = extra.value[i]
      if (value !== undefined) writeAt(frame.ensure(), rule.path.segments, copy(value), owned)
    }
  }
  return errors.length === 0
}

/** Those that may have to be written: without a base all of them. */
function changedFields(put: Put, fields: readonly Field[], { value, image }: Wanted): readonly Field[] {
  if (put.before === undefined) return fields
  return numbered(fields, put.changes.get(fields)?.(value, image))
}

const none: readonly Field[] = []
function numbered(fields: readonly Field[], numbers: readonly number[] | undefined): readonly Field[] {
  if (numbers === undefined) return none
  const found: Field[] = []
  for (const i of numbers) {
    const field = fields[i]
    if (field !== undefined) found.push(field)
  }
  return found
}

/** Those with a condition last, so that it sees what the others wrote. */
function putChanged(put: Put, changed: readonly Field[], wanted: Wanted, frame: Frame, position: number): void {
  for (const conditional of [false, true])
    for (const { key, step } of changed) {
      if ((step.when !== undefined) !== conditional) continue
      if (step.when !== undefined && !holds(put, step, frame, position)) continue
      const field: Wanted = { value: fieldOf(wanted.value, key), image: fieldOf(wanted.image, key), at: key, inside: wanted }
      putStep(put, step, field, frame, position)
    }
}

function holds(put: Put, step: Step, frame: Frame, position: number): boolean {
  const guard = put.parts.guards.get(step.when) as Guard | undefined
  return guard === undefined || guard(put.parts.startRun({}, put.context), valuesOf(frame), position)
}

function putStep(put: Put, step: Step, wanted: Wanted, frame: Frame, position: number): void {
  const plan = put.parts.plan.steps.get(step)
  if (plan === undefined || plan.class === 'pull-only') return
  const { body } = step
  if (body.kind === 'leaf') putLeaf(put, step, body, plan, wanted, frame)
  else if (body.kind === 'group') putGroup(put, step, body, wanted, frame, position)
  else if (body.kind === 'each') putEach(put, step, body, wanted, frame)
}

/** Writes the fields of an object back; null, where it means that the object is to be cleared, as it stands. */
function putGroup(put: Put, step: Step, group: Group, wanted: Wanted, frame: Frame, position: number): void {
  const [first] = group.from
  if (wanted.value === null && step.onNull === 'clear' && first !== undefined) writeTo(frame, first.path, null)
  else putChanged(put, changedFields(put, group.fields, wanted), wanted, groupFrame(group, frame), position)
}

export function groupFrame(group: Group, frame: Frame): Frame {
  const [first] = group.from
  if (first === undefined) return frame
  for (const { path } of group.from) if (isDraftObject(readFrom(frame, path))) return pathFrame(frame, path)
  return pathFrame(frame, first.path)
}

/** Writes a list back: items find theirs by key, unknown fields and items that `where` left out stay. Nothing is written where keys stand twice: every further error would follow from that. */
function putEach(put: Put, step: Step, each: Each, wanted: Wanted, frame: Frame): void {
  const plan = put.parts.plan.steps.get(step)
  const found = readFrom(frame, each.from.path)
  const base = Array.isArray(found) ? found : []
  const images = Array.isArray(wanted.image) ? wanted.image : []
  const targets: readonly Json[] = Array.isArray(wanted.value) ? wanted.value : []
  const keyName = plan?.keyField?.key
  const kept = put.before?.kept?.get(images) ?? []
  const fields = each.item.body.kind === 'group' ? each.item.body.fields : none
  const known = put.errors.length
  const byKey = keyName === undefined ? undefined : keysOf(put, step, images, keyName, wanted)
  if (keyName !== undefined && put.errors.length === known) keysOf(put, step, targets, keyName, wanted)
  if (put.errors.length > known) return
  const made: PutItem[] = []
  for (let i = 0; i < targets.length; i++) {
    const value = targets[i]
    const at = byKey === undefined ? (i < images.length ? i : undefined) : byKey.get(keyOf(fieldOf(value, keyName ?? '')))
    const from = at === undefined ? undefined : kept[at]
    const old = from === undefined ? undefined : base[from]
    const itemPut: Put = at === undefined ? { ...put, before: undefined } : put
    const itemWanted: Wanted = { value, image: at === undefined ? undefined : images[at], at: i, inside: wanted }
    const changed = changedFields(itemPut, fields, itemWanted)
    const itemFrame = itemFrameOf(frame, i, isDraftObject(old) ? old : {})
    if (from === undefined) for (const { path, value: text } of plan?.whereValues ?? []) writeTo(itemFrame, path, text)
    putChanged(itemPut, changed, itemWanted, itemFrame, i + 1)
    made.push({ item: itemFrame.get() ?? {}, from })
  }
  const list = wanted.value === undefined && base.length === kept.length ? [] : interleave(base, kept, made)
  put.owned.add(list)
  writeTo(frame, each.from.path, list)
}

export const itemFrameOf = (frame: Frame, i: number, value: DraftObject): Frame =>
  objectFrame(value, () => `${frame.pointer()}/${i}`, frame.owned, frame)
