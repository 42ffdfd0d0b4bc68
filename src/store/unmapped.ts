import type { Reader } from './in-list.ts'

/** Something that waits under one name, with how many do and since when (epoch ms). */
export interface Waiting {
  readonly name: string
  readonly count: number
  readonly since: number
}

/** Rows that are looked through for each kind of what waits: with more of them the counts are those of the oldest. */
export const mostRows = 100_000

/** What parked envelopes, or parked deliveries, wait for, each name once: those that most wait for come first. */
export async function waitingNames(
  read: Reader,
  tenant: string,
  table: 'envelope' | 'delivery',
  limit: number,
  most = mostRows,
): Promise<Waiting[]> {
  const parked =
    table === 'envelope'
      ? read
          .selectFrom('envelope')
          .select(['waits_for', 'received_at as at'])
          .where('tenant', '=', tenant)
          .where('state', '=', 'parked')
          .orderBy('id')
          .limit(most)
      : read
          .selectFrom('delivery')
          .select(['waits_for', 'created_at as at'])
          .where('tenant', '=', tenant)
          .where('state', '=', 'parked')
          .orderBy('id')
          .limit(most)
  const rows = await read
    .selectFrom(parked.as('parked'))
    .select((of) => ['waits_for as name', of.fn.countAll<number>().as('count'), of.fn.min<number>('at').as('since')])
    .where('waits_for', 'is not', null)
    .groupBy('waits_for')
    .orderBy('count', 'desc')
    .orderBy('waits_for')
    .limit(limit)
    .execute()
  return rows.flatMap(({ name, count, since }) => (name === null ? [] : [{ name, count: Number(count), since: Number(since) }]))
}

/** Open findings of one code by their path, each path once. */
export async function findingsByPath(
  read: Reader,
  tenant: string,
  code: string,
  limit: number,
): Promise<(Waiting & { readonly detail: string })[]> {
  const open = read
    .selectFrom('finding')
    .select(['path', 'opened_at', 'detail'])
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .where('code', '=', code)
    .limit(mostRows)
  const rows = await read
    .selectFrom(open.as('open'))
    .select((of) => [
      'path as name',
      of.fn.countAll<number>().as('count'),
      of.fn.min<number>('opened_at').as('since'),
      of.fn.min<string>('detail').as('detail'),
    ])
    .groupBy('path')
    .orderBy('count', 'desc')
    .orderBy('path')
    .limit(limit)
    .execute()
  return rows.map(({ name, count, since, detail }) => ({ name, count: Number(count), since: Number(since), detail }))
}

/** Keys at connections that documents refer to and nobody has linked, of some types, with how many documents do. */
export async function unresolvedKeys(
  read: Reader,
  tenant: string,
  types: readonly string[],
  limit: number,
): Promise<{ readonly type: string; readonly connection: string; readonly externalKey: string; readonly count: number }[]> {
  const found = []
  for (const type of types) {
    const unresolved = read
      .selectFrom('reference')
      .select(['connection', 'external_key', 'from_key'])
      .where('tenant', '=', tenant)
      .where('to_type', '=', type)
      .where('to_key', 'is', null)
      .where('connection', '!=', '')
      .limit(mostRows)
    const rows = await read
      .selectFrom(unresolved.as('unresolved'))
      .select((of) => ['connection', 'external_key', of.fn.count<number>('from_key').distinct().as('count')])
      .groupBy(['connection', 'external_key'])
      .orderBy('count', 'desc')
      .orderBy('connection')
      .orderBy('external_key')
      .limit(limit)
      .execute()
    found.push(
      ...rows.map(({ connection, external_key, count }) => ({ type, connection, externalKey: external_key, count: Number(count) })),
    )
  }
  return found
}

/** One document that refers to a key nobody has linked, and where it does. */
export const referringTo = (
  read: Reader,
  tenant: string,
  { type, connection, externalKey }: { readonly type: string; readonly connection: string; readonly externalKey: string },
): Promise<{ readonly from_type: string; readonly from_key: string; readonly path: string } | undefined> =>
  read
    .selectFrom('reference')
    .select(['from_type', 'from_key', 'path'])
    .where('tenant', '=', tenant)
    .where('to_type', '=', type)
    .where('connection', '=', connection)
    .where('external_key', '=', externalKey)
    .orderBy('from_type')
    .orderBy('from_key')
    .orderBy('path')
    .limit(1)
    .executeTakeFirst()

/** The newest parked envelope that waits for each of these names, at most `limit` of them. */
export const parkedFor = (read: Reader, tenant: string, names: readonly string[], limit: number) =>
  names.length === 0
    ? Promise.resolve([])
    : read
        .selectFrom('envelope')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('waits_for', 'in', [...names])
        .where('state', '=', 'parked')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
