import { randomBytes } from 'node:crypto'

/** Who may call, and for how long a login lasts. A session dies after `idleMs` without a call, at logout, or with the server. */
export type Sessions = {
  /** `undefined`: wrong name or password. `'throttled'`: too many wrong ones. */
  login(user: string, password: string): { readonly id: number; readonly token: string } | 'throttled' | undefined
  logout(token: string): void
  /** True for a header that names a live session, or that carries the password itself (Basic). */
  allows(authorization: string | undefined): boolean
  /** The token of a header, whether it is alive or not. */
  tokenOf(authorization: string | undefined): string | undefined
  /** Ends every session. */
  clear(): void
}

const wrongLoginsAllowed = 6
const maxSessions = 1000
const userId = 1

const decoded = (authorization: string | undefined, scheme: string): readonly string[] => {
  if (!authorization?.startsWith(`${scheme} `)) return []
  return Buffer.from(authorization.slice(scheme.length + 1), 'base64')
    .toString('utf8')
    .split(':')
}

export const createSessions = (
  account: { readonly user: string; readonly password: string },
  now: () => number,
  idleMs: number,
): Sessions => {
  const lastUse = new Map<string, number>()
  const wrong = new Map<string, number>()

  const alive = (token: string | undefined): boolean => {
    const last = token === undefined ? undefined : lastUse.get(token)
    if (token === undefined || last === undefined) return false
    if (now() - last > idleMs) {
      lastUse.delete(token)
      return false
    }
    lastUse.set(token, now())
    return true
  }
  const forgetOldest = (): void => {
    const [oldest] = lastUse.keys()
    if (lastUse.size > maxSessions && oldest !== undefined) lastUse.delete(oldest)
  }

  return {
    login(user, password) {
      const failures = wrong.get(user) ?? 0
      if (failures >= wrongLoginsAllowed) return 'throttled'
      if (user !== account.user || password !== account.password) {
        wrong.set(user, failures + 1)
        return undefined
      }
      wrong.delete(user)
      const token = randomBytes(32).toString('hex')
      lastUse.set(token, now())
      forgetOldest()
      return { id: userId, token }
    },
    logout: (token) => {
      lastUse.delete(token)
    },
    allows(authorization) {
      const [user, id, token] = decoded(authorization, 'Session')
      if (user === account.user && id === String(userId)) return alive(token)
      const [name, ...password] = decoded(authorization, 'Basic')
      return name === account.user && password.join(':') === account.password
    },
    tokenOf: (authorization) => decoded(authorization, 'Session')[2],
    clear: () => lastUse.clear(),
  }
}
