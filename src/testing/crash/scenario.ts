import type { Hosts } from './hosts.ts'
import type { Verdict } from './verdict.ts'
import type { World } from './world.ts'

export type Size = 'ci' | 'all'

/** One way to attack the hub. */
export interface Scenario {
  readonly name: string
  /** what it plays of reliability.md section 3, or of the failure matrix (docs/reliability.md) */
  readonly covers: readonly string[]
  readonly engine: 'mysql' | 'sqlite'
  /** of the shorter run as well */
  readonly ci: boolean
  /** how often it is played: with every seed; with the first alone in the shorter run; once, because nothing in it is left to chance */
  readonly seeds: 'every' | 'first' | 'once'
  readonly workers?: number
  readonly leaseMs?: number
  readonly maxCrashes?: number
  readonly timeoutMs?: number
  /** of the hub's clock against the driver's; 1 */
  readonly rate?: number
  /** what this machine lacks or forbids, by name; undefined: it can run */
  readonly missing?: () => Promise<string | undefined> | string | undefined
  /** a folder for the hub's data that must be given back */
  readonly volume?: (folder: string) => { readonly data: string; release(): void }
  /** hosts for the hub's processes that must be given back */
  readonly hosts?: () => Hosts
  run(world: World, size: Size, only: readonly string[]): Promise<Verdict>
}
