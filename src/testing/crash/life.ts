import { appendFileSync, readFileSync } from 'node:fs'
import type { Foundation } from '../../main/foundation.ts'
import type { Database } from '../../store/database.ts'

/**
 * What the outside can see of a process changes only by a COMMIT, by a ring, and by what it says to partners and senders. Here each write and each ring of a started process becomes a place where it can be
 * killed or frozen: `called` (before the transaction begins), `written` (before COMMIT) and `committed`. Places are found by the code that writes, so that none can be forgotten.
 */
export type Moment = 'called' | 'written' | 'committed'

/** Files of a bundle, and the lines at which its modules begin: each has a comment with its path there. */
const bundles = new Map<string, readonly { readonly line: number; readonly module: string }[]>()

function modulesOf(file: string): readonly { readonly line: number; readonly module: string }[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((text, index) => {
    const module = /^\/\/ (\S+)\.[cm]?[jt]s$/.exec(text)?.[1]
    return module === undefined ? [] : [{ line: index + 1, module }]
  })
}

/** Frames of a bundle as those of its sources. */
export function inSources(stack: string): string {
  return stack.replace(/file:\/\/([^ )]*\.js):(\d+):/g, (_, file: string, line: string) => {
    const modules = bundles.get(file) ?? modulesOf(file)
    bundles.set(file, modules)
    return `file:///${modules.findLast((one) => one.line < Number(line))?.module}.ts:`
  })
}

/** `<file>/<function>` of the step, and of the store's function it called: `ingest/ingest claimLanes` */
export function placeOf(stack: string): string {
  const frames = [...stack.matchAll(/at (?:async )?(?:Object\.)?([\w.<>$]+)? ?\(?file:\/\/[^ )]*\/src\/([\w/-]+)\.ts/g)].map(
    // a bundle counts functions of one name
    ([, name = '', file = '']) => ({ name: name.replace(/\$\d+$/, ''), file }),
  )
  const known = frames.filter(({ file }) => !file.startsWith('testing/'))
  const step = known.find(({ file }) => !file.startsWith('store/')) ?? known[0]
  const store = known.find(({ file, name }) => file.startsWith('store/') && name !== '' && name !== 'write')
  const file = step?.file.split('/').at(-1) ?? 'unknown'
  return [`${file}/${step?.name || 'anonymous'}`, ...(store === undefined || store === step ? [] : [store.name])].join(' ')
}

interface Orders {
  /** `<place>|<moment>` */
  readonly at: string | undefined
  readonly signal: NodeJS.Signals
  /** how often the place is passed before */
  readonly skip: number
  /** file that takes every place when it is met first, and the one where the process stopped */
  readonly log: string | undefined
}

/** Reads CRASH_AT, CRASH_SIGNAL, CRASH_SKIP and CRASH_LOG. */
export function crashable(foundation: Foundation, env: NodeJS.ProcessEnv = process.env): Foundation {
  const orders: Orders = {
    at: env.CRASH_AT,
    signal: env.CRASH_SIGNAL === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL',
    skip: Number(env.CRASH_SKIP ?? 0),
    log: env.CRASH_LOG,
  }
  const met = new Set<string>()
  let left = orders.skip
  const pass = (place: string, moment: Moment) => {
    const name = `${place}|${moment}`
    if (orders.log !== undefined && !met.has(name)) {
      met.add(name)
      appendFileSync(orders.log, `met ${name}\n`)
    }
    if (name !== orders.at || left-- !== 0) return
    if (orders.log !== undefined) appendFileSync(orders.log, `stopped ${name}\n`)
    process.kill(process.pid, orders.signal)
  }
  const { database, bell } = foundation
  const watched: Database = {
    ...database,
    get read() {
      return database.read
    },
    async write(work) {
      const place = placeOf(inSources(new Error('where').stack ?? ''))
      pass(place, 'called')
      const result = await database.write(async (tx) => {
        const done = await work(tx)
        pass(place, 'written')
        return done
      })
      pass(place, 'committed')
      return result
    },
  }
  return {
    ...foundation,
    database: watched,
    bell: {
      ...bell,
      ring(ring, here) {
        pass(`ring/${ring.kind}`, 'called')
        bell.ring(ring, here)
      },
    },
  }
}
