import type { Author } from '../ledger/books.ts'
import { type PriceOutcome, type PriceWish, putPrices } from '../ledger/prices/write-price.ts'
import type { JsonObject } from '../model/json.ts'
import type { Context } from '../pipeline/context.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { type Cells, type Columns, type FileLine, mediaTypes, readFile } from './crosswalk-files.ts'
import type { importAnswer } from './crosswalk-import.ts'
import type { Of } from './shape.ts'

/** A line is one step: lines with the same list, product and currency are the steps of one price. */
export const priceColumns: Columns = {
  needed: ['list', 'kind', 'product', 'currency', 'taxBasis', 'price'],
  more: ['minQuantity', 'unit', 'priceQuantity', 'validFrom', 'validTo', 'zone'],
}

/** Prices of one transaction. */
const chunk = 100
const mostFaults = 100

interface Group {
  readonly lines: readonly FileLine[]
  readonly wish: PriceWish
  /** lines that contradict the first of them */
  readonly odd: readonly FileLine[]
}

/** Takes the prices of a file in chunks, each one unit of work, or only says what would become of them. @throws ProblemError 422 for a file that cannot be read */
export async function importPrices(
  hub: Context,
  asked: { readonly contentType: string; readonly body: Uint8Array; readonly dryRun: boolean; readonly author: Author },
): Promise<Of<typeof importAnswer>> {
  const read = readFile(asked.contentType === mediaTypes.csv ? 'csv' : 'ndjson', priceColumns, asked.body)
  const groups = [...Map.groupBy(read, ({ cells }) => `${cells.list}\0${cells.product}\0${cells.currency}`).values()].map(toGroup)
  const outcomes: PriceOutcome[] = []
  for (let from = 0; from < groups.length; from += chunk)
    outcomes.push(...(await putChunk(hub, groups.slice(from, from + chunk), asked.author, asked.dryRun)))
  const faults = outcomes.flatMap((one, index) => {
    if (one.outcome !== 'refused') return []
    const group = groups[index] as Group
    const step = Number(/\/steps\/(\d+)|step (\d+)/.exec(one.message)?.slice(1).find(Boolean) ?? Number.NaN)
    const place = one.message.includes('/steps/') ? step : step - 1
    return [{ line: (group.odd[0] ?? group.lines[place] ?? group.lines[0])?.at ?? 0, code: one.code, message: one.message }]
  })
  const counted = (outcome: PriceOutcome['outcome']) => outcomes.filter((one) => one.outcome === outcome).length
  return {
    dryRun: asked.dryRun,
    made: counted('made'),
    kept: counted('kept'),
    changed: counted('changed'),
    refused: faults.length,
    faults: faults.slice(0, mostFaults),
  }
}

const ofPrice = ['kind', 'taxBasis', 'zone'] as const

function toGroup(lines: readonly FileLine[]): Group {
  const { cells } = lines[0] as FileLine
  const { list = '', kind = '', product = '', currency = '', taxBasis = '', zone = '' } = cells
  return {
    lines,
    odd: lines.filter((line) => ofPrice.some((column) => line.cells[column] !== cells[column])),
    wish: {
      ...{ list, kind, product, currency, taxBasis },
      ...(zone === '' ? {} : { zone }),
      steps: lines.map((line) => stepOf(line.cells)),
    },
  }
}

const ofStep = ['minQuantity', 'unit', 'price', 'priceQuantity', 'validFrom', 'validTo'] as const
const stepOf = (cells: Cells): JsonObject =>
  Object.fromEntries(ofStep.flatMap((column) => (cells[column] === undefined || cells[column] === '' ? [] : [[column, cells[column]]])))

/** Ends the transaction of a dry run. */
class OnlyTried extends Error {}

async function putChunk(hub: Context, groups: readonly Group[], author: Author, dryRun: boolean): Promise<readonly PriceOutcome[]> {
  const { validate } = hub.catalogue()
  const sound = groups.filter(({ odd }) => odd.length === 0)
  let made: readonly PriceOutcome[] = []
  const put = async (books: Parameters<typeof putPrices>[0]) => {
    made = await putPrices(
      books,
      sound.map(({ wish }) => wish),
      author,
      validate,
    )
    if (dryRun) throw new OnlyTried()
  }
  try {
    const { ring } = await hub.database.write((tx) => writeLedger(tx, hub, put))
    ring()
  } catch (error) {
    if (!(error instanceof OnlyTried)) throw error
  }
  const outcomes = new Map(sound.map((group, index) => [group, made[index] as PriceOutcome]))
  return groups.map((group) => outcomes.get(group) ?? contradiction(group))
}

const contradiction = ({ wish: { list, product, currency }, odd, lines }: Group): PriceOutcome => ({
  outcome: 'refused',
  code: 'lines-contradict',
  message: `${list}, ${product}, ${currency}: line ${odd[0]?.at} says another ${ofPrice.join(', or ')} than line ${lines[0]?.at}`,
})
