import type { Database } from './database.ts'
import { type MysqlOptions, openMysql } from './mysql.ts'
import { openSqlite } from './sqlite.ts'

/** `mysql://…` (see mysql-address.ts) or the path of a SQLite file. @throws what the dialect throws */
export const openStore = (place: string, options: MysqlOptions = {}): Promise<Database> =>
  /^(mysql|mariadb):/.test(place) ? openMysql(place, options) : openSqlite(place)
