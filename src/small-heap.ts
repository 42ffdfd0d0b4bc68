/**
 * How much memory V8 takes before it looks what is still needed. Its defaults suit programs that have gigabytes: 67 MB for what is young, and four times what was alive before the old is collected (a quarter more than was alive here). A hub's orders
 * outlive any young generation and are gone a second later, so less costs no time that could be measured, and saves 150 MB in a backfill. What a start needs (64 MB) is not looked through while it grows.
 */
const heapFlags: Readonly<Record<string, readonly string[]>> = {
  'semi-space-size': ['--min-semi-space-size=8', '--max-semi-space-size=8'],
  'initial-old-space-size': ['--initial-old-space-size=64'],
  'heap-growing-percent': ['--heap-growing-percent=25'],
}

/** All of them, as a command line has them. */
export const smallHeap: readonly string[] = Object.values(heapFlags).flat()

/** glibc: fewer arenas, and the buffers of pages and of statements go back to the system when they are freed. */
export const mallocSettings = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '262144' }

/** The command that a command line names, as far as it names one. */
export const commandOf = (argv: readonly string[]): string | undefined =>
  argv.find((word, index) => !word.startsWith('-') && argv[index - 1] !== '--lang')

const hubs: ReadonlySet<string | undefined> = new Set(['serve', 'api', 'worker'])

/** Whoever measures the process wants this one; and a profiler's signals would kill the next. */
const isMeasured = (): boolean => process.execArgv.some((given) => /^--(cpu-prof|heap-prof|prof|inspect)/.test(given))

/** What the operator says of the heap counts: by a flag of Node.js, or in NODE_OPTIONS. */
function missing(): readonly string[] {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ')
  return Object.entries(heapFlags).flatMap(([topic, flags]) => (given.includes(topic) ? [] : flags))
}

/**
 * Makes a process that is about to be a hub the same process again (same id, streams and command line) with these settings: flags of the heap count only from its beginning. Does not return then. Where the system
 * has no such call (Windows), or somebody profiles this process or talks to it over a channel of Node.js, it goes on as it is.
 */
export function restartSmall(argv: readonly string[]): void {
  const flags = missing()
  if (!hubs.has(commandOf(argv)) || flags.length === 0 || isMeasured()) return
  if (process.execve === undefined || process.send !== undefined) return
  const command = [process.execPath, ...process.execArgv, ...flags, ...process.argv.slice(1)]
  process.execve(process.execPath, command, { ...mallocSettings, ...process.env })
}
