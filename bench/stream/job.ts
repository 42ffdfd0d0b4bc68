import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { chunksOf } from '../../src/commands/stream-file.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import { compileStream } from '../../src/mapping/stream.ts'
import { runStream } from '../../src/mapping/stream-run.ts'
import type { MapContext } from '../../src/mapping/types.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { openSlicer } from '../../src/model/slicer.ts'

/** Reads a file of orders, maps each, writes one document a line: item by item, or parsed whole. */
export type Way = 'stream' | 'whole'

/** What it cost in a process of its own. */
export interface JobCost {
  readonly cpuMs: number
  readonly rssMb: number
  readonly orders: number
  /** of what was written */
  readonly hash: string
}

const context: MapContext = { connection: 'shop', books: 'harbour', config: {}, codes: () => undefined }

/** The order job, once for each order of a list. */
function mappingText(): string {
  const file = JSON.parse(readFileSync(`${import.meta.dirname}/../mapping/jobs/shop-order.json`, 'utf8')) as JsonObject
  return JSON.stringify({ ...file, direction: 'pull', fields: { orders: { each: 'orders', key: 'id', fields: file.fields } } })
}

async function openLines(path: string) {
  const stream = createWriteStream(path)
  const hash = createHash('sha256')
  const write = async (values: readonly Json[]): Promise<void> => {
    const text = values.map((value) => `${JSON.stringify(value)}\n`).join('')
    hash.update(text)
    if (!stream.write(text)) await once(stream, 'drain')
  }
  const end = async (): Promise<string> => {
    stream.end()
    await finished(stream)
    return hash.digest('hex')
  }
  return { write, end }
}

async function streamed(path: string, out: string): Promise<readonly [number, string]> {
  const { stream, faults } = compileStream(mappingText(), 'orders', { file: 'shop-order.json' })
  if (stream === undefined) return fail(faults)
  const lines = await openLines(out)
  const handle = await open(path)
  const slicer = openSlicer({ shape: 'list', path: stream.list })
  const count = await runStream(chunksOf(handle), slicer, stream.start(context), { written: lines.write, reported: fail })
  await handle.close()
  return [count.written, await lines.end()]
}

async function whole(path: string, out: string): Promise<readonly [number, string]> {
  const { mapping, faults } = compileMapping(mappingText(), { file: 'shop-order.json' })
  if (mapping === undefined) return fail(faults)
  const result = mapping.pull(JSON.parse(await readFile(path, 'utf8')) as Json, context)
  if (!result.ok) return fail(result.errors)
  const lines = await openLines(out)
  const orders = result.value.orders as readonly Json[]
  for (let i = 0; i < orders.length; i += 100) await lines.write(orders.slice(i, i + 100))
  return [orders.length, await lines.end()]
}

function fail(told: unknown): never {
  throw new Error(`the job must not fail: ${JSON.stringify(told).slice(0, 500)}`)
}

const [way, path = '', out = ''] = process.argv.slice(2)
const before = process.cpuUsage()
const [orders, hash] = await (way === 'stream' ? streamed(path, out) : whole(path, out))
const { user, system } = process.cpuUsage(before)
const cost: JobCost = { cpuMs: (user + system) / 1_000, rssMb: process.resourceUsage().maxRSS / 1_000, orders, hash }
process.stdout.write(`${JSON.stringify(cost)}\n`)
