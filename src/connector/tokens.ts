import type { Clock } from '../model/clock.ts'
import { newToken } from '../model/id.ts'

/** Keeps the token of each connection where every process of the hub finds it. Values are the engine's own text. */
export interface Tokens {
  /** what is kept now; undefined: nothing */
  read(connection: string): Promise<string | undefined>
  /** The right to renew it, which one process has at a time, for so long; undefined: another has it. */
  claim(connection: string, leaseMs: number): Promise<TokenTurn | undefined>
}
export interface TokenTurn {
  /** what was kept when the turn began */
  readonly value: string | undefined
  /** Resolves when the new value is committed; before that nobody may use it. @throws HubError `token-overtaken` (retry) when another value was kept meanwhile */
  keep(value: string): Promise<void>
  end(): Promise<void>
}

/** Tokens of one process, gone with it. */
export function memoryTokens(clock: Clock): Tokens {
  const kept = new Map<string, string>()
  const turns = new Map<string, { readonly id: string; readonly until: number }>()
  return {
    read: async (connection) => kept.get(connection),
    claim: async (connection, leaseMs) => {
      if ((turns.get(connection)?.until ?? 0) > clock.now()) return undefined
      const id = newToken()
      turns.set(connection, { id, until: clock.now() + leaseMs })
      return {
        value: kept.get(connection),
        keep: async (value) => {
          kept.set(connection, value)
        },
        end: async () => {
          if (turns.get(connection)?.id === id) turns.delete(connection)
        },
      }
    },
  }
}
