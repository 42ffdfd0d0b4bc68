import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import type { Font, Glyph } from 'fontkit'

/** Noto Sans SC, which has Chinese and Latin both; `build.ts` puts it beside the published code. */
const fontFile = (): string =>
  import.meta.filename.endsWith('.ts')
    ? createRequire(import.meta.url).resolve('@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff')
    : join(import.meta.dirname, '..', 'fonts', 'noto-sans-sc.woff')

/**
 * The font of all papers, read anew for each: nothing stays in memory. Texts are set glyph by glyph, without kerning: none of its scripts needs shaping, and what is remembered of a text would grow with the paper.
 */
export async function paperFont(): Promise<Font> {
  const { create } = await import('fontkit')
  const file = fontFile()
  const font = create(fontOfWoff(await readFile(file)) as Buffer)
  if (!('layout' in font)) throw new Error(`${file} holds several fonts`)
  const glyphs = new Map<number, Glyph>()
  const glyphOf = (point: number): Glyph => {
    const known = glyphs.get(point)
    if (known !== undefined) return known
    const glyph = font.glyphForCodePoint(point)
    glyphs.set(point, glyph)
    return glyph
  }
  const layout = (text: string) => {
    const run = Array.from(text, (letter) => glyphOf(letter.codePointAt(0) ?? 0))
    const positions = run.map(({ advanceWidth }) => ({ xAdvance: advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 }))
    return { glyphs: run, positions, advanceWidth: run.reduce((width, glyph) => width + glyph.advanceWidth, 0) }
  }
  return Object.assign(font, { layout })
}

/** A WOFF file (W3C, WOFF 1.0, sections 3 to 5) as the font in it: fontkit would unpack a table of it for every glyph. */
function fontOfWoff(woff: Buffer): Uint8Array {
  const count = woff.readUInt16BE(12)
  const head = 12 + 16 * count
  const font = Buffer.alloc(woff.readUInt32BE(16))
  woff.copy(font, 0, 4, 8)
  font.writeUInt16BE(count, 4)
  let place = head
  for (let table = 0; table < count; table++) {
    const entry = 44 + 20 * table
    const [offset, packed, length] = [woff.readUInt32BE(entry + 4), woff.readUInt32BE(entry + 8), woff.readUInt32BE(entry + 12)]
    const bytes = woff.subarray(offset, offset + packed)
    const row = 12 + 16 * table
    woff.copy(font, row, entry, entry + 4)
    woff.copy(font, row + 4, entry + 16, entry + 20)
    font.writeUInt32BE(place, row + 8)
    font.writeUInt32BE(length, row + 12)
    font.set(packed < length ? inflateSync(bytes) : bytes, place)
    place += (length + 3) & ~3
  }
  return font
}
