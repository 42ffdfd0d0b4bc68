import { setImmediate } from 'node:timers/promises'
import { paperFont } from './font.ts'

export type Align = 'left' | 'right'

/** How a text is set: `size` in points, `strong` as bold. */
export interface Style {
  readonly size: number
  readonly colour?: string
  readonly strong?: boolean
}

/** A PDF in the making, page by page; places in points from the upper left corner. */
export interface PdfPages {
  readonly width: number
  readonly height: number
  /** begins a page: the one before can be taken by then */
  addPage(): void
  widthOf(text: string, style: Style): number
  /** One line, never longer than `width`: what does not fit is left out of its middle. Places its top. */
  text(text: string, x: number, y: number, width: number, style: Style, align?: Align): void
  /** The same, whole: a text that is too long is set smaller. For figures, which nobody may cut. */
  figure(text: string, x: number, y: number, width: number, style: Style, align?: Align): void
  line(x: number, y: number, length: number, colour: string, thickness?: number): void
  box(x: number, y: number, width: number, height: number, colour: string): void
  /** what is written since it was asked last */
  taken(): AsyncGenerator<Uint8Array>
  /** the rest, once nothing is added any more */
  end(): AsyncGenerator<Uint8Array>
}

export interface PdfFacts {
  readonly title: string
  readonly subject: string
  readonly author: string
  readonly language: string
  /** epoch ms; the same facts and pages make the same bytes */
  readonly madeAt: number
}

/** Opens an A4 document whose pages leave memory as they are taken. */
export async function openPdf({ title, subject, author, language, madeAt }: PdfFacts): Promise<PdfPages> {
  const { default: PDFDocument } = await import('pdfkit')
  const font = await paperFont()
  const at = new Date(madeAt)
  const doc = new PDFDocument({
    ...{ size: 'A4', margin: 0, autoFirstPage: false, lang: language, displayTitle: true, fontLayoutCache: false },
    ...{
      font: font as never,
      info: { Title: title, Subject: subject, Author: author, Creator: 'Crossdock', CreationDate: at, ModDate: at },
    },
  })
  const [width, height] = [595.28, 841.89]
  const widthOf = (text: string, { size }: Style): number => (font.layout(text).advanceWidth * size) / font.unitsPerEm
  const put = (
    text: string,
    x: number,
    y: number,
    room: number,
    { size, colour = '#000000', strong = false }: Style,
    align: Align,
  ): void => {
    if (text === '') return
    const left = align === 'left' ? x : x + room - widthOf(text, { size })
    doc.fontSize(size).fillColor(colour)
    if (strong) doc.lineWidth(size / 28).strokeColor(colour)
    doc.text(text, left, y, { lineBreak: false, ...(strong ? { fill: true, stroke: true } : {}) })
  }
  const taken = async function* (): AsyncGenerator<Uint8Array> {
    for (let chunk: unknown = doc.read(); chunk instanceof Uint8Array; chunk = doc.read()) yield chunk
    await setImmediate()
  }
  return {
    width,
    height,
    addPage: () => void doc.addPage(),
    widthOf,
    text: (text, x, y, room, style, align = 'left') =>
      put(
        fitted(oneLine(text), (part) => widthOf(part, style) <= room),
        x,
        y,
        room,
        style,
        align,
      ),
    figure: (text, x, y, room, style, align = 'right') => {
      const size = Math.min(style.size, (style.size * room) / Math.max(widthOf(text, style), 1))
      put(text, x, y + (style.size - size) * 0.9, room, { ...style, size }, align)
    },
    line: (x, y, length, colour, thickness = 0.5) =>
      void doc
        .lineWidth(thickness)
        .strokeColor(colour)
        .moveTo(x, y)
        .lineTo(x + length, y)
        .stroke(),
    box: (x, y, boxWidth, boxHeight, colour) => void doc.rect(x, y, boxWidth, boxHeight).fill(colour),
    taken,
    end: async function* () {
      doc.end()
      yield* taken()
    },
  }
}

/** Control characters have no place on a line. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')

/** The text, or the longest of its beginning and end that fits with dots between: the end of a key tells most. */
function fitted(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text
  const letters = Array.from(text)
  const cut = (kept: number): string =>
    `${letters.slice(0, Math.floor(kept / 2)).join('')}...${letters.slice(letters.length - Math.ceil(kept / 2)).join('')}`
  let [kept, tooMany] = [0, letters.length]
  while (tooMany - kept > 1) {
    const half = Math.floor((kept + tooMany) / 2)
    if (fits(cut(half))) kept = half
    else tooMany = half
  }
  return cut(kept)
}
