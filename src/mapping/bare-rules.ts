import type { Unproven } from './check-types.ts'
import type { Path } from './path.ts'
import type { Step } from './program.ts'
import type { AbsoluteStep } from './read-place.ts'
import type { ReversePlan } from './reverse.ts'
import { allowsType } from './schema-path.ts'
import type { Reads } from './scope.ts'

/**
 * Rules that give a field of what is around them as it stands (or a default), a place that may hold text and that no other rule reads, nor anything
 * around it or in it: a text that is written there is what they read, and writing it makes no object. Each with its path.
 */
export function bareRules({ steps }: ReversePlan, unproven: Unproven, reads: Reads['places']): ReadonlyMap<Step, Path> {
  const trails = new Map<string, Trail[]>()
  const values = new Set<string>()
  /** who reads a place or something in it; undefined for several rules */
  const readers = new Map<string, string | undefined>()
  for (const { rule, base, into } of reads)
    for (const trail of trailsOf(base)) {
      const own = trails.get(rule)
      if (own === undefined) trails.set(rule, [trail])
      else own.push(trail)
      if (!into) values.add(endOf(trail))
      for (const place of trail) readers.set(place, readers.has(place) && readers.get(place) !== rule ? undefined : rule)
    }
  const bare = new Map<Step, Path>()
  for (const [step, { paths = [], cursor }] of steps) {
    const [path, more] = paths
    const [trail, ...again] = trails.get(step.rule) ?? []
    if (
      path === undefined ||
      more !== undefined ||
      trail === undefined ||
      unproven.has(step.rule) ||
      !isBare(step) ||
      !allowsType(cursor, 'string')
    )
      continue
    const isField = path.segments.length === 1 && path.segments[0]?.kind === 'name' && again.every((one) => endOf(one) === endOf(trail))
    const isAlone = readers.get(endOf(trail)) === step.rule && trail.slice(0, -1).every((place) => !values.has(place))
    if (isField && isAlone) bare.set(step, path)
  }
  return bare
}

function isBare({ body, when, onNull }: Step): boolean {
  if (body.kind !== 'leaf' || body.source.kind !== 'paths' || when !== undefined || onNull !== undefined) return false
  return body.converts.length === 0 && body.lookup === undefined && body.link === undefined
}

/** The document, each place on the way to one that is read, and that one. All items of a list are one place. */
type Trail = readonly string[]
const endOf = (trail: Trail): string => trail.at(-1) ?? ''

/** Where a path may lead. What an item is picked by is read, too. */
function trailsOf(base: readonly AbsoluteStep[]): readonly Trail[] {
  let trails: readonly Trail[] = [['']]
  const picked: Trail[] = []
  const into = (name: string): readonly Trail[] => trails.map((trail) => [...trail, `${endOf(trail)}/${name}`])
  for (const step of base) {
    if (step.kind === 'context') return []
    if (step.kind === 'choice') trails = step.of.flatMap((one) => (one === undefined ? [] : trailsOf(one)))
    else if (step.kind === 'name') trails = into(JSON.stringify(step.name))
    else if (step.kind !== 'computed') {
      trails = into('*')
      if (step.kind === 'match') picked.push(...into(JSON.stringify(step.name)))
    }
  }
  return [...trails, ...picked]
}
