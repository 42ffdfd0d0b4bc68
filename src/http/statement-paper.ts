import { amountText } from '../ledger/money/account.ts'
import { asOf } from '../ledger/read.ts'
import { provenLines } from '../ledger/statements/content.ts'
import { demandHash } from '../ledger/statements/steps.ts'
import type { Language } from '../model/messages.ts'
import type { PaperParty, StatementPaper } from '../papers/statement-paper.ts'
import { statementPdf } from '../papers/statement-pdf.ts'
import { statementXlsx } from '../papers/statement-xlsx.ts'
import type { Reader } from '../store/in-list.ts'
import { statementOf } from '../store/statement.ts'
import type { StatementTable } from '../store/tables-statement.ts'
import { ProblemError } from './problem.ts'
import { rawRoute, type Words } from './route.ts'
import { described, oneOf, optional, text } from './shape.ts'
import { noStatement, params, tag } from './statement-shape.ts'

/** Papers that this process writes at once: each holds a font and a page. */
const mostAtOnce = 4
let writing = 0

const paperRoute = (form: 'pdf' | 'xlsx', id: string, contentType: string, write: typeof statementPdf, summary: Words) =>
  rawRoute({
    ...{ id, method: 'GET', path: `/v1/statements/{id}/${form}`, tag, scope: 'read', party: 'own', summary, params, contentType },
    query: {
      lang: optional(described(oneOf<Language>('en', 'zh'), 'language of the words in it; en when left out')),
      hash: optional(described(text(64), 'of the content that is meant: another one is refused, not written')),
    },
    handle: async ({ hub, who, servedOf, params: { id: number }, query: { lang = 'en', hash } }) => {
      const { read } = hub.database
      const row = await statementOf(read, hub.tenant, number)
      if (row === undefined) throw noStatement(number)
      if (hash !== undefined) demandHash(row, hash)
      // both sides read the same paper, whoever asks for it: a party is shown the name of whose statement it is
      const names = servedOf(who.tenant)?.context.database.read ?? read
      const paper = await paperOf(names, hub.tenant, row, hub.settings.timeZone ?? 'UTC')
      // counted from here on, without a wait between
      if (writing >= mostAtOnce)
        throw new ProblemError(503, 'busy', `${mostAtOnce} files are being written at once. Ask again a little later.`, {
          headers: { 'retry-after': '5' },
        })
      return {
        bytes: await begun(counted(write(paper, provenLines(read, hub.tenant, row), lang)), (error) =>
          hub.log.error({ statement: row.key, form, error }, 'a statement could not be written to its end'),
        ),
        contentType,
        headers: { 'content-disposition': `attachment; filename="${row.key}-${row.revision}.${form}"`, 'x-statement-hash': row.hash },
      }
    },
  })

export const statementPaperRoutes = [
  paperRoute('pdf', 'getStatementPdf', 'application/pdf', statementPdf, {
    en: 'A statement as a PDF to print or send, in English or Chinese; the same version always the same',
    zh: '对账单 PDF（中文或英文），同一版本内容一致',
  }),
  paperRoute('xlsx', 'getStatementXlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', statementXlsx, {
    en: 'A statement as an XLSX workbook, in English or Chinese',
    zh: '对账单 XLSX 工作簿（中文或英文）',
  }),
]

/** What stands on the paper, with the names that the parties had when this version was made. */
export async function paperOf(read: Reader, tenant: string, row: StatementTable, zone: string): Promise<StatementPaper> {
  const named = async (key: string): Promise<PaperParty> => {
    const name = key === '' ? undefined : (await asOf(read, tenant, 'party', key, row.made_at))?.body.name
    return { key, name: typeof name === 'string' && name.trim() !== '' ? name : key }
  }
  const { key, revision, kind, status, hash, currency, from_date, until_date, opening, closing, totals, line_count, made_at } = row
  return {
    ...{
      number: key,
      revision,
      kind,
      status,
      hash,
      currency,
      from: from_date,
      until: until_date,
      lineCount: line_count,
      madeAt: made_at,
      zone,
    },
    ...{ opening: amountText(BigInt(opening)), closing: amountText(BigInt(closing)), totals: JSON.parse(totals) as Record<string, string> },
    owner: await named(row.owner),
    party: await named(row.party),
  }
}

async function* counted(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  writing++
  try {
    yield* pieces
  } finally {
    writing--
  }
}

/** A stream of the pieces whose first one is there already: what goes wrong before it is answered as a problem, and once it runs its end is heard of. */
async function begun(pieces: AsyncGenerator<Uint8Array>, failed: (error: unknown) => void): Promise<ReadableStream<Uint8Array>> {
  let next: Promise<IteratorResult<Uint8Array>> | undefined = pieces.next()
  await next
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await (next ?? pieces.next())
          next = undefined
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          failed(error)
          throw error
        }
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 0 },
  )
}
