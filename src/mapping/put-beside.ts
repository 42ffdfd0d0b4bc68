import type { Json, JsonObject } from '../model/json.ts'
import { runSafely } from './build.ts'
import type { Difference, ItemDifferences } from './differences.ts'
import { fieldOf } from './equal.ts'
import { type Frame, objectFrame, readFrom, writeTo } from './frames.ts'
import type { Each, Field, Step } from './program.ts'
import { groupFrame, itemFrameOf, type Put, type PutParts, type Wanted, writeRules } from './put.ts'
import { putLeaf } from './put-leaf.ts'
import { verifyStep } from './put-verify.ts'
import type { Run } from './run.ts'
import type { Reader } from './side-by-side.ts'
import type { MapContext, MapResult } from './types.ts'
import { type DraftObject, isDraftObject, readAt } from './write-path.ts'

/**
 * A push that compares the two documents side by side, writes what differs, and compares what was touched once more. Undefined where that is
 * not enough: something is wrong, or a list has other items than the partner's; the push over the whole image has the answer then.
 */
export function putBeside(parts: PutParts, document: JsonObject, context: MapContext, old: DraftObject): MapResult | undefined {
  const side = parts.sideBySide()
  const run = parts.startRun(old, context, side.sites)
  const result = runSafely(
    run,
    () => {
      const found = side.whole(run, old, document)
      if (isAmiss(run)) return undefined
      if (found === undefined && parts.program.push.length === 0) return { ok: true, value: old as JsonObject, notes: [] } as const
      return putDifferences(
        { parts, context, errors: [], notes: [], before: run, changes: side.changes, owned: new Set() },
        run,
        found ?? [],
        document,
        old,
      )
    },
    old,
  )
  return isAmiss(run) ? undefined : result
}

function putDifferences(put: Put, run: Run, found: readonly Difference[], document: JsonObject, old: DraftObject): MapResult | undefined {
  const wanted: Wanted = { value: document, image: undefined, at: '', inside: undefined }
  const frame = objectFrame(old, () => '', put.owned)
  const unread: Difference[] = []
  for (const difference of found) {
    const written = writeOne(put, difference, wanted, frame)
    if (written === 'amiss') return undefined
    if (written === 'unread') unread.push(difference)
  }
  if (!writeRules(put, document, frame)) return undefined
  const made = frame.get() as JsonObject
  return isVerifiedBeside(put, run, unread, wanted, old, made) ? { ok: true, value: made, notes: put.notes } : undefined
}

const isAmiss = (run: Run): boolean => run.astray || run.errors.length > 0

function below(wanted: Wanted, { field }: Difference, image: Json | undefined): Wanted {
  return { value: fieldOf(wanted.value, field.key), image, at: field.key, inside: wanted }
}

/**
 * What writing came to. `read`: it was written, and is known to read back as wanted; `unread`: that is to be looked at; `amiss`: the order or the keys
 * of what is written would have to be looked at, or something cannot be written.
 */
type Written = 'read' | 'unread' | 'amiss'

/** Writes what differs. */
function write(put: Put, found: readonly Difference[], wanted: Wanted, frame: Frame): Written {
  let all: Written = 'read'
  for (const difference of found) {
    const one = writeOne(put, difference, wanted, frame)
    if (one === 'amiss') return one
    if (one === 'unread') all = one
  }
  return all
}

function writeOne(put: Put, difference: Difference, wanted: Wanted, frame: Frame): Written {
  const { field, inside, items } = difference
  const { step } = field
  const { body } = step
  const bare = put.parts.sideBySide().bare.get(step)
  if (bare !== undefined) {
    const text = fieldOf(wanted.value, field.key)
    if (typeof text === 'string' && text !== '') {
      writeTo(frame, bare, text)
      return 'read'
    }
  }
  const plan = put.parts.plan.steps.get(step)
  if (plan === undefined || plan.class === 'pull-only') return 'unread'
  if (step.when !== undefined) return 'amiss'
  const here = below(wanted, difference, difference.image)
  if (body.kind === 'group' && inside !== undefined) return write(put, inside, here, groupFrame(body, frame))
  if (body.kind === 'each' && items !== undefined) return writeItems(put, step, body, items, plan.keyField?.key, here, frame)
  if (body.kind !== 'leaf') return 'amiss'
  putLeaf(put, step, body, plan, here, frame)
  return put.errors.length > 0 ? 'amiss' : 'unread'
}

function writeItems(
  put: Put,
  step: Step,
  { from }: Each,
  { of, kept }: ItemDifferences,
  key: string | undefined,
  wanted: Wanted,
  frame: Frame,
): Written {
  const base = readFrom(frame, from.path)
  const targets = wanted.value
  if (!Array.isArray(base) || !Array.isArray(targets)) return 'amiss'
  let all: Written = 'read'
  if (key !== undefined && !hasKeysInPlace(of, key, put.parts.sideBySide().keys.get(step)?.(targets) ?? [])) return 'amiss'
  const list = [...base]
  for (let i = 0; i < of.length; i++) {
    const found = of[i]
    if (found === undefined) continue
    const place = kept === undefined ? i : (kept[i] ?? -1)
    const old = base[place]
    if (!isDraftObject(old)) return 'amiss'
    const itemFrame = itemFrameOf(frame, i, old)
    const one = write(put, found, { value: targets[i], image: undefined, at: i, inside: wanted }, itemFrame)
    if (one === 'amiss') return one
    if (one === 'unread') all = one
    list[place] = itemFrame.get() ?? old
  }
  put.owned.add(list)
  writeTo(frame, from.path, list)
  return all
}

/** Lists up to this length are searched by comparing each item with each. */
const short = 16

/** Whether no item has another key than its counterpart, and none that another has, too. */
function hasKeysInPlace(of: ItemDifferences['of'], name: string, keys: readonly (Json | undefined)[]): boolean {
  for (const found of of) if (found?.some(({ field }) => field.key === name)) return false
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]
    if (key === undefined || typeof key === 'object' || (keys.length <= short && keys.indexOf(key) < i)) return false
  }
  return keys.length <= short || new Set(keys).size === keys.length
}

/** Compares the fields that may read something that was written; the others are what they were. */
function isVerifiedBeside(put: Put, run: Run, found: readonly Difference[], wanted: Wanted, old: DraftObject, made: JsonObject): boolean {
  const side = put.parts.sideBySide()
  const seen: Reader[] = []
  const again: Difference[] = []
  const look = (reader: Reader): void => {
    if (seen.includes(reader)) return
    seen.push(reader)
    run.compared = comparedList(found, reader.field, old)
    const now = reader.compare(run, made, wanted.value as JsonObject)?.[0]
    if (now !== undefined) again.push(now)
  }
  for (const { field } of found) for (const reader of side.readersOf(field)) look(reader)
  for (const reader of side.readersOfRules) look(reader)
  if (isAmiss(run)) return false
  const { fields } = put.parts.program
  if (again.length > 1) again.sort((a, b) => fields.indexOf(a.field) - fields.indexOf(b.field))
  return areVerified(put, again, found, wanted)
}

function comparedList(found: readonly Difference[], field: Field, old: DraftObject): Run['compared'] {
  const { body } = field.step
  if (body.kind !== 'each') return undefined
  const before = found.find((difference) => difference.field === field)
  if (before?.items === undefined) return undefined
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
