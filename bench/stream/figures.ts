import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { median } from '../mapping/measure.ts'
import { writeBigFile } from './big-file.ts'
import type { JobCost, Way } from './job.ts'

/** MB is 1 000 000 bytes. Speeds are MB of the file for each second of CPU time, of all threads. */
export interface StreamFigures {
  readonly orders: number
  /** highest resident memory of the process that streams, and of one that parses the file whole */
  readonly rssMb: number
  readonly wholeRssMb: number
  readonly mbPerCpuS: number
  readonly wholeMbPerCpuS: number
}

const run = promisify(execFile)
async function runJob(way: Way, file: string): Promise<JobCost> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'job.ts'), way, file, `${file}.${way}`])
  return JSON.parse(stdout) as JobCost
}

/**
 * Makes a file of orders and maps it: streaming, each time in a process of its own (medians), and once whole.
 * @throws Error when the two do not write the same bytes
 */
export async function measureStream({
  megabytes,
  rounds,
}: {
  readonly megabytes: number
  readonly rounds: number
}): Promise<StreamFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-bench-'))
  try {
    const file = join(folder, 'orders.json')
    const { orders, bytes } = await writeBigFile(file, megabytes * 1e6)
    const whole = await runJob('whole', file)
    const streamed: JobCost[] = []
    for (let round = 0; round < rounds; round++) streamed.push(await runJob('stream', file))
    for (const cost of streamed)
      if (cost.hash !== whole.hash || cost.orders !== orders)
        throw new Error(`streaming gives ${cost.orders} of ${orders} orders, hash ${cost.hash}, the whole file ${whole.hash}`)
    const speed = (cpuMs: number): number => bytes / 1e6 / (cpuMs / 1_000)
    return {
      orders,
      rssMb: median(streamed.map((cost) => cost.rssMb)),
      wholeRssMb: whole.rssMb,
      mbPerCpuS: speed(median(streamed.map((cost) => cost.cpuMs))),
      wholeMbPerCpuS: speed(whole.cpuMs),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
