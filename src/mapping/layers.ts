import type { Json } from '../model/json.ts'
import { collectFaults, type Faults } from './faults.ts'
import { checkOverlay, layOver } from './overlay.ts'
import { type Pointer, readSourceText, type SourceText } from './source-text.ts'
import type { CompileOptions, RulePosition } from './types.ts'

/** A mapping file, with its overlay where there is one, and the place of everything in them. */
export interface LayeredText {
  readonly value: Json
  readonly place: (pointer: Pointer, part?: 'key' | 'value', inText?: number) => RulePosition
}

/** Reads the texts and makes them one. Without a source, one of them is no JSON and the faults say where. */
export function readLayers(
  text: string,
  given: Pick<CompileOptions, 'file' | 'overlay'>,
): { readonly source?: LayeredText; readonly faults: Faults } {
  const { overlay } = given
  const base = readSourceText(text, given.file)
  const over = overlay === undefined ? undefined : readSourceText(overlay.text, overlay.file)
  const unread = [...base.faults, ...(over?.faults ?? [])]
  if (base.source === undefined || (over !== undefined && over.source === undefined)) {
    const faults = collectFaults(given.file, () => ({ line: 1, column: 1 }))
    for (const { file, line, column, code, path, message } of unread) faults.addAt({ file, line, column }, code, path, message)
    return { faults }
  }
  const source = layered(base.source, over?.source)
  const faults = collectFaults(given.file, ({ at, part, inText }) => {
    const { line, column, overlay: isOver } = source.place(at, part, inText)
    return isOver && overlay !== undefined ? { line, column, file: overlay.file } : { line, column }
  })
  duplicates(base.source, faults, undefined)
  if (over?.source !== undefined && overlay !== undefined) {
    duplicates(over.source, faults, overlay.file)
    checkOverlay(over.source, faults, overlay.file)
  }
  return { source, faults }
}

function layered(base: SourceText, over: SourceText | undefined): LayeredText {
  const made = over === undefined ? undefined : layOver(base, over)
  return {
    value: made === undefined ? base.value : made.value,
    place: (pointer, part, inText) => {
      const isOver = made?.isOver(pointer) === true
      const source = isOver && over !== undefined ? over : base
      const offset = source.offsetOf(pointer, part)
      const position = source.positionOf(inText === undefined ? offset : offset + 1 + inText)
      return isOver ? { ...position, overlay: true } : position
    },
  }
}

function duplicates(source: SourceText, faults: Faults, file: string | undefined): void {
  for (const { name, offset } of source.duplicates) {
    const position = source.positionOf(offset)
    faults.addAt(
      file === undefined ? position : { ...position, file },
      'E_DUPLICATE',
      name,
      `'${name}' stands twice in one object`,
      'remove one of them',
    )
  }
}
