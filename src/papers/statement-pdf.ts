import { amountScale, fromScaled, toScaled } from '../model/decimal.ts'
import { type Language, type Say, speaker } from '../model/messages.ts'
import { openPdf, type PdfPages, type Style } from './pdf-pages.ts'
import {
  describeLine,
  grouped,
  kindWord,
  type PaperLine,
  partyText,
  type StatementPaper,
  signText,
  statusWord,
  timeIn,
  typeWord,
} from './statement-paper.ts'

const ink = '#1a2230'
const soft = '#5b6678'
const accent = '#1f4e79'
const shade = '#f1f4f8'
const rule = '#d5dbe4'

const margin = 40
const rowHeight = 16
const body: Style = { size: 8.5, colour: ink }
const label: Style = { size: 7.5, colour: soft }
const strong: Style = { ...body, strong: true }
const cell: Style = { ...body, size: 8 }

/** Columns of the lines: where they begin, how wide they are, and the room between them. */
const gap = 8
const columns = {
  line: { x: margin, width: 32 },
  date: { x: 80, width: 56 },
  description: { x: 142, width: 98 },
  document: { x: 246, width: 149 },
  amount: { x: 401, width: 73 },
  balance: { x: 482, width: 73.28 },
} as const
const right = columns.balance.x + columns.balance.width

/** Where the lines end on every page; the foot stands below. */
const bottom = 785
const top = 44

/**
 * A statement as a PDF in one language, page after page as it is asked for. The same content, names and language make the same bytes. `lines`: exactly those of the statement, some at a time.
 * @throws whatever `lines` throws: the file ends broken then
 */
export async function* statementPdf(
  paper: StatementPaper,
  lines: AsyncIterable<readonly PaperLine[]>,
  language: Language,
): AsyncGenerator<Uint8Array> {
  const say = speaker(language)
  const { number, party, owner, hash, madeAt } = paper
  const title = `${say('paper.title')} ${number}`
  const pdf = await openPdf({
    title,
    subject: `${party.name} · ${hash}`,
    author: owner.name,
    language: language === 'zh' ? 'zh-CN' : 'en',
    madeAt,
  })
  pdf.addPage()
  const begin = head(pdf, say, paper)
  const pages = pageCount(begin, paper.lineCount + 2)
  let page = 1
  let y = tableHead(pdf, say, begin)
  const room = async function* (): AsyncGenerator<Uint8Array> {
    if (y + rowHeight <= bottom) return
    foot(pdf, say, paper, page, pages)
    pdf.addPage()
    yield* pdf.taken()
    page++
    y = tableHead(pdf, say, top)
  }
  let balance = toScaled(paper.opening, amountScale)
  sumRow(pdf, y, say('paper.opening'), paper.opening)
  y += rowHeight
  for await (const some of lines)
    for (const one of some) {
      yield* room()
      balance += toScaled(one.amount, amountScale)
      lineRow(pdf, say, y, one, fromScaled(balance, amountScale, 2))
      y += rowHeight
    }
  yield* room()
  sumRow(pdf, y, say('paper.closing'), paper.closing)
  foot(pdf, say, paper, page, pages)
  yield* pdf.end()
}

/** Pages that so many rows take when the table begins at `y` on the first. */
function pageCount(y: number, rows: number): number {
  const fitting = (from: number) => Math.floor((bottom - from - rowHeight) / rowHeight)
  return 1 + Math.ceil(Math.max(0, rows - fitting(y)) / fitting(top))
}

/** Title, parties, facts and sums; answers where the lines begin. */
function head(pdf: PdfPages, say: Say, paper: StatementPaper): number {
  const { number, revision, status, hash, owner, party, currency, from, until, madeAt, zone, lineCount } = paper
  const width = right - margin
  pdf.box(0, 0, pdf.width, 6, accent)
  pdf.text(say('paper.title'), margin, 34, width - 180, { size: 21, colour: accent, strong: true })
  pdf.text(number, right - 180, 36, 180, { size: 13, colour: ink, strong: true }, 'right')
  pdf.text(`${say('paper.version')} ${revision} · ${statusWord(say, status)}`, right - 180, 54, 180, label, 'right')

  const half = (width - 16) / 2
  const sides = [
    [say('paper.owner'), owner, margin],
    [say('paper.party'), party, margin + half + 16],
  ] as const
  for (const [title, one, x] of sides) {
    pdf.text(title, x, 84, half, label)
    pdf.text(one.key === '' ? partyText(say, one) : one.name, x, 95, half, { size: 12, colour: ink, strong: true })
    if (one.key !== one.name) pdf.text(one.key, x, 112, half, label)
  }

  pdf.line(margin, 132, width, rule)
  const facts = [
    [say('paper.period'), `${from} – ${until}`],
    [say('paper.currency'), currency],
    [say('paper.lines'), grouped(String(lineCount))],
    [say('paper.made'), timeIn(zone, madeAt)],
  ] as const
  const places = [0, 150, 215, 290]
  for (const [place, [name, value]] of facts.entries()) {
    const x = margin + (places[place] ?? 0)
    const room = (places[place + 1] ?? width) - (places[place] ?? 0) - gap
    pdf.text(name, x, 140, room, label)
    pdf.text(value, x, 151, room, body)
  }
  pdf.text(say('paper.hash'), margin, 171, width, label)
  pdf.text(hash, margin, 182, width, body)

  let y = 206
  pdf.text(say('paper.summary'), margin, y, width, { size: 11, colour: accent, strong: true })
  y += 18
  const sums: readonly (readonly [string, string, Style])[] = [
    [say('paper.opening'), paper.opening, body],
    ...Object.entries(paper.totals).map(([kind, amount]) => [kindWord(say, kind), amount, body] as const),
    [say('paper.closing'), paper.closing, strong],
  ]
  pdf.box(margin, y, width, sums.length * rowHeight + 6, shade)
  y += 3
  for (const [name, amount, style] of sums) {
    if (style === strong) pdf.line(margin + gap, y + 0.5, width - 2 * gap, soft)
    pdf.text(name, margin + gap, y + 3, width - 180, style)
    pdf.figure(`${grouped(amount)} ${currency}`, right - 180, y + 3, 180 - gap, style)
    y += rowHeight
  }
  pdf.text(signText(say, paper), margin, y + 9, width, label)
  return y + 30
}

/** Names of the columns at `y`; answers where the first row stands. */
function tableHead(pdf: PdfPages, say: Say, y: number): number {
  pdf.box(margin, y, right - margin, rowHeight, accent)
  const style: Style = { ...strong, size: 8, colour: '#ffffff' }
  for (const name of ['date', 'description', 'document'] as const)
    pdf.text(say(`paper.column.${name}`), columns[name].x, y + 3, columns[name].width, style)
  pdf.text(say('paper.column.line'), columns.line.x + 4, y + 3, columns.line.width - 4, style)
  for (const name of ['amount', 'balance'] as const)
    pdf.text(say(`paper.column.${name}`), columns[name].x, y + 3, columns[name].width - (name === 'balance' ? 4 : 0), style, 'right')
  return y + rowHeight
}

const balanceRoom = columns.balance.width - 4

function lineRow(pdf: PdfPages, say: Say, y: number, one: PaperLine, balance: string): void {
  const at = y + 3.5
  const { line, date, description, document, amount } = columns
  pdf.text(String(one.line), line.x + 4, at + 0.5, line.width - 4, label)
  pdf.text(one.businessDate, date.x, at, date.width, cell)
  pdf.text(describeLine(say, one), description.x, at, description.width, cell)
  if (one.document !== null) {
    const { type, key, line: of } = one.document
    pdf.text(`${typeWord(say, type)} ${key}${of === null ? '' : ` #${of}`}`, document.x, at, document.width, cell)
  }
  pdf.figure(grouped(one.amount), amount.x, at, amount.width, cell)
  pdf.figure(grouped(balance), columns.balance.x, at, balanceRoom, { ...cell, colour: soft })
  pdf.line(margin, y + rowHeight, right - margin, rule)
}

function sumRow(pdf: PdfPages, y: number, name: string, amount: string): void {
  const { description, document, balance } = columns
  pdf.box(margin, y, right - margin, rowHeight, shade)
  pdf.text(name, description.x, y + 3, description.width + gap + document.width, strong)
  pdf.figure(grouped(amount), balance.x, y + 3, balanceRoom, strong)
  pdf.line(margin, y + rowHeight, right - margin, rule)
}

function foot(pdf: PdfPages, say: Say, { number, revision, hash }: StatementPaper, page: number, pages: number): void {
  const y = 800
  pdf.line(margin, y, right - margin, rule)
  pdf.text(`${number} · ${say('paper.version')} ${revision} · ${hash}`, margin, y + 7, 390, { size: 7, colour: soft })
  pdf.text(
    say('paper.page', { page: grouped(String(page)), pages: grouped(String(pages)) }),
    right - 120,
    y + 7,
    120,
    { size: 7, colour: soft },
    'right',
  )
}
