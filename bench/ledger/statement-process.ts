import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { paperOf } from '../../src/http/statement-paper.ts'
import { provenLines } from '../../src/ledger/statements/content.ts'
import { statementPdf } from '../../src/papers/statement-pdf.ts'
import { statementXlsx } from '../../src/papers/statement-xlsx.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { statementOf } from '../../src/store/statement.ts'

/** What one file cost. `mostMb`: the most memory that the process ever had, MB of 10^6 bytes. */
export interface Written {
  readonly ms: number
  readonly mostMb: number
  readonly bytes: number
}

/** `statement-process.ts STORE NUMBER pdf|xlsx FILE` writes one statement and says what it cost. */
const [store = '', number = '', form, file = ''] = process.argv.slice(2)
const database = await openSqlite(store)
const row = await statementOf(database.read, 'default', number)
if (row === undefined) throw new Error(`there is no statement ${number}`)
const began = performance.now()
const write = form === 'pdf' ? statementPdf : statementXlsx
const paper = await paperOf(database.read, 'default', row, 'Asia/Shanghai')
await pipeline(write(paper, provenLines(database.read, 'default', row), 'zh'), createWriteStream(file))
const written: Written = { ms: performance.now() - began, mostMb: process.resourceUsage().maxRSS / 1000, bytes: (await stat(file)).size }
await database.close()
process.stdout.write(JSON.stringify(written))
