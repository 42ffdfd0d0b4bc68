import type { Json } from '../model/json.ts'
import { formatSegments, type Path } from './path.ts'
import { type Draft, type DraftObject, isDraftObject, type Owned, owning, readAt, removeAt, writeAt } from './write-path.ts'

/** A place in the partner's document while it is written back: the document, the object of a `from`, an item of an `each`. */
export interface Frame {
  readonly parent: Frame | undefined
  /** JSON pointer of the place, for errors */
  readonly pointer: () => string
  readonly owned: Owned
  /** the object here, if there is one; not to be written to */
  readonly get: () => Draft | undefined
  /** the object here to write to, made when there is none */
  readonly ensure: () => DraftObject
}

/** The document or an item. Nobody else holds what `get` gives at the end. */
export function objectFrame(value: DraftObject, pointer: () => string, owned: Owned, parent?: Frame): Frame {
  let here = value
  return {
    parent,
    pointer,
    owned,
    get: () => here,
    ensure: () => {
      here = owning(here, owned)
      return here
    },
  }
}

/** The object at a path below another frame; made only when something is written into it. */
export function pathFrame(parent: Frame, path: Path): Frame {
  const { owned } = parent
  const { segments } = path
  const start = frameOf(parent, path)
  return {
    parent,
    pointer: () => `${start.pointer()}/${formatSegments(segments)}`,
    owned,
    get: () => readAt(start.get(), segments),
    ensure: () => {
      const top = start.ensure()
      const found = readAt(top, segments)
      if (isDraftObject(found) && owned.has(found)) return found
      writeAt(top, segments, isDraftObject(found) ? { ...found } : {}, owned)
      const made = readAt(top, segments)
      if (!isDraftObject(made)) return {}
      owned.add(made)
      return made
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
  writeAt(frameOf(frame, path).ensure(), path.segments, value, frame.owned)
}

export function removeFrom(frame: Frame, path: Path): void {
  const start = frameOf(frame, path)
  if (path.segments.length > 0 && readAt(start.get(), path.segments) !== undefined) removeAt(start.ensure(), path.segments, frame.owned)
}

/** Values of all frames, outermost first, as conditions read them. */
export function valuesOf(frame: Frame): readonly (Json | undefined)[] {
  const values: (Json | undefined)[] = []
  for (let here: Frame | undefined = frame; here !== undefined; here = here.parent) values.unshift(here.get())
  return values
}
