import type { Tx } from './database.ts'
import { grouped, inLists, type Reader } from './in-list.ts'
import { insertMany } from './insert-many.ts'
import type { FindingTable } from './tables-ledger.ts'

/** Findings of documents, open and closed. */
export const findingsOf = (read: Reader, tenant: string, type: string, keys: Iterable<string>): Promise<FindingTable[]> =>
  inLists(keys, (list) =>
    read.selectFrom('finding').selectAll().where('tenant', '=', tenant).where('type', '=', type).where('key', 'in', list).execute(),
  )

export const saveFindings = (tx: Tx, rows: readonly FindingTable[]): Promise<number> =>
  insertMany(tx, 'finding', rows, {
    keys: ['tenant', 'type', 'key', 'code', 'path'],
    then: 'update',
    columns: ['detail', 'state', 'opened_at', 'closed_at', 'closed_by', 'accepted'],
  })

export type FindingName = Pick<FindingTable, 'type' | 'key' | 'code' | 'path'>

/** What a list of findings is narrowed to. `owner` null: those that nobody has. Times are epoch ms of the opening. */
export interface FindingFilter {
  readonly state?: FindingTable['state']
  readonly codes?: Iterable<string>
  readonly type?: string
  readonly key?: string
  readonly owner?: string | null
  readonly before?: number
}

/** Findings in the order of their names, after one. */
export const findingPage = (
  read: Reader,
  tenant: string,
  filter: FindingFilter,
  after: FindingName | undefined,
  limit: number,
): Promise<FindingTable[]> => {
  let rows = narrowed(read, tenant, filter)
  if (after)
    rows = rows.where((is) =>
      is.or([
        is('type', '>', after.type),
        is.and([is('type', '=', after.type), is('key', '>', after.key)]),
        is.and([is('type', '=', after.type), is('key', '=', after.key), is('code', '>', after.code)]),
        is.and([is('type', '=', after.type), is('key', '=', after.key), is('code', '=', after.code), is('path', '>', after.path)]),
      ]),
    )
  return rows.orderBy('type').orderBy('key').orderBy('code').orderBy('path').limit(limit).execute()
}

/** Findings with the oldest first, after one that was opened then. */
export const findingsByAge = (
  read: Reader,
  tenant: string,
  filter: FindingFilter,
  after: (FindingName & { readonly opened_at: number }) | undefined,
  limit: number,
): Promise<FindingTable[]> => {
  let rows = narrowed(read, tenant, filter)
  if (after)
    rows = rows
      .where('opened_at', '>=', after.opened_at)
      .where((is) =>
        is.or([
          is('opened_at', '>', after.opened_at),
          is('type', '>', after.type),
          is.and([is('type', '=', after.type), is('key', '>', after.key)]),
          is.and([is('type', '=', after.type), is('key', '=', after.key), is('code', '>', after.code)]),
          is.and([is('type', '=', after.type), is('key', '=', after.key), is('code', '=', after.code), is('path', '>', after.path)]),
        ]),
      )
  return rows.orderBy('opened_at').orderBy('type').orderBy('key').orderBy('code').orderBy('path').limit(limit).execute()
}

function narrowed(read: Reader, tenant: string, { state, codes, type, key, owner, before }: FindingFilter) {
  let rows = read.selectFrom('finding').selectAll().where('tenant', '=', tenant)
  if (state !== undefined) rows = rows.where('state', '=', state)
  if (codes !== undefined) rows = rows.where('code', 'in', [...codes])
  if (type !== undefined) rows = rows.where('type', '=', type)
  if (key !== undefined) rows = rows.where('key', '=', key)
  if (owner !== undefined) rows = owner === null ? rows.where('owner', 'is', null) : rows.where('owner', '=', owner)
  if (before !== undefined) rows = rows.where('opened_at', '<=', before)
  return rows
}

/** One finding. */
export const findFinding = (read: Reader, tenant: string, { type, key, code, path }: FindingName): Promise<FindingTable | undefined> =>
  read
    .selectFrom('finding')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', key)
    .where('code', '=', code)
    .where('path', '=', path)
    .executeTakeFirst()

/** Open findings by their names. */
export async function findingsNamed(read: Reader, tenant: string, names: readonly FindingName[]): Promise<FindingTable[]> {
  const wanted = new Set(names.map(textOfName))
  const rows: FindingTable[] = []
  for (const [type, group] of grouped(names, (name) => name.type))
    rows.push(
      ...(await findingsOf(
        read,
        tenant,
        type,
        group.map(({ key }) => key),
      )),
    )
  return rows.filter((row) => row.state === 'open' && wanted.has(textOfName(row)))
}

const textOfName = ({ type, key, code, path }: FindingName): string => [type, key, code, path].join('\0')
/** Open findings of one code at these paths. */
export const openFindingsAt = (read: Reader, tenant: string, code: string, paths: Iterable<string>): Promise<FindingTable[]> =>
  inLists(paths, (list) =>
    read
      .selectFrom('finding')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('state', '=', 'open')
      .where('code', '=', code)
      .where('path', 'in', list)
      .execute(),
  )

/** Open findings, of one code when it is named, the oldest first. */
export function openFindings(read: Reader, tenant: string, limit: number, code?: string): Promise<FindingTable[]> {
  const query = read.selectFrom('finding').selectAll().where('tenant', '=', tenant).where('state', '=', 'open')
  return (code === undefined ? query : query.where('code', '=', code))
    .orderBy('opened_at')
    .orderBy('type')
    .orderBy('key')
    .orderBy('code')
    .orderBy('path')
    .limit(limit)
    .execute()
}
