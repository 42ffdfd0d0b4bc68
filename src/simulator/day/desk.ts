/**
 * A place where somebody works through the day. `work` does what can be done at this minute of the day, at most a handful of things, and says
 * how many it did; it never waits. `waiting` names what is still to do, in words for the report; undefined when the desk is done.
 */
export type Desk = {
  readonly name: string
  /** Things this desk has to do in the whole day. */
  readonly total: number
  work(minute: number): number
  waiting(): string | undefined
}

/** Something to do at a minute of the day, whatever the others do. */
export type Appointment = { readonly at: number; readonly run: () => void }

/** Things done at most in one turn, so that the systems can answer between two turns. */
export const handful = 40

/** A desk that follows the clock. Appointments of one minute are kept in the order given. */
export const createSchedule = (name: string, appointments: readonly Appointment[]): Desk => {
  const queue = [...appointments].sort((a, b) => a.at - b.at)
  let next = 0
  return {
    name,
    total: queue.length,
    work(minute) {
      let done = 0
      for (let due = queue[next]; due && due.at <= minute && done < handful; due = queue[next]) {
        next += 1
        due.run()
        done += 1
      }
      return done
    },
    waiting: () => (next < queue.length ? `${queue.length - next} appointments of ${queue.length}` : undefined),
  }
}

/** Something that is done as soon as `ready` says so, looked at again and again. */
export type Duty = { readonly what: string; readonly ready: (minute: number) => boolean; readonly run: () => void }

const shown = 5

/** A desk that looks at its own system until each duty can be done. */
export const createWatch = (name: string, duties: readonly Duty[]): Desk => {
  const open = new Set(duties)
  return {
    name,
    total: duties.length,
    work(minute) {
      let done = 0
      for (const duty of open) {
        if (done >= handful) break
        if (!duty.ready(minute)) continue
        open.delete(duty)
        duty.run()
        done += 1
      }
      return done
    },
    waiting() {
      if (open.size === 0) return undefined
      const some = [...open].slice(0, shown).map(({ what }) => what)
      return `${open.size} of ${duties.length}: ${some.join('; ')}${open.size > shown ? '; ...' : ''}`
    },
  }
}
