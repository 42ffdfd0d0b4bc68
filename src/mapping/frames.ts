import type { Json } from '../model/json.ts'
import { formatSegments, type Path } from './path.ts'
import { type Draft, type DraftObject, isDraftObject, readAt, removeAt, writeAt } from './write-path.ts'

/** A place in the partner's document while it is written back: the document, the object of a `from`, an item of an `each`. */
export interface Frame {
  readonly parent: Frame | undefined
  /** JSON pointer of the place, for errors */
  readonly pointer: string
  /** the object here, if there is one */
  readonly get: () => Draft | undefined
  /** the object here, made when there is none */
  readonly ensure: () => DraftObject
}

export const objectFrame = (value: DraftObject, pointer: string, parent?: Frame): Frame => ({
  parent,
  pointer,
  get: () => value,
  ensure: () => value,
})

/** The object at a path below another frame; made only when something is written into it. */
export function pathFrame(parent: Frame, path: Path): Frame {
  const start = frameOf(parent, path)
  const pointer = `${start.pointer}/${formatSegments(path.segments)}`
  return {
    parent,
    pointer,
    get: () => readAt(start.get(), path.segments),
    ensure: () => {
      const found = readAt(start.get(), path.segments)
      if (isDraftObject(found)) return found
      writeAt(start.ensure(), path.segments, {})
      const made = readAt(start.get(), path.segments)
      return isDraftObject(made) ? made : {}
    },
  }
}

/** The frame a path starts from. */
export function frameOf(frame: Frame, path: Path): Frame {
  let here = frame
  if (path.root.kind === 'document') while (here.parent !== undefined) here = here.parent
  if (path.root.kind === 'up') for (let i = 0; i < path.root.levels; i++) here = here.parent ?? here
  return here
}

export const readFrom = (frame: Frame, path: Path): Draft | undefined => readAt(frameOf(frame, path).get(), path.segments)

export function writeTo(frame: Frame, path: Path, value: Draft): void {
  writeAt(frameOf(frame, path).ensure(), path.segments, value)
}

export function removeFrom(frame: Frame, path: Path): void {
  const start = frameOf(frame, path).get()
  if (isDraftObject(start) && path.segments.length > 0) removeAt(start, path.segments)
}

/** Values of all frames, outermost first, as conditions read them. */
export function valuesOf(frame: Frame): readonly (Json | undefined)[] {
  const values: (Json | undefined)[] = []
  for (let here: Frame | undefined = frame; here !== undefined; here = here.parent) values.unshift(here.get())
  return values
}
