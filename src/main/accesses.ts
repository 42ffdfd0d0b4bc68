import type { Access } from '../connector/access.ts'
import type { Limiter } from '../connector/limiter.ts'
import { type AccessDeps, openAccess } from '../connector/open.ts'
import type { Tokens } from '../connector/tokens.ts'
import { systemClock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { ConnectionSetup } from '../pipeline/context.ts'

/** Open accesses to the partners, one for each definition of a connection. */
export interface Accesses {
  /** the access of a definition; the same object while that definition is current */
  of(setup: ConnectionSetup): Access
  /** These definitions are current. What still works with another one ends its calls in peace; its sockets close after the last of them. */
  keep(setups: Iterable<ConnectionSetup>): void
  /** breaks what still runs */
  close(): Promise<void>
}

/** Budgets are one for each connection's name, so that two definitions at once do not send more than one may. */
export function openAccesses(log: Log, limiter: Limiter, tokens: Tokens, heard?: AccessDeps['heard']): Accesses {
  const open = new Map<ConnectionSetup, Held>()
  const leaving = new Set<Held>()
  let current: ReadonlySet<ConnectionSetup> | undefined
  const leave = (held: Held): void => {
    leaving.add(held)
    held.retire(() => leaving.delete(held))
  }
  return {
    of(setup) {
      const known = open.get(setup)
      if (known !== undefined) return known.access
      const held = hold(() => openAccess(setup, { clock: systemClock, limiter, tokens, log, ...(heard === undefined ? {} : { heard }) }))
      if (current === undefined || current.has(setup)) open.set(setup, held)
      else leave(held)
      return held.access
    },
    keep(setups) {
      current = new Set(setups)
      for (const [setup, held] of open) {
        if (current.has(setup)) continue
        open.delete(setup)
        leave(held)
      }
    },
    async close() {
      await Promise.all([...open.values(), ...leaving].map((held) => held.close()))
    },
  }
}

interface Held {
  readonly access: Access
  /** closes now when nothing runs, else after the last call; a later call opens it for its own span */
  retire(left: () => void): void
  close(): Promise<void>
}

function hold(open: () => Access): Held {
  let inner: Access | undefined = open()
  let running = 0
  let left: (() => void) | undefined
  const close = async (): Promise<void> => {
    const ending = inner
    inner = undefined
    await ending?.close()
  }
  const rest = (): void => {
    if (left === undefined || running > 0) return
    void close().then(left, left)
  }
  const begin = (): Access => {
    inner ??= open()
    running++
    return inner
  }
  const end = (): void => {
    running--
    rest()
  }
  const during = async <T>(call: (access: Access) => Promise<T>): Promise<T> => {
    const access = begin()
    try {
      return await call(access)
    } finally {
      end()
    }
  }
  async function* pages<T>(list: (access: Access) => AsyncGenerator<T>): AsyncGenerator<T> {
    const access = begin()
    try {
      yield* list(access)
    } finally {
      end()
    }
  }
  return {
    access: {
      check: (signal) => during((access) => access.check(signal)),
      read: (stream, from, options) => pages((access) => access.read(stream, from, options)),
      abandon: (stream, mark, signal) => during((access) => access.abandon(stream, mark, signal)),
      keys: (stream, signal) => pages((access) => access.keys(stream, signal)),
      subscribe: (wanted, signal) => during((access) => access.subscribe(wanted, signal)),
      subscriptions: (wanted, signal) => during((access) => access.subscriptions(wanted, signal)),
      unsubscribe: (wanted, signal) => during((access) => access.unsubscribe(wanted, signal)),
      readKey: (stream, key, signal) => during((access) => access.readKey(stream, key, signal)),
      current: (action, input, signal) => during((access) => access.current(action, input, signal)),
      setState: (action, input, effectKey, signal) => during((access) => access.setState(action, input, effectKey, signal)),
      run: (action, operation, body, context) => during((access) => access.run(action, operation, body, context)),
      close,
    },
    retire(then) {
      left = then
      rest()
    },
    close,
  }
}
