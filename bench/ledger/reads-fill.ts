import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { customers, ownProducts, seedDocuments } from './reads-seed.ts'

/**
 * Repeats the rows that the ledger wrote of the seed, in an empty database of the same server: each document of trade `copies` times with other keys, products, customers and times, and the products with their stock until there are `products`.
 * Nothing else is made up.
 */
export async function fill(server: string, from: string, into: string, copies: number, products: number): Promise<void> {
  const tables = await tablesOf(server, from, into)
  // the largest first, as many at once as there is one that sorts and one that writes
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const connection = await createConnection(server)
      try {
        await connection.query(`use ${from}`)
        await connection.query('set unique_checks = 0, foreign_key_checks = 0')
        for (let next = tables.shift(); next !== undefined; next = tables.shift()) {
          const [table, columns] = next
          const list = columns.map((name) => `\`${name}\``).join(', ')
          // the first of them into an empty table, which InnoDB fills by sorting
          for (const [set, where] of groupsOf(table, columns)) {
            const times = { trade: copies, product: products / ownProducts, once: 1 }[set]
            // the numbers that repeat a row have a column of that name too
            const values = columns
              .map((name) => (name === 'seq' ? `\`${table}\`.seq` : columnOf(set, table, name, columns, copies)))
              .join(', ')
            await connection.query(
              `insert into ${into}.\`${table}\` (${list}) select ${values} from ${from}.\`${table}\` join seq_0_to_${times - 1} as s where ${where}`,
            )
          }
          await connection.query(`analyze table ${into}.\`${table}\``)
        }
      } finally {
        await connection.end()
      }
    }),
  )
}

const atOnce = 3

/** Tables that the ledger wrote to, the largest first, with the columns that the other database has. */
async function tablesOf(server: string, from: string, into: string): Promise<[table: string, columns: string[]][]> {
  const connection = await createConnection(server)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      'select column_name as of, c.table_name as name from information_schema.columns as c join information_schema.tables as t on t.table_schema = ? and t.table_name = c.table_name where c.table_schema = ? order by t.data_length desc, c.table_name, c.ordinal_position',
      [from, into],
    )
    const found: [string, string[]][] = []
    for (const [table, columns] of Map.groupBy(rows, ({ name }) => String(name))) {
      const [held] = await connection.query<RowDataPacket[]>(`select 1 from ${from}.\`${table}\` limit 1`)
      if (table !== 'migration' && held.length > 0) found.push([table, columns.map(({ of }) => String(of))])
    }
    return found
  } finally {
    await connection.end()
  }
}

type Group = 'trade' | 'product' | 'once'
const n = 's.seq'
const day = 86_400_000
/** The copies of one document are spread over 300 days. */
const spanMs = 300 * day

/** Which rows of a table are repeated how. */
function groupsOf(table: string, columns: readonly string[]): readonly (readonly [Group, string])[] {
  const type = columns.includes('from_type') ? 'from_type' : columns.includes('type') ? 'type' : undefined
  if (table === 'stock') return [['product', 'true']]
  if (table === 'sale' || table === 'reservation') return [['trade', 'true']]
  if (table === 'envelope')
    return [
      ['trade', 'waits_for is null'],
      ['once', 'waits_for is not null'],
    ]
  if (type === undefined) return [['once', 'true']]
  return [
    ['trade', `${type} not in ('product', 'stock-level', 'party', 'location')`],
    ['product', `${type} in ('product', 'stock-level')`],
    ['once', `${type} in ('party', 'location')`],
  ]
}

const times = new Set([
  'at',
  'placed_at',
  'changed_at',
  'updated_at',
  'opened_at',
  'closed_at',
  'released_at',
  'moved_at',
  'created_at',
  'settled_at',
  'received_at',
  'due_at',
])
const keys = new Set(['key', 'from_key', 'order_key', 'external_key', 'to_key', 'lane', 'partner_key'])

function columnOf(set: Group, table: string, name: string, columns: readonly string[], copies: number): string {
  const column = `\`${name}\``
  if (set === 'once') return column
  if (set === 'product') return ofProduct(table, name, column, columns)
  const step = Math.floor(spanMs / copies)
  if (times.has(name)) return `${column} - ${n} * ${step}`
  if (name === 'business_date') return `date_format(date_sub(${column}, interval floor(${n} * ${step} / ${day}) day), '%Y-%m-%d')`
  if (name === 'id')
    return table === 'envelope'
      ? idOf(column)
      : `concat(${timeText(`${columns.includes('created_at') ? 'created_at' : '`at`'} - ${n} * ${step}`)}, substr(id, 11))`
  if (name === 'envelope') return idOf(column)
  if (name === 'effect_key') return `sha2(concat(${column}, '-', ${n}), 256)`
  if (name === 'product') return tradeProduct(column)
  if (name === 'customer') return customer(column)
  if (name === 'party') return `if(${column} like 'B%', ${customer(column)}, ${column})`
  if (table === 'reference' && (name === 'to_key' || name === 'external_key'))
    return `case to_type when 'product' then ${tradeProduct(column)} when 'location' then ${column} when 'party' then if(${column} like 'B%', ${customer(column)}, ${column}) else concat(${column}, '-', ${n}) end`
  if (keys.has(name) && !(table === 'envelope' && name === 'lane')) return `concat(${column}, '-', ${n})`
  if (name === 'number' && table !== 'order_line') return `concat(${column}, '-', ${n})`
  return column
}

/** Products that the ledger made stand for all: every one comes again in steps of their number. */
function ofProduct(table: string, name: string, column: string, columns: readonly string[]): string {
  const shifted = (digits: string) =>
    `concat(left(${column}, char_length(${column}) - 5), lpad(cast(${digits} as unsigned) + ${n} * ${ownProducts}, 5, '0'))`
  if (name === 'id') return `concat(${timeText(`${columns.includes('created_at') ? 'created_at' : '`at`'} - ${n} * 1000`)}, substr(id, 11))`
  if (['key', 'product', 'from_key', 'external_key', 'number', 'value'].includes(name) || (table === 'reference' && name === 'to_key'))
    return `if(${column} regexp 'P[0-9]{5}$', ${shifted(`right(${column}, 5)`)}, ${column})`
  return column
}

const tradeProduct = (column: string) => `concat('P', lpad(mod(cast(substr(${column}, 2) as unsigned) * 503 + ${n} * 37, 10000), 5, '0'))`
const customer = (column: string) => `concat('B', lpad(mod(cast(substr(${column}, 2) as unsigned) + ${n} * 7, ${customers}), 4, '0'))`
const idOf = (column: string) => `left(upper(sha2(concat(${column}, '-', ${n}), 256)), 26)`
/** The first ten characters of an id (model/id.ts): Crockford's digits from those that MariaDB writes. */
const timeText = (ms: string) =>
  ['VZ', 'UY', 'TX', 'SW', 'RV', 'QT', 'PS', 'OR', 'NQ', 'MP', 'LN', 'KM', 'JK', 'IJ'].reduce(
    (text, [from, to]) => `replace(${text}, '${from}', '${to}')`,
    `lpad(conv(${ms}, 10, 32), 10, '0')`,
  )

/** How often the seed is repeated for about so many documents of trade. */
export const copiesFor = (documents: number): number => Math.max(1, Math.round(documents / seedDocuments))
