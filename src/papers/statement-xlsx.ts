import type { CellValue } from 'hucre/xlsx'
import { amountScale, fromScaled, toScaled } from '../model/decimal.ts'
import { type Language, speaker } from '../model/messages.ts'
import {
  describeLine,
  kindWord,
  type PaperLine,
  partyText,
  type StatementPaper,
  signText,
  statusWord,
  timeIn,
  typeWord,
} from './statement-paper.ts'

const amountFormat = '#,##0.00##'

/**
 * A statement as an XLSX workbook of one sheet, row after row as it is asked for. Amounts are numbers wherever a spreadsheet has all their digits, else texts. The same content, names and language make the same bytes.
 * @throws whatever `lines` throws: the file ends broken then
 */
export async function* statementXlsx(
  paper: StatementPaper,
  lines: AsyncIterable<readonly PaperLine[]>,
  language: Language,
): AsyncGenerator<Uint8Array> {
  const { writeXlsxStream } = await import('hucre/xlsx')
  yield* writeXlsxStream(rowsOf(paper, lines, language), {
    name: paper.number.replace(/[\\/?*[\]:]/g, '-').slice(0, 31),
    columns: [
      { width: 22 },
      { width: 12, numFmt: 'yyyy-mm-dd' },
      ...[{ width: 26 }, { width: 18 }, { width: 34 }, { width: 10 }],
      { width: 18, numFmt: amountFormat },
      { width: 18, numFmt: amountFormat },
      { width: 8 },
    ],
    repeatHeaders: false,
  })
}

async function* rowsOf(paper: StatementPaper, lines: AsyncIterable<readonly PaperLine[]>, language: Language): AsyncGenerator<CellValue[]> {
  const say = speaker(language)
  const { number, revision, status, hash, owner, party, currency, from, until, madeAt, zone, lineCount } = paper
  // an amount of the head stands in the column of amounts
  const sum = (name: string, amount: string): CellValue[] => [name, ...blanks, amountCell(amount), null, currency]
  yield [say('paper.title')]
  for (const [name, value] of [
    [say('paper.number'), number],
    [say('paper.version'), revision],
    [say('paper.status'), statusWord(say, status)],
    [say('paper.owner'), partyText(say, owner)],
    [say('paper.party'), partyText(say, party)],
    [say('paper.period'), `${from} – ${until}`],
    [say('paper.currency'), currency],
    [say('paper.lines'), lineCount],
    [say('paper.made'), timeIn(zone, madeAt)],
    [say('paper.hash'), hash],
  ] as const)
    yield [name, null, typeof value === 'string' ? textCell(value) : value]
  yield []
  yield sum(say('paper.opening'), paper.opening)
  for (const [kind, amount] of Object.entries(paper.totals)) yield sum(kindWord(say, kind), amount)
  yield sum(say('paper.closing'), paper.closing)
  yield [textCell(signText(say, paper))]
  yield []
  yield [
    ...(['line', 'date', 'description'] as const).map((name) => say(`paper.column.${name}`)),
    ...(['type', 'document', 'documentLine', 'amount', 'balance'] as const).map((name) => say(`paper.column.${name}`)),
    say('paper.currency'),
  ]
  let balance = toScaled(paper.opening, amountScale)
  for await (const some of lines)
    for (const one of some) {
      balance += toScaled(one.amount, amountScale)
      yield [
        one.line,
        new Date(`${one.businessDate}T00:00:00Z`),
        describeLine(say, one),
        ...(one.document === null
          ? [null, null, null]
          : [
              typeWord(say, one.document.type),
              textCell(one.document.key),
              one.document.line === null ? null : textCell(one.document.line),
            ]),
        amountCell(one.amount),
        amountCell(fromScaled(balance, amountScale, 2)),
        currency,
      ]
    }
}

const blanks: readonly null[] = [null, null, null, null, null]

/** A spreadsheet keeps 15 digits of a number (ECMA-376 part 1, 18.3.1.96: an IEEE double): an amount with more is a text. */
const amountCell = (amount: string): CellValue => (amount.replace(/\D/g, '').replace(/^0+/, '').length <= 15 ? Number(amount) : amount)

/** What XML cannot hold is left out, and what a spreadsheet would read as an escape (ECMA-376 part 1, 22.9.2.19) is escaped. Every text is of the type of texts, so that none begins a formula. */
const textCell = (text: string): string =>
  text
    .replace(/[\p{Cc}\uFFFE\uFFFF]+/gu, ' ')
    .replace(/_(x[0-9A-Fa-f]{4}_)/g, '_x005F_$1')
    .slice(0, 32_767)
