import type { Json, JsonObject } from '../model/json.ts'
import { runSafely } from './build.ts'
import type { Difference, ItemDifferences } from './differences.ts'
import { fieldOf } from './equal.ts'
import { type Frame, objectFrame, readFrom, writeTo } from './frames.ts'
import type { Each, Field } from './program.ts'
import { groupFrame, itemFrameOf, type Put, type PutParts, type Wanted, writeRules } from './put.ts'
import { putLeaf } from './put-leaf.ts'
import { verifyStep } from './put-verify.ts'
import type { Run } from './run.ts'
import type { MapContext, MapResult } from './types.ts'
import { type DraftObject, isDraftObject, readAt } from './write-path.ts'

/**
 * A push that compares the two documents side by side, writes what differs, and compares what was touched once more. Undefined where that is
 * not enough: something is wrong, or a list has other items than the partner's; the push over the whole image has the answer then.
 */
export function putBeside(parts: PutParts, document: JsonObject, context: MapContext, old: DraftObject): MapResult | undefined {
  const side = parts.sideBySide()
  const run = parts.startRun(old, context, side.sites)
  const found = runSafely(run, (started) => side.whole(started, old, document), old)
  if (isAmiss(run)) return undefined
  if (found === undefined && parts.program.push.length === 0) return { ok: true, value: old as JsonObject, notes: [] }
  const put: Put = { parts, context, errors: [], notes: [], before: run, changes: side.changes, owned: new Set() }
  const wanted: Wanted = { value: document, image: undefined, at: '', inside: undefined }
  const frame = objectFrame(old, () => '', put.owned)
  if (found !== undefined && !write(put, found, wanted, frame)) return undefined
  if (!writeRules(put, document, frame)) return undefined
  const made = frame.get() as JsonObject
  if (!verifyBeside(put, found ?? [], wanted, old, made)) return undefined
  return { ok: true, value: made, notes: put.notes }
}

const isAmiss = (run: Run): boolean => run.astray || run.errors.length > 0

function below(wanted: Wanted, { field }: Difference, image: Json | undefined): Wanted {
  return { value: fieldOf(wanted.value, field.key), image, at: field.key, inside: wanted }
}

/** Writes what differs; false where the order or the keys of what is written would have to be looked at. */
function write(put: Put, found: readonly Difference[], wanted: Wanted, frame: Frame): boolean {
  for (const difference of found) {
    const { step } = difference.field
    const plan = put.parts.plan.steps.get(step)
    if (plan === undefined || plan.class === 'pull-only') continue
    const { body } = step
    const field = below(wanted, difference, difference.image)
    if (step.when !== undefined) return false
    if (body.kind === 'leaf') putLeaf(put, step, body, plan, field, frame)
    else if (body.kind === 'group' && difference.inside !== undefined) {
      if (!write(put, difference.inside, field, groupFrame(body, frame))) return false
    } else if (body.kind === 'each' && difference.items !== undefined) {
      if (!writeItems(put, body, difference.items, plan.keyField?.key, field, frame)) return false
    } else return false
    if (put.errors.length > 0) return false
  }
  return true
}

function writeItems(
  put: Put,
  { from }: Each,
  { of, kept }: ItemDifferences,
  key: string | undefined,
  wanted: Wanted,
  frame: Frame,
): boolean {
  const base = readFrom(frame, from.path)
  const targets = wanted.value
  if (!Array.isArray(base) || !Array.isArray(targets)) return false
  if (key !== undefined && !hasKeysInPlace(targets, of, key)) return false
  const list = [...base]
  for (let i = 0; i < of.length; i++) {
    const found = of[i]
    if (found === undefined) continue
    const place = kept === undefined ? i : (kept[i] ?? -1)
    const old = base[place]
    if (!isDraftObject(old)) return false
    const itemFrame = itemFrameOf(frame, i, old)
    if (!write(put, found, { value: targets[i], image: undefined, at: i, inside: wanted }, itemFrame)) return false
    list[place] = itemFrame.get() ?? old
  }
  put.owned.add(list)
  writeTo(frame, from.path, list)
  return true
}

/** Lists up to this length are searched by comparing each item with each. */
const short = 16

/** Whether no item has another key than its counterpart, and none that another has, too. */
function hasKeysInPlace(items: readonly Json[], of: ItemDifferences['of'], name: string): boolean {
  for (const found of of) if (found?.some(({ field }) => field.key === name)) return false
  const keys: unknown[] = []
  for (let i = 0; i < items.length; i++) {
    const key = fieldOf(items[i], name)
    if (key === undefined || typeof key === 'object' || (items.length <= short && keys.includes(key))) return false
    keys.push(key)
  }
  return items.length <= short || new Set(keys).size === keys.length
}

/** Compares the fields that read something that was written; the others are what they were. */
function verifyBeside(put: Put, found: readonly Difference[], wanted: Wanted, old: DraftObject, made: JsonObject): boolean {
  const { parts, context } = put
  const side = parts.sideBySide()
  const { fields } = parts.program
  const touched = side.touched(old, made) ?? []
  const run = parts.startRun(made, context, side.sites)
  const before = (field: Field | undefined): Difference | undefined => found.find((difference) => difference.field === field)
  const again: (Difference | undefined)[] = []
  runSafely(
    run,
    () => {
      for (const i of touched) {
        run.compared = comparedList(before(fields[i]), old)
        again.push(side.fields[i]?.(run, made, wanted.value as JsonObject)?.[0])
      }
    },
    made,
  )
  if (isAmiss(run)) return false
  for (const now of again) if (now !== undefined && !isVerified(put, now, before(now.field), wanted)) return false
  return found.every((now) => touched.includes(fields.indexOf(now.field)) || isVerified(put, now, now, wanted))
}

function comparedList(before: Difference | undefined, old: DraftObject): Run['compared'] {
  const body = before?.field.step.body
  if (before?.items === undefined || body?.kind !== 'each') return undefined
  const source = readAt(old, body.from.path.segments)
  return Array.isArray(source) ? { source, items: before.items } : undefined
}

/** Accounts for what still differs after it was written, by what differed before; false where that is an error. */
function isVerified(put: Put, now: Difference, before: Difference | undefined, wanted: Wanted): boolean {
  const { step } = now.field
  const here = below(wanted, now, before?.image)
  if (now.inside !== undefined) return areVerified(put, now.inside, before?.inside, here)
  if (now.items !== undefined) {
    const { value } = here
    return now.items.of.every(
      (found, i) =>
        found === undefined ||
        (Array.isArray(value) && areVerified(put, found, before?.items?.of[i], { value: value[i], image: undefined, at: i, inside: here })),
    )
  }
  if (step.body.kind !== 'leaf' && put.parts.plan.steps.get(step)?.class !== 'pull-only') return false
  verifyStep(put, step, before === undefined ? { ...here, image: here.value } : here, now.image)
  return put.errors.length === 0
}

const areVerified = (put: Put, now: readonly Difference[], before: readonly Difference[] | undefined, wanted: Wanted): boolean =>
  now.every((difference) => {
    const known = before?.find(({ field }) => field === difference.field)
    return isVerified(put, difference, known, wanted)
  })
