import type { FaultPlace } from './faults.ts'
import { nearest } from './nearest.ts'
import { formatPath, formatSegments, type Path, type Segment } from './path.ts'
import type { Each, Let, Place, Program, Step } from './program.ts'

/** The `each` of a rule, and what stands around it between the document and its items. */
export interface FoundEach {
  readonly step: Step
  readonly each: Each
  /** names from the root of the document to the list */
  readonly list: readonly Segment[]
  /** names from the root of the result to the list */
  readonly to: readonly string[]
  /** rules around the list, outermost first, and the rule itself */
  readonly around: readonly Step[]
  /** `let` of the file and of the groups around, outermost first */
  readonly lets: readonly Let[]
}

/** Why a rule cannot be fed item by item. */
export interface StreamRefusal {
  readonly place: FaultPlace
  readonly rule: string
  readonly message: string
  readonly suggestion?: string
}

interface Around {
  readonly steps: readonly Step[]
  readonly lets: readonly Let[]
  readonly to: readonly string[]
  /** where paths start: one entry for each `from` around, the document first */
  readonly bases: readonly (readonly Segment[])[]
}

/** The `each` that a rule path (`lines`, `order.lines`) names, with a path of names from the root to its list. */
export function findEach(program: Program, rule: string): FoundEach | StreamRefusal {
  const wanted = rule.replace(/\[\]$/, '')
  const known: string[] = []
  const start: Around = { steps: [], lets: program.lets, to: [], bases: [[]] }
  const tops = [
    ...program.fields.map(({ key, step }) => ({ step, to: [key] })),
    ...program.push.map(({ path, step }) => ({ step, to: path.segments.map((segment) => (segment.kind === 'name' ? segment.name : '')) })),
  ]
  for (const { step, to } of tops) {
    const found = look(step, { ...start, to }, wanted, known)
    if (found !== undefined) return found
  }
  const close = nearest(wanted, known)
  return {
    place: { at: [] },
    rule: wanted,
    message: `no rule '${wanted}' takes the items of a list; the rules with 'each' are: ${known.join(', ') || 'none'}`,
    suggestion:
      close === undefined ? 'name one of them, or map each record of the file with the whole mapping' : `did you mean '${close}'?`,
  }
}

function look(step: Step, around: Around, wanted: string, known: string[]): FoundEach | StreamRefusal | undefined {
  const { body } = step
  const here: Around = { ...around, steps: [...around.steps, step] }
  if (body.kind === 'each') {
    known.push(step.rule)
    if (step.rule === wanted) return takeEach(step, body, here)
    if (wanted.startsWith(`${step.rule}[]`))
      return refuse(step, 'its list stands inside the items of another list', `stream '${step.rule}': each of its items comes whole`)
    return undefined
  }
  if (body.kind === 'list')
    return wanted === step.rule || wanted.startsWith(`${step.rule}[`)
      ? refuse(step, "'list' puts several sources into one list, so its items are not those of one list", "stream a rule with 'each' alone")
      : undefined
  if (body.kind !== 'group' || !wanted.startsWith(`${step.rule}.`)) return undefined
  const bases = body.from.length === 0 ? around.bases : baseOf(body.from, around.bases)
  for (const { key, step: inner } of body.fields) {
    const found = look(
      inner,
      { ...here, bases: bases ?? [[]], lets: [...around.lets, ...body.lets], to: [...around.to, key] },
      wanted,
      known,
    )
    if (found !== undefined) return bases === undefined && !isRefusal(found) ? refuse(step, severalPaths, mendPath) : found
  }
  return undefined
}

const severalPaths = 'the list must stand at one path of names from the root, known before the file is read'
const mendPath = 'write one path without [...] and ^'

function takeEach(step: Step, each: Each, around: Around): FoundEach | StreamRefusal {
  const list = segmentsOf(each.from, around.bases)
  if (list === undefined) return refuse(step, `${severalPaths}; '${formatPath(each.from.path)}' is none`, mendPath)
  return { step, each, list, to: around.to, around: around.steps, lets: around.lets }
}

function baseOf(from: readonly Place[], bases: Around['bases']): Around['bases'] | undefined {
  const [only] = from
  const base = only === undefined || from.length > 1 ? undefined : segmentsOf(only, bases)
  return base && [...bases, base]
}

function segmentsOf({ path }: Place, bases: Around['bases']): readonly Segment[] | undefined {
  const start = startOf(path, bases)
  return start === undefined || path.segments.some(({ kind }) => kind !== 'name') ? undefined : [...start, ...path.segments]
}

function startOf({ root }: Path, bases: Around['bases']): readonly Segment[] | undefined {
  if (root.kind === 'context') return undefined
  if (root.kind === 'document') return []
  return bases.at(root.kind === 'up' ? -1 - root.levels : -1)
}

const refuse = (step: Step, message: string, suggestion: string): StreamRefusal => ({
  place: { at: step.at },
  rule: step.rule,
  message,
  suggestion,
})

export const isRefusal = (found: FoundEach | StreamRefusal): found is StreamRefusal => 'message' in found

/** The list's path for people. */
export const listText = (list: readonly Segment[]): string => (list.length === 0 ? 'the document' : `'${formatSegments(list)}'`)
