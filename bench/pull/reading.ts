/** What one reader found and what it cost. Two readers of the same pages differ in nothing but the cost. */
export interface Reading {
  readonly records: number
  /** of the numbers of all orders, to compare readers */
  readonly checksum: number
  readonly ms: number
  /** of the reading process, without its start */
  readonly cpuMs: number
  /** memory of the process when a quarter of the pages was read, and the most it ever had, MB of 10^6 bytes */
  readonly quarterMb: number
  readonly mostMb: number
}

/** Counts time, CPU and memory from now to `end`. `mark` takes the memory. */
export function startMeter() {
  const began = performance.now()
  const before = process.cpuUsage()
  let quarterMb = 0
  return {
    mark() {
      quarterMb = process.resourceUsage().maxRSS / 1000
    },
    end(records: number, checksum: number): Reading {
      const { user, system } = process.cpuUsage(before)
      return {
        records,
        checksum,
        ms: performance.now() - began,
        cpuMs: (user + system) / 1000,
        quarterMb,
        mostMb: process.resourceUsage().maxRSS / 1000,
      }
    },
  }
}
