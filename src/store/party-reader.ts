import {
  AliasNode,
  ColumnNode,
  IdentifierNode,
  type KyselyPlugin,
  type OperationNode,
  QueryNode,
  type RawBuilder,
  RawNode,
  SelectQueryNode,
  type SqlBool,
  sql,
  TableNode,
} from 'kysely'
import { bug } from '../model/errors.ts'
import type { Reader } from './in-list.ts'

/** Who looks: a party of a tenant, on a day (YYYY-MM-DD, in the operator's zone). `organisation`: only what comes from connections of that one. */
export interface PartyScope {
  readonly tenant: string
  readonly party: string
  readonly organisation: string | null
  readonly today: string
  /** it has more than {@link manyRows} rows */
  readonly isLarge: boolean
}
/** Rows of a party from which on they are looked up one by one. */
export const manyRows = 2000

/** Whether a party has many documents: a look at that many rows of an index at most. */
export const isLargeParty = async (read: Reader, tenant: string, party: string): Promise<boolean> =>
  (await read
    .selectFrom('party_document')
    .select('key')
    .where('tenant', '=', tenant)
    .where('party', '=', party)
    .orderBy('type')
    .orderBy('key')
    .limit(1)
    .offset(manyRows)
    .executeTakeFirst()) !== undefined

export type Row = Readonly<Record<string, unknown>>
/** Takes out of the rows of a table what the party is not shown. */
export type MaskRows = (table: string, rows: readonly Row[]) => Promise<Row[]>

type Condition = (alias: string, scope: PartyScope) => RawBuilder<SqlBool>
interface TableRule {
  readonly own: Condition
  /** columns that hold more than the party may see */
  readonly masked?: readonly string[]
}

const isValid = ({ today, organisation }: PartyScope): RawBuilder<SqlBool> =>
  sql`valid_from <= ${today} and (valid_to is null or valid_to >= ${today})${organisation === null ? sql`` : sql` and organisation = ${organisation}`}`

/**
 * A list of what the party has, or a look for each row: SQLite makes the whole list before it begins, which is right for a few documents among many and takes half a second for 200,000 (measured).
 */
const having = (alias: string, columns: readonly [type: RawBuilder<unknown>, key: string], scope: PartyScope): RawBuilder<SqlBool> => {
  const [type, key] = [columns[0], sql.ref(`${alias}.${columns[1]}`)]
  const rows = sql`from party_document where tenant = ${scope.tenant} and party = ${scope.party} and ${isValid(scope)}`
  return scope.isLarge
    ? sql`exists (select 1 ${rows} and party_document.type = ${type} and party_document.${sql.ref('key')} = ${key})`
    : sql`(${type}, ${key}) in (select ${sql.ref('type')}, ${sql.ref('key')} ${rows})`
}

/** Names of documents that belong to the party. */
const byName =
  (type: string, key: string): Condition =>
  (alias, scope) =>
    having(alias, [sql.ref(`${alias}.${type}`), key], scope)

/** Keys of documents of one type that belong to the party. */
const byKey =
  (type: string, key: string): Condition =>
  (alias, scope) =>
    having(alias, [sql`${type}`, key], scope)

const all =
  (...conditions: readonly Condition[]): Condition =>
  (alias, scope) =>
    sql`(${sql.join(
      conditions.map((one) => one(alias, scope)),
      sql` and `,
    )})`

/** Goods that are the party's, and those of the operator of products that it supplies. */
const ownStock: Condition = (alias, scope) =>
  sql`(${sql.ref(`${alias}.owner`)} = ${scope.party} or (${sql.ref(`${alias}.owner`)} = '' and ${byKey('product', 'product')(alias, scope)}))`
/** Rows of products that the party supplies, not of all that its books name. */
const supplied = (alias: string, scope: PartyScope, more: RawBuilder<unknown> = sql``): RawBuilder<SqlBool> =>
  sql`${sql.ref(`${alias}.product`)} in (select ${sql.ref('key')} from party_document where tenant = ${scope.tenant} and party = ${scope.party} and ${sql.ref('type')} = 'product' and ${sql.ref('role')} = 'supplier' and ${isValid(scope)} ${more})`

/** The day of the sale is one on which the party supplied it. */
const soldAt = (alias: string): RawBuilder<unknown> =>
  sql`and valid_from <= ${sql.ref(`${alias}.day`)} and (valid_to >= ${sql.ref(`${alias}.day`)} or valid_to is null)`

const booksOf = (scope: PartyScope): RawBuilder<unknown> =>
  sql`(select ${sql.ref('name')} from ${sql.table('connection')} where tenant = ${scope.tenant} and books = ${scope.party}${scope.organisation === null ? sql`` : sql` and organisation = ${scope.organisation}`})`

/** A row of a list that a contract or tier of the party names. */
const holdsFor = (alias: string, scope: PartyScope): RawBuilder<SqlBool> =>
  sql`exists (select 1 from price_grant where price_grant.tenant = ${scope.tenant} and price_grant.party = ${scope.party} and price_grant.holder = ${sql.ref(`${alias}.key`)} and ((price_grant.type = 'contract' and ${sql.ref(`${alias}.type`)} = 'contract') or (price_grant.type = 'tier-assignment' and ${sql.ref(`${alias}.type`)} = 'tier')))`

const isMerchant = (scope: PartyScope): RawBuilder<SqlBool> =>
  sql`exists (select 1 from document where tenant = ${scope.tenant} and ${sql.ref('type')} = 'party' and ${sql.ref('key')} = ${scope.party} and ${sql.ref('body')} like '%"merchant"%')`
/** What it has with us. */
const ownAccount: Condition = (alias, scope) => sql`${sql.ref(`${alias}.party`)} = ${scope.party}`
const accountsOf = (scope: PartyScope): RawBuilder<unknown> =>
  sql`(select ${sql.ref('id')} from ${sql.table('account')} where tenant = ${scope.tenant} and party = ${scope.party})`

/** Connections that keep the party's own books. */
const ownConnection: Condition = (alias, scope) => sql`${sql.ref(`${alias}.connection`)} in ${booksOf(scope)}`

const ownOrigin: Condition = (alias, scope) => sql`${sql.ref(`${alias}.origin`)} in ${booksOf(scope)}`

/**
 * What a party may read: every table that is not named here is refused, so that a table which nobody thought of shows nothing. This is the only place where rows are kept apart by party.
 */
const rules: Readonly<Record<string, TableRule>> = {
  document: { own: byName('type', 'key'), masked: ['body', 'body_hash', 'envelope'] },
  document_version: { own: byName('type', 'key'), masked: ['body', 'envelope', 'mapping', 'revision', 'actor', 'why'] },
  journal: { own: byName('type', 'key'), masked: ['detail', 'envelope', 'delivery', 'actor', 'why'] },
  finding: { own: byName('type', 'key'), masked: ['detail', 'owner', 'closed_by'] },
  order_state: { own: byName('type', 'key') },
  order_line: { own: byName('type', 'key') },
  sale: { own: byKey('sales-order', 'key') },
  delivery: { own: all(byName('type', 'key'), ownConnection), masked: ['body', 'trace'] },
  stock: { own: ownStock },
  // its own orders and reports, and what others sold of its goods on days on which it supplied them
  day_sale: {
    own: (alias, scope) => sql`(${byName('type', 'key')(alias, scope)} or ${supplied(alias, scope, soldAt(alias))})`,
  },
  // says only which stores send reports; what they say is kept apart
  report_day: { own: () => sql`1 = 1` },
  invoice_match: { own: byKey('invoice', 'key') },
  invoice_line: { own: byKey('invoice', 'key') },
  invoice_allocation: { own: byKey('invoice', 'key') },
  payout: { own: byKey('payout', 'key') },
  payout_line: { own: byKey('payout', 'key') },
  // what a platform pays the operator for orders of its shops is nobody else's
  settlement: { own: all(byKey('sales-order', 'key'), ownOrigin) },
  parcel: { own: byKey('parcel', 'tracking') },
  // the lists that hold for the merchant by its contracts and tiers, and base lists, which hold for every merchant; nobody else's
  price_grant: { own: (alias, scope) => sql`${sql.ref(`${alias}.party`)} = ${scope.party}` },
  list_use: { own: (alias, scope) => holdsFor(alias, scope) },
  price_entry: {
    own: (alias, scope) =>
      sql`((${sql.ref(`${alias}.kind`)} = 'base' and ${isMerchant(scope)}) or ${sql.ref(`${alias}.list`)} in (select ${sql.ref('list')} from list_use where tenant = ${scope.tenant} and ${holdsFor('list_use', scope)}))`,
  },
  order_cost: {
    own: (alias, scope) => sql`(${sql.ref(`${alias}.party`)} = ${scope.party} and ${byKey('sales-order', 'key')(alias, scope)})`,
  },
  deposit: { own: ownAccount },
  // what an order costs a merchant is told to that merchant alone, whoever else the order belongs to
  deposit_order: { own: ownAccount },
  reference: { own: all(byName('from_type', 'from_key'), byName('to_type', 'to_key')) },
  link: { own: all(byName('type', 'key'), ownConnection) },
  line_link: { own: all(byName('type', 'key'), ownConnection) },
  account: { own: ownAccount },
  entry: { own: (alias, scope) => sql`${sql.ref(`${alias}.account`)} in ${accountsOf(scope)}` },
  transfer: {
    own: (alias, scope) =>
      sql`(${sql.ref(`${alias}.debit`)} in ${accountsOf(scope)} or ${sql.ref(`${alias}.credit`)} in ${accountsOf(scope)})`,
  },
  payable_item: { own: ownAccount },
  // one that was not published has no row of its party
  statement: { own: byKey('statement', 'key') },
  statement_line: { own: byKey('statement', 'statement') },
  party_document: {
    own: (alias, scope) => sql`(${sql.ref(`${alias}.party`)} = ${scope.party} and ${isValid(scope)})`,
  },
}
export const partyTables: readonly string[] = Object.keys(rules)

/**
 * The store as a party sees it: every query, also inside another one, finds the party's own rows only, and what is masked comes masked. Writing, raw SQL and tables without a rule are refused.
 * @throws HubError `party-reader` (bug) from the query
 */
export const partyReader = (read: Reader, scope: PartyScope, mask: MaskRows): Reader => read.withPlugin(plugin(scope, mask))

function plugin(scope: PartyScope, mask: MaskRows): KyselyPlugin {
  const tables = new WeakMap<object, string>()
  const done = new WeakSet<object>()
  return {
    transformQuery({ node, queryId }) {
      if (node.kind !== 'SelectQueryNode') throw refused(`runs a ${node.kind}`)
      const table = maskedTable(node)
      if (table !== undefined) tables.set(queryId, table)
      return narrowed(node, scope, done, false) as typeof node
    },
    async transformResult({ result, queryId }) {
      const table = tables.get(queryId)
      const rows = result.rows as Row[]
      const columns = table === undefined ? [] : (rules[table]?.masked ?? [])
      if (table === undefined || rows.length === 0 || !columns.some((column) => column in (rows[0] as Row))) return result
      if (!('type' in (rows[0] as Row) && 'key' in (rows[0] as Row))) throw refused(`reads ${table} without type and key`)
      return { ...result, rows: (await mask(table, rows)) as typeof result.rows }
    },
  }
}

const refused = (what: string) =>
  bug('party-reader', `a route for parties ${what}: give the table a rule in store/party-reader.ts, or close the route`)

interface Source {
  readonly table: string
  readonly alias: string
}

function sourceOf(node: OperationNode): Source | undefined {
  if (AliasNode.is(node)) {
    const inner = sourceOf(node.node)
    return inner === undefined || !IdentifierNode.is(node.alias) ? undefined : { ...inner, alias: node.alias.name }
  }
  return TableNode.is(node) ? { table: node.table.identifier.name, alias: node.table.identifier.name } : undefined
}

const sourcesOf = (node: SelectQueryNode): readonly OperationNode[] => [
  ...(node.from?.froms ?? []),
  ...(node.joins ?? []).map((join) => {
    if (join.joinType !== 'InnerJoin') throw refused(`joins by ${join.joinType}`)
    return join.table
  }),
]

/** The table whose rows have to be masked; with two of them nobody could tell whose column it is, and behind a query that stands for a table nobody could tell at all. */
function maskedTable(node: SelectQueryNode): string | undefined {
  const masked = sourcesOf(node).flatMap((source) => {
    const found = sourceOf(source)
    if (found !== undefined) return rules[found.table]?.masked === undefined ? [] : [found.table]
    if (!AliasNode.is(source) || !SelectQueryNode.is(source.node) || maskedTable(source.node) !== undefined)
      throw refused('reads masked rows as a table')
    return []
  })
  if (masked.length > 1) throw refused(`joins ${masked.join(' and ')}`)
  return masked[0]
}

/** What is masked comes under its own name and at the outside, where it can be masked. */
function checkSelections(node: SelectQueryNode, isInner: boolean): void {
  const table = maskedTable(node)
  if (table === undefined) return
  const masked = new Set(rules[table]?.masked)
  for (const { selection } of node.selections ?? []) {
    const isPlain = selection.kind === 'ReferenceNode' || selection.kind === 'ColumnNode' || selection.kind === 'SelectAllNode'
    const names = columnsIn(selection)
    if ((isInner || !isPlain) && (names.includes('*') || names.some((name) => masked.has(name))))
      throw refused(`takes masked columns out of ${table} under another name, or from inside a query`)
  }
}

function columnsIn(node: OperationNode): readonly string[] {
  if (ColumnNode.is(node)) return [node.column.name]
  if (node.kind === 'SelectAllNode') return ['*']
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).flatMap((each: unknown) =>
      typeof each === 'object' && each !== null && isNode(each) && !SelectQueryNode.is(each) ? columnsIn(each) : [],
    ),
  )
}

/** The same tree with the condition of every table in every SELECT of it. A query inside another one was narrowed when it was built: those are `done`. */
function narrowed(node: OperationNode, scope: PartyScope, done: WeakSet<object>, isInner = true): OperationNode {
  if (SelectQueryNode.is(node)) checkSelections(node, isInner)
  if (done.has(node)) return node
  if (RawNode.is(node) && node.sqlFragments.some((text) => /\b(from|join|select)\b/i.test(text))) throw refused('holds SQL of its own')
  const copy: OperationNode = {
    ...Object.fromEntries(Object.entries(node).map(([name, value]) => [name, inside(value, scope, done)])),
    kind: node.kind,
  }
  if (!SelectQueryNode.is(copy)) return copy
  let select: SelectQueryNode = copy
  for (const source of sourcesOf(select)) {
    const found = sourceOf(source)
    if (found === undefined) continue
    const rule = rules[found.table]
    if (rule === undefined) throw refused(`reads ${found.table}`)
    select = QueryNode.cloneWithWhere(select, rule.own(found.alias, scope).toOperationNode())
  }
  done.add(select)
  return select
}

const isNode = (value: object): value is OperationNode => 'kind' in value && typeof value.kind === 'string' && value.kind.endsWith('Node')

function inside(value: unknown, scope: PartyScope, done: WeakSet<object>): unknown {
  if (Array.isArray(value)) return value.map((each) => inside(each, scope, done))
  return typeof value === 'object' && value !== null && isNode(value) ? narrowed(value, scope, done) : value
}
