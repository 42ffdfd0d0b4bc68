import { createConnection, type PoolConnection, type RowDataPacket } from 'mysql2/promise'
import type { StoredOrder } from './truth.ts'

/** Tables that hold what a hub would have to hold at the least: the order with its totals and the whole document, and its lines. */
const tables = [
  `create table shop_order (
    id varchar(64) not null primary key, number varchar(64) not null, currency char(3) not null, date char(10) not null,
    goods bigint not null, charges bigint not null, tax bigint not null, grand bigint not null, document mediumtext not null)`,
  `create table shop_order_line (
    order_id varchar(64) not null, line varchar(64) not null, number varchar(64) not null, quantity bigint not null,
    primary key (order_id, line))`,
]

export async function makeTables(address: string): Promise<void> {
  const connection = await createConnection(address)
  for (const table of tables) await connection.query(`${table} character set utf8mb4`)
  await connection.end()
}

const places = (rows: number, columns: number): string =>
  Array(rows)
    .fill(`(${Array(columns).fill('?').join(',')})`)
    .join(',')

/** Writes orders and their lines by prepared statements of many rows, in one transaction; `text` is the document where its text is made already. */
export async function insertOrders(
  connection: PoolConnection,
  orders: readonly (StoredOrder & { readonly text?: string })[],
): Promise<void> {
  await connection.query('start transaction')
  await connection.execute(
    `insert into shop_order (id, number, currency, date, goods, charges, tax, grand, document) values ${places(orders.length, 9)}`,
    orders.flatMap(({ id, number, currency, date, goods, charges, tax, grand, document, text }) => [
      id,
      number,
      currency,
      date,
      goods,
      charges,
      tax,
      grand,
      text ?? JSON.stringify(document),
    ]),
  )
  const lines = orders.flatMap(({ id, lines }) => lines.map((line) => [id, line.key, line.number, line.quantity]))
  await connection.execute(`insert into shop_order_line (order_id, line, number, quantity) values ${places(lines.length, 4)}`, lines.flat())
  await connection.query('commit')
}

export async function countInTables(address: string): Promise<number> {
  const connection = await createConnection(address)
  try {
    const [[row]] = await connection.query<RowDataPacket[]>('select count(*) as orders from shop_order')
    return Number(row?.orders)
  } finally {
    await connection.end()
  }
}

export async function storedInTables(address: string, ids: readonly string[]): Promise<StoredOrder[]> {
  const connection = await createConnection({ uri: address, supportBigNumbers: true, bigNumberStrings: true })
  try {
    const [orders] = await connection.query<RowDataPacket[]>('select * from shop_order where id in (?)', [ids])
    const [lines] = await connection.query<RowDataPacket[]>('select * from shop_order_line where order_id in (?)', [ids])
    const byOrder = Map.groupBy(lines, ({ order_id }) => String(order_id))
    return orders.map(({ id, number, currency, date, goods, charges, tax, grand, document }) => ({
      id,
      number,
      currency,
      date,
      goods: String(goods),
      charges: String(charges),
      tax: String(tax),
      grand: String(grand),
      document: JSON.parse(document),
      lines: (byOrder.get(id) ?? []).map(({ line, number, quantity }) => ({ key: line, number, quantity: String(quantity) })),
    }))
  } finally {
    await connection.end()
  }
}
