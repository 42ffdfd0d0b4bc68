import type { Database } from '../store/database.ts'

/** Thrown by everything that a process does after its death. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/** A process as its database sees it: it dies right after a commit, and nothing it does after that comes through. */
export interface Mortal {
  readonly database: Database
  /** commits so far */
  readonly commits: number
  readonly dead: boolean
  /** dies now */
  kill(): void
}

/** `afterCommit`: the commit after which the process is gone; Infinity: it lives. */
export function mortal(database: Database, afterCommit = Number.POSITIVE_INFINITY): Mortal {
  let commits = 0
  let dead = false
  const alive = () => {
    if (dead) throw new Killed(`the process was killed after ${commits} commits`)
  }
  return {
    get commits() {
      return commits
    },
    get dead() {
      return dead
    },
    kill() {
      dead = true
    },
    database: {
      dialect: database.dialect,
      get read() {
        alive()
        return database.read
      },
      moment: (work) => {
        alive()
        return database.moment(work)
      },
      now: () => database.now(),
      alone: (work) => database.alone(work),
      close: async () => {},
      async write(work) {
        alive()
        const result = await database.write(async (tx) => {
          const done = await work(tx)
          alive()
          return done
        })
        if (++commits >= afterCommit) dead = true
        alive()
        return result
      },
    },
  }
}
