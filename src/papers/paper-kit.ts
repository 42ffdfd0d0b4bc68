import { inflateRawSync, inflateSync } from 'node:zlib'
import type { PaperLine, StatementPaper } from './statement-paper.ts'

/** For tests of papers: a statement, and what a reader finds in the files. */
export const paper: StatementPaper = {
  ...{ number: 'ST-2026-00017', revision: 2, kind: 'supplier', status: 'confirmed', hash: 'ab'.repeat(32), currency: 'CNY' },
  ...{ owner: { key: 'harbour', name: 'Harbour Trading' }, party: { key: 'N-100', name: '宁波明亮灯具有限公司' } },
  ...{ from: '2026-11-01', until: '2026-11-30', opening: '12500.00', closing: '12500.00', totals: {}, lineCount: 0 },
  ...{ madeAt: Date.parse('2026-11-30T17:15:00Z'), zone: 'Asia/Shanghai' },
}

/** So many lines of goods, each of 1.01, a thousand at a time. `taken` counts those that were asked for. */
export async function* someLines(count: number, taken?: { lines: number }): AsyncGenerator<readonly PaperLine[]> {
  for (let from = 0; from < count; from += 1000) {
    const some = Array.from({ length: Math.min(1000, count - from) }, (_, place) => aLine(from + place + 1))
    if (taken !== undefined) taken.lines += some.length
    yield some
  }
}

export const aLine = (line: number, more: Partial<PaperLine> = {}): PaperLine => ({
  ...{ line, kind: 'goods', account: 'payable', amount: '1.01', businessDate: '2026-11-23' },
  document: { type: 'goods-receipt', key: `erp/GR-${line}`, line: '1' },
  ...more,
})

export const ofLines = (lines: readonly PaperLine[]): AsyncIterable<readonly PaperLine[]> => ReadableStream.from([lines])

export const whole = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(pieces))

/** Texts on each page of a PDF as a reader finds them: content streams with the font's table of characters (ISO 32000-1, 9.10.3). */
export function readPdf(bytes: Buffer): readonly (readonly string[])[] {
  const file = bytes.toString('latin1')
  const objects = new Map(
    [...file.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, number, body = '']) => {
      const begin = body.indexOf('stream\n')
      const packed = begin < 0 ? '' : body.slice(begin + 7, body.lastIndexOf('\nendstream'))
      return [number, { body, stream: packed === '' ? '' : inflateSync(Buffer.from(packed, 'latin1')).toString('latin1') }]
    }),
  )
  const table = [...objects.values()].find(({ stream }) => stream.includes('beginbfrange'))?.stream ?? ''
  const letters = new Map<number, string>()
  for (const [, first = '', list = ''] of table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi))
    for (const [place, [, code = '']] of [...list.matchAll(/<([0-9a-f ]*)>/gi)].entries())
      letters.set(Number.parseInt(first, 16) + place, Buffer.from(code.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'))
  const pages = /\/Kids \[([^\]]*)\]/.exec(file)?.[1]?.match(/\d+(?= 0 R)/g) ?? []
  return pages.map((page) => {
    const content = /\/Contents (\d+) 0 R/.exec(objects.get(page)?.body ?? '')?.[1] ?? ''
    return [...(objects.get(content)?.stream ?? '').matchAll(/\[([^\]]*)\] TJ/g)].map(([, run = '']) =>
      (run.match(/[0-9a-f]{4}/gi) ?? []).map((glyph) => letters.get(Number.parseInt(glyph, 16)) ?? '?').join(''),
    )
  })
}

/** Files of a ZIP by their names, from its directory (PKWARE APPNOTE, 4.3.12). */
export function readZip(bytes: Buffer): ReadonlyMap<string, string> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'))
  const files = new Map<string, string>()
  for (let at = bytes.readUInt32LE(end + 16); bytes.toString('latin1', at, at + 4) === 'PK\x01\x02'; ) {
    const [size, nameSize] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)]
    const local = bytes.readUInt32LE(at + 42)
    const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    files.set(bytes.toString('utf8', at + 46, at + 46 + nameSize), inflateRawSync(bytes.subarray(begin, begin + size)).toString('utf8'))
    at += 46 + nameSize + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return files
}
