import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Sent } from './sender.ts'
import type { StoredOrder } from './truth.ts'

/** One way to bring a shop's orders into a database. */
export interface Contender {
  readonly name: string
  /** processes whose CPU time counts */
  readonly pids: readonly number[]
  /** sends orders `from`, `from + 1`, … and waits until all of them are stored */
  run(from: number, count: number): Promise<Run>
  /** what is stored of them */
  stored(from: number, count: number): Promise<readonly StoredOrder[]>
  stop(): Promise<void>
}

export interface Run {
  /** first request to the last row */
  readonly ms: number
  /** CPU time between those, where the contender knows it better than the clock around it */
  readonly cpuMs?: number
  /** of the acknowledgement; absent when nothing is acknowledged */
  readonly p50?: number
  readonly p99?: number
}

export const senders = 64
export const secret = 'a-secret-of-the-benchmark-only'

/** Runs the load against an address. @throws Error when an order was refused */
export async function send(address: string, from: number, count: number): Promise<Sent> {
  const sender = join(import.meta.dirname, 'sender.ts')
  const args = [sender, address, secret, String(from), String(count), String(senders)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 20 })
  const sent = JSON.parse(stdout) as Sent
  if (sent.acknowledged !== count)
    throw new Error(`${address} acknowledged ${sent.acknowledged} of ${count} orders, refused ${sent.refused}`)
  return sent
}
