import { journal } from '../ledger/books.ts'
import { speaksTo } from '../ledger/codes.ts'
import { documentName, loadDocuments, openShelf, type Shelf } from '../ledger/shelf.ts'
import { waitsForCode, waitsForHubCode } from '../ledger/types.ts'
import { unitsOf } from '../ledger/units.ts'
import { unknownCodePath } from '../ledger/unknown-codes.ts'
import { codeById, codesNamed, codesOfProducts, endCodes, insertCodes, renewCrosswalk } from '../store/code.ts'
import type { Tx } from '../store/database.ts'
import { openFindingsAt } from '../store/finding.ts'
import type { Reader } from '../store/in-list.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import { codeScope } from './code-book.ts'
import type { Context } from './context.ts'
import { deriveAgain } from './derive-again.ts'
import { type CodeLine, type CodeOutcome, judgeCode } from './judge-codes.ts'
import { writeLedger } from './ledger-write.ts'
import { releaseNames } from './release.ts'

export interface SavedCodes {
  readonly outcomes: readonly CodeOutcome[]
  /** wakes what goes on; to be called after the commit */
  readonly ring: () => void
}

/**
 * Saves codes in one unit of work with everything that follows: what was parked for one of them becomes ready, documents that were made without it are made again, and what counts in packs of a product is computed again.
 * A line that contradicts what holds, or names what is not there, is refused alone.
 */
export async function saveCodes(tx: Tx, hub: Context, lines: readonly CodeLine[], who: string): Promise<SavedCodes> {
  const { tenant, newId } = hub
  const catalogue = hub.catalogue()
  await renewCrosswalk(tx, tenant, new Set(lines.map(({ kind }) => kind)), newId)
  const now = await hub.database.now()
  const saved = await writeLedger(tx, hub, async (books) => {
    const known = await knownCodes(books.data.shelf, lines)
    const made: CodeTable[] = []
    const ended: string[] = []
    const outcomes: CodeOutcome[] = []
    for (const line of lines) {
      const outcome = judgeCode(line, known, catalogue, (product) => baseUnitOf(books.data.shelf, product))
      outcomes.push(outcome)
      if (outcome.outcome !== 'made' && outcome.outcome !== 'changed') continue
      if (outcome.outcome === 'changed') {
        ended.push(outcome.instead)
        known.splice(
          known.findIndex(({ id }) => id === outcome.instead),
          1,
        )
      }
      const row = rowOf(tenant, newId(), line, who, now)
      made.push(row)
      known.push(row)
      if (row.product !== '') books.data.repacked.add(row.product)
      journal(books, 'code-saved', { type: row.kind, key: row.code }, told(row))
    }
    const kept = made.filter(({ id }) => !ended.includes(id))
    await insertCodes(tx, kept)
    await endCodes(tx, tenant, ended, who, now)
    return { outcomes, kept }
  })
  const rung = await follow(tx, hub, saved.result.kept, now)
  return {
    outcomes: saved.result.outcomes,
    ring: () => {
      saved.ring()
      rung()
    },
  }
}

/** What {@link saveCodes} would say, without writing. */
export async function tryCodes(read: Reader, hub: Context, lines: readonly CodeLine[]): Promise<CodeOutcome[]> {
  const shelf = openShelf(read, hub.tenant)
  const catalogue = hub.catalogue()
  const known = await knownCodes(shelf, lines)
  return lines.map((line, index) => {
    const outcome = judgeCode(line, known, catalogue, (product) => baseUnitOf(shelf, product))
    if (outcome.outcome === 'changed')
      known.splice(
        known.findIndex(({ id }) => id === outcome.instead),
        1,
      )
    if (outcome.outcome === 'made' || outcome.outcome === 'changed') known.push(rowOf(hub.tenant, `line ${index + 1}`, line, '', 0))
    return outcome
  })
}

/**
 * Ends a code: it is not read any more. Documents that were made with it stay as they are. Answers whether it held until now; undefined: there is no such code.
 */
export async function endCode(
  tx: Tx,
  hub: Context,
  id: string,
  who: string,
): Promise<{ readonly ended: boolean; readonly ring: () => void } | undefined> {
  const { tenant, newId } = hub
  const before = await codeById(tx, tenant, id)
  if (before === undefined) return undefined
  await renewCrosswalk(tx, tenant, [before.kind], newId)
  const now = await hub.database.now()
  const row = await codeById(tx, tenant, id)
  if (row === undefined || row.ended_at !== null) return { ended: false, ring: () => {} }
  const { ring } = await writeLedger(tx, hub, async (books) => {
    await endCodes(tx, tenant, [id], who, now)
    if (row.product !== '') books.data.repacked.add(row.product)
    journal(books, 'code-ended', { type: row.kind, key: row.code }, told(row))
  })
  return { ended: true, ring }
}

async function knownCodes(shelf: Shelf, lines: readonly CodeLine[]): Promise<CodeTable[]> {
  const { read, tenant } = shelf
  const products = new Set(lines.flatMap(({ product }) => (product === '' ? [] : [product])))
  await loadDocuments(
    shelf,
    [...products].map((key) => ({ type: 'product', key })),
  )
  const rows = new Map<string, CodeTable>()
  for (const [kind, group] of Map.groupBy(lines, (line) => line.kind))
    for (const row of await codesNamed(read, tenant, kind, new Set(group.map(({ code }) => code)))) rows.set(row.id, row)
  for (const row of await codesOfProducts(read, tenant, products)) rows.set(row.id, row)
  return [...rows.values()]
}

function baseUnitOf(shelf: Shelf, product: string): string | undefined {
  const document = shelf.documents.get(documentName({ type: 'product', key: product }))
  return document && unitsOf(document.body).baseUnit
}

const rowOf = (tenant: string, id: string, line: CodeLine, who: string, now: number): CodeTable => ({
  tenant,
  id,
  kind: line.kind,
  connection: line.connection,
  organisation: line.organisation,
  product: line.product,
  code: line.code,
  hub: line.hub,
  factor: line.factor,
  valid_from: line.validFrom,
  valid_to: line.validTo,
  saved_at: now,
  saved_by: who,
  ended_at: null,
  ended_by: null,
})

const told = ({ id, hub, connection, organisation, product, factor, valid_from, valid_to }: CodeTable) => ({
  id,
  hub,
  connection,
  organisation,
  product,
  factor,
  validFrom: valid_from,
  validTo: valid_to,
})

/** What codes that hold now free, and which documents are made again. */
async function follow(tx: Tx, hub: Context, made: readonly CodeTable[], now: number): Promise<() => void> {
  const { tenant, bell } = hub
  const names: string[] = []
  const paths: string[] = []
  for (const row of made)
    for (const setup of hub.catalogue().connections.values()) {
      if (!speaksTo(row, codeScope(setup))) continue
      names.push(waitsForCode(row.kind, setup.name, row.code), waitsForHubCode(row.kind, setup.name, row.hub))
      paths.push(unknownCodePath(row.kind, setup.name, row.code))
    }
  const released = await releaseNames(tx, tenant, names, now)
  const again = await deriveAgain(tx, tenant, await openFindingsAt(tx, tenant, 'unknown-code', paths), now)
  return () => {
    for (const lane of new Set([...released.lanes, ...again])) bell.ring({ kind: 'ingest', lane })
    for (const connection of released.connections) bell.ring({ kind: 'deliver', connection })
  }
}
