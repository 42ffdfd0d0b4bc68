import type { JsonObject } from '../model/json.ts'
import type { CodeTable } from '../store/tables-crosswalk.ts'
import { textOf } from './shelf.ts'

/** For whom a code is looked up. */
export interface CodeScope {
  readonly connection: string
  readonly organisation?: string
}

type Saying = Pick<CodeTable, 'connection' | 'organisation' | 'valid_from' | 'valid_to'>

/** Whether a saved code speaks to this connection. */
export const speaksTo = (row: Pick<CodeTable, 'connection' | 'organisation'>, { connection, organisation }: CodeScope): boolean =>
  (row.connection === '' || row.connection === connection) && (row.organisation === '' || row.organisation === organisation)

/** Whether it holds on a business date (YYYY-MM-DD); both ends are included. */
export const holdsOn = ({ valid_from, valid_to }: Pick<CodeTable, 'valid_from' | 'valid_to'>, date: string): boolean =>
  (valid_from === null || valid_from <= date) && (valid_to === null || date <= valid_to)

/**
 * The one rule of which code counts: the most specific. Of a connection and its organisation, of the connection, of the organisation, of all; the workspace's file, which speaks to all at all times, comes last.
 */
export const specificity = ({ connection, organisation }: Pick<CodeTable, 'connection' | 'organisation'>): number =>
  (connection === '' ? 0 : 2) + (organisation === '' ? 0 : 1)

/** Whether two periods share a day. */
export const overlap = (a: Saying, b: Saying): boolean =>
  (a.valid_from === null || b.valid_to === null || a.valid_from <= b.valid_to) &&
  (b.valid_from === null || a.valid_to === null || b.valid_from <= a.valid_to)

/**
 * The business date that decides which codes hold for a document: its own, that of its figure (`asOf`), else the date at `otherwise` (epoch ms) by UTC. Never today: a document made again gets the same codes.
 */
export const codeDate = (businessDate: string | null, body: JsonObject, otherwise: number): string =>
  businessDate ?? textOf(body.asOf)?.slice(0, 10) ?? new Date(otherwise).toISOString().slice(0, 10)
