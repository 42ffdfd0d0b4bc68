import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { versionsDuring } from '../store/document.ts'
import { grouped, inLists, type Reader } from '../store/in-list.ts'
import { bookkeepers, partyRowsOf } from '../store/party-document.ts'
import type { MaskRows, PartyScope, Row } from '../store/party-reader.ts'
import { referencesFrom } from '../store/reference.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { booksRole, inherited, isAbout, isUntold, namedRoles, type PartyRole, placeOf } from './party-roles.ts'
import { partyViews, toldEffects, toldFindings, wholeFields } from './party-views.ts'
import { referencesIn } from './references.ts'
import { rowName } from './rows.ts'
import { type DocumentName, documentName, type Target } from './shelf.ts'

/** What is known of a document for the party that looks. */
export interface Standing {
  readonly roles: ReadonlySet<string>
  /** its own connection keeps it, whatever a version says */
  readonly isKept: boolean
  /** references of it that lead to the party, or to documents that belong to it; see {@link targetText} */
  readonly own: ReadonlySet<string>
}

export const targetText = (target: Target): string =>
  'key' in target ? rowName(target.type, target.key) : rowName(target.type, target.connection, target.externalKey)

/** What everybody's documents name alike. Whatever else is named, an order as an invoice, is another party's unless it is known as the own one. */
const masters: ReadonlySet<string> = new Set(['party', 'product', 'location'])

/** A body as the party sees it. {} where it has no part in this version. Pure. */
export function shown(type: string, body: JsonObject, standing: Standing): JsonObject {
  const roles = [...standing.roles].filter((role) => holds(type, role as PartyRole, body, standing))
  const fields = new Set(roles.flatMap((role) => partyViews[type]?.[role as PartyRole] ?? []))
  const seesAll = standing.isKept || inherited[type] === undefined
  const out: Record<string, Json> = {}
  let whole = true
  for (const [name, value] of Object.entries(body)) {
    const full = fields.has(name)
    if (value === undefined || !(full || fields.has(`${name}[me]`))) continue
    const kept = Array.isArray(value)
      ? value.filter((item) => (full || namesMe(item, standing)) && (seesAll || !isForeign(item, standing)))
      : !seesAll && isForeign(value, standing)
        ? undefined
        : value
    if (kept === undefined || (Array.isArray(kept) && kept.length < (value as readonly Json[]).length)) whole = whole && !full
    if (kept !== undefined) out[name] = withoutExtras(kept)
  }
  return whole ? out : Object.fromEntries(Object.entries(out).filter(([name]) => !wholeFields.has(name)))
}

/** Whether the party had the role in this version: it may have been another's before. */
function holds(type: string, role: PartyRole, body: JsonObject, { isKept, own }: Standing): boolean {
  if (role === 'self' || role === 'books' || (isKept && role === booksRole(type))) return true
  if (isUntold(type, body.status, role)) return false
  const found = referencesIn(body)
  const named = Object.values(namedRoles[type] ?? {}).includes(role)
  if (named && found.some(({ path, target }) => namedRoles[type]?.[placeOf(path)] === role && own.has(targetText(target)))) return true
  const from = inherited[type]?.from ?? []
  if (from.includes('parcel')) return own.has(rowName('parcel', String(body.tracking)))
  return found.some(({ path, target }) => from.includes(target.type) && isAbout(path) && own.has(targetText(target)))
}

const targetsIn = (value: Json): readonly Target[] => (isObject(value) ? referencesIn({ value }).map(({ target }) => target) : [])
const namesMe = (value: Json, { own }: Standing): boolean =>
  targetsIn(value).some((target) => target.type === 'party' && own.has(targetText(target)))
const isForeign = (value: Json, { own }: Standing): boolean =>
  targetsIn(value).some((target) => !masters.has(target.type) && !own.has(targetText(target)))

/** What the source sent beside the canonical fields is nobody else's business. */
function withoutExtras(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutExtras)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (name === 'ext' || each === undefined ? [] : [[name, withoutExtras(each)]])),
  )
}

/** Masks rows of the store for a party. `read` sees everything. */
export const openMask =
  (read: Reader, scope: PartyScope): MaskRows =>
  async (table, rows) => {
    if (table === 'finding') {
      const told = await inItsTime(read, scope, rows, (row) => {
        if (!toldFindings.has(String(row.code))) return undefined
        return row.state === 'open' ? [] : [row.opened_at, Number(row.closed_at) - 1]
      })
      return rows.map((row) =>
        withColumns(row, {
          detail: told.has(row) ? row.detail : '{}',
          owner: row.owner === `party/${scope.party}` ? row.owner : null,
          closed_by: null,
        }),
      )
    }
    if (table === 'delivery') return rows.map((row) => withColumns(row, { body: null, trace: null }))
    if (table === 'journal') {
      const told = await inItsTime(read, scope, rows, (row) => (toldEffects.has(String(row.kind)) ? [row.at] : undefined))
      return rows.map((row) =>
        withColumns(row, { detail: told.has(row) ? row.detail : null, envelope: null, delivery: null, actor: null, why: null }),
      )
    }
    const names = new Map(rows.map((row) => [nameOf(row), { type: String(row.type), key: String(row.key) }]))
    const standings = await standingsOf(read, scope, [...names.values()])
    return rows.map((row) =>
      withColumns(row, {
        body: JSON.stringify(shown(String(row.type), parsed(row.body), standings.get(nameOf(row)) ?? nobody)),
        body_hash: '',
        envelope: null,
        mapping: null,
        revision: null,
        actor: null,
        why: null,
      }),
    )
  }

/**
 * Rows about documents from times in which those were the party's: one may have been another's before, whose figures they tell. `timesOf`: when it has to have been the party's (epoch ms); undefined: the
 * row is never told.
 */
async function inItsTime(
  read: Reader,
  scope: PartyScope,
  rows: readonly Row[],
  timesOf: (row: Row) => readonly unknown[] | undefined,
): Promise<ReadonlySet<Row>> {
  const asked = rows.flatMap((row) => {
    const times = timesOf(row)
    return times === undefined ? [] : [{ row, name: nameOf(row), times: times.map(Number) }]
  })
  const timed = asked.filter(({ times }) => times.length > 0)
  const names = new Map(timed.map(({ row, name }) => [name, { type: String(row.type), key: String(row.key) }]))
  const standings = names.size === 0 ? new Map<string, Standing>() : await standingsOf(read, scope, [...names.values()])
  const theirs = new Map<string, ReadonlySet<number>>()
  for (const [name, { type, key }] of names) {
    const times = timed.flatMap((one) => (one.name === name ? one.times : []))
    const standing = standings.get(name) ?? nobody
    const found = new Set<number>()
    for await (const { body, from, until } of versionsDuring(read, scope.tenant, { type, key }, times)) {
      const its = parsed(body)
      if (![...standing.roles].some((role) => holds(type, role as PartyRole, its, standing))) continue
      for (const time of times) if (from <= time && time < until) found.add(time)
    }
    theirs.set(name, found)
  }
  return new Set(asked.flatMap(({ row, name, times }) => (times.every((time) => theirs.get(name)?.has(time)) ? [row] : [])))
}

const nobody: Standing = { roles: new Set(), isKept: false, own: new Set() }
const nameOf = (row: Row): string => documentName({ type: String(row.type), key: String(row.key) })
const parsed = (body: unknown): JsonObject => {
  const value: Json = typeof body === 'string' ? JSON.parse(body) : null
  return isObject(value) ? value : {}
}
/** Only of columns that were asked for. */
const withColumns = (row: Row, masked: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, column in masked ? masked[column] : value]))

async function standingsOf(read: Reader, scope: PartyScope, names: readonly DocumentName[]): Promise<ReadonlyMap<string, Standing>> {
  const { tenant, party } = scope
  const own = new Map<string, Set<string>>()
  const references = new Map<string, ReferenceTable[]>()
  const origins = new Map<string, string>()
  for (const [type, group] of grouped(names, (name) => name.type)) {
    const keys = group.map(({ key }) => key)
    for (const [name, rows] of await rolesOf(read, scope, type, keys)) own.set(name, rows)
    for (const row of await referencesFrom(read, tenant, type, keys)) {
      const name = documentName({ type, key: row.from_key })
      references.set(name, [...(references.get(name) ?? []), row])
    }
    const heads = await inLists(keys, (list) =>
      read
        .selectFrom('document')
        .select(['key', 'origin'])
        .where('tenant', '=', tenant)
        .where('type', '=', type)
        .where('key', 'in', list)
        .execute(),
    )
    for (const { key, origin } of heads) origins.set(documentName({ type, key }), origin)
  }
  const mine = new Set((await bookkeepers(read, tenant)).flatMap(({ name, books }) => (books === party ? [name] : [])))
  const targets = new Map<string, DocumentName>()
  for (const { to_type, to_key } of [...references.values()].flat())
    if (to_key !== null) targets.set(documentName({ type: to_type, key: to_key }), { type: to_type, key: to_key })
  const belong = new Set<string>([documentName({ type: 'party', key: party })])
  for (const [type, group] of grouped(targets.values(), (name) => name.type))
    for (const name of (
      await rolesOf(
        read,
        scope,
        type,
        group.map(({ key }) => key),
      )
    ).keys())
      belong.add(name)
  return new Map(
    names.map((name) => {
      const text = documentName(name)
      const rows = references.get(text) ?? []
      return [
        text,
        {
          roles: own.get(text) ?? new Set<string>(),
          isKept: mine.has(origins.get(text) ?? ''),
          own: new Set(
            rows.flatMap((row) =>
              row.to_key !== null && belong.has(documentName({ type: row.to_type, key: row.to_key })) ? [referenceText(row)] : [],
            ),
          ),
        },
      ]
    }),
  )
}

const referenceText = ({ to_type, connection, external_key, to_key }: ReferenceTable): string =>
  connection === '' ? rowName(to_type, to_key ?? '') : rowName(to_type, connection, external_key)

/** Roles of the party that hold today, by document. */
async function rolesOf(
  read: Reader,
  { tenant, party, organisation, today }: PartyScope,
  type: string,
  keys: readonly string[],
): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const row of await partyRowsOf(read, tenant, type, keys)) {
    if (row.party !== party || (organisation !== null && row.organisation !== organisation)) continue
    if (row.valid_from > today || (row.valid_to !== null && row.valid_to < today)) continue
    const name = documentName(row)
    found.set(name, (found.get(name) ?? new Set()).add(row.role))
  }
  return found
}
