import { overlap, specificity } from '../ledger/codes.ts'
import { normalUnit } from '../ledger/units.ts'
import { compare, isDecimal, parseDecimal } from '../model/decimal.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import type { Catalogue } from './context.ts'

/** One code of a partner beside ours, to be saved. '' in connection, organisation, product: of all. Dates are business dates, both included; null: without end. */
export interface CodeLine {
  readonly kind: string
  readonly code: string
  readonly hub: string
  readonly connection: string
  readonly organisation: string
  readonly product: string
  readonly factor: string | null
  readonly validFrom: string | null
  readonly validTo: string | null
}

/** made: new. changed: another end than before. kept: it stood there already. refused: nothing was written for it. */
export type CodeOutcome =
  | { readonly outcome: 'made' | 'kept' }
  | { readonly outcome: 'changed'; readonly instead: string }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }

const refused = (code: string, message: string): CodeOutcome => ({ outcome: 'refused', code, message })

/** Kinds whose codes may be saved: the lists of the workspace's file without a version, what streams translate their own codes by, and units. A list with a version is what a mapping was made with, and never changes. */
export function codeKinds({ codes, connections }: Pick<Catalogue, 'codes' | 'connections'>): ReadonlySet<string> {
  const kinds = new Set(['unit', ...[...codes.keys()].filter((kind) => !kind.includes('@'))])
  for (const { connector } of connections.values())
    for (const { parts } of Object.values(connector.streams))
      for (const part of parts) if ('link' in part && part.codes !== undefined) kinds.add(part.codes)
  return kinds
}

/** Base unit of a product; undefined: there is no such product. */
export type BaseUnitOf = (product: string) => string | undefined

/** What becomes of a line beside the codes that hold now. */
export function judgeCode(line: CodeLine, known: readonly CodeTable[], catalogue: Catalogue, baseUnitOf: BaseUnitOf): CodeOutcome {
  const fault = scopeFault(line, catalogue) ?? packFault(line, baseUnitOf) ?? periodFault(line)
  if (fault !== undefined) return fault
  const near = known.filter(
    (row) => row.kind === line.kind && row.connection === line.connection && row.organisation === line.organisation && overlaps(row, line),
  )
  const same = near.filter(({ code, product }) => code === line.code && product === line.product)
  const own = same.find((row) => row.hub === line.hub && row.factor === line.factor && row.valid_from === line.validFrom)
  if (own !== undefined && same.length === 1 && own.valid_to === line.validTo) return { outcome: 'kept' }
  const contrary =
    same.find((row) => row !== own) ??
    near.find(({ code, product, hub }) => code === line.code && product !== line.product && hub !== line.hub) ??
    near.find((row) => line.product !== '' && row.product === line.product && isSameUnit(row.hub, line.hub) && row.factor !== line.factor)
  if (contrary !== undefined)
    return refused(
      'code-conflict',
      `${shown(contrary)} holds already, so ${shownLine(line)} cannot hold too: end the other one first (${contrary.id}), or give both a time`,
    )
  return own === undefined ? { outcome: 'made' } : { outcome: 'changed', instead: own.id }
}

const isSameUnit = (a: string, b: string): boolean => normalUnit(a) === normalUnit(b)

const overlaps = (row: CodeTable, line: CodeLine): boolean => overlap(row, { ...row, valid_from: line.validFrom, valid_to: line.validTo })

function scopeFault({ kind, connection, organisation }: CodeLine, catalogue: Catalogue): CodeOutcome | undefined {
  const kinds = codeKinds(catalogue)
  if (!kinds.has(kind))
    return refused(
      'unknown-kind',
      `nothing here reads codes of the kind '${kind}'; known are: ${[...kinds].sort().join(', ')}. A new kind begins as an empty list in the codes of crossdock.json`,
    )
  const setup = catalogue.connections.get(connection)
  if (connection !== '' && setup === undefined) return refused('unknown-connection', `the workspace has no connection '${connection}'`)
  if (organisation === '') return undefined
  const known = [...catalogue.connections.values()].flatMap((one) => one.organisation ?? [])
  if (!known.includes(organisation))
    return refused('unknown-organisation', `no connection of the workspace has the organisation '${organisation}'`)
  return setup === undefined || setup.organisation === organisation
    ? undefined
    : refused(
        'unknown-organisation',
        `the connection '${connection}' is of the organisation '${setup.organisation ?? ''}', so this would never be read`,
      )
}

const maxFactorScale = 6

function packFault({ kind, product, factor, organisation, hub }: CodeLine, baseUnitOf: BaseUnitOf): CodeOutcome | undefined {
  if (product === '' && factor === null) return undefined
  if (kind !== 'unit' || product === '' || factor === null)
    return refused('bad-factor', 'a factor belongs to a unit of a product: give kind unit, the product and the factor together')
  if (organisation !== '') return refused('bad-factor', 'a factor is said of a connection or of all, not of an organisation')
  if (!isDecimal(factor) || parseDecimal(factor).scale > maxFactorScale || compare(factor, '0') <= 0 || compare(factor, '1000000000') >= 0)
    return refused('bad-factor', `'${factor}' is no factor: a decimal above 0 and below 1000000000 with at most ${maxFactorScale} decimals`)
  const base = baseUnitOf(product)
  if (base === undefined) return refused('no-document', `the ledger has no product '${product}'`)
  return isSameUnit(base, hub) ? refused('bad-factor', `${hub} is the base unit of ${product}: one of it is one`) : undefined
}

function periodFault({ validFrom, validTo }: CodeLine): CodeOutcome | undefined {
  for (const date of [validFrom, validTo])
    if (date !== null && !isDate(date)) return refused('bad-date', `'${date}' is no date: write it as 2026-11-23`)
  return validFrom !== null && validTo !== null && validTo < validFrom
    ? refused('bad-date', `it ends on ${validTo}, before it begins on ${validFrom}`)
    : undefined
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

const shown = (row: CodeTable): string =>
  said(
    row.kind,
    row.code,
    row.hub,
    row.factor,
    row.product,
    specificity(row) === 0 ? 'all' : row.connection || row.organisation,
    row.valid_from,
    row.valid_to,
  )
const shownLine = (line: CodeLine): string =>
  said(
    line.kind,
    line.code,
    line.hub,
    line.factor,
    line.product,
    line.connection || line.organisation || 'all',
    line.validFrom,
    line.validTo,
  )

function said(
  kind: string,
  code: string,
  hub: string,
  factor: string | null,
  product: string,
  whose: string,
  from: string | null,
  to: string | null,
): string {
  const pack = factor === null ? '' : ` of ${factor} ${product}`
  return `${kind} '${code}' of ${whose} is ${hub}${pack}${from === null ? '' : ` from ${from}`}${to === null ? '' : ` to ${to}`}`
}
