/** Minutes of the day. The play begins with the purchases and ends half an hour after the last regular things. */
export const startOfDay = 8 * 60 + 30
export const endOfDay = 17 * 60 + 30

export type DayClock = {
  /** The minute of the day now; stays at the end of the day once it is reached. */
  minute(): number
}

/** A clock on which the working day lasts `pace` seconds, beginning now. */
export const createDayClock = (pace: number, now: () => number = () => performance.now()): DayClock => {
  const startedAt = now()
  return {
    minute() {
      const share = pace <= 0 ? 1 : Math.min(1, (now() - startedAt) / (pace * 1000))
      return startOfDay + share * (endOfDay - startOfDay)
    },
  }
}

/** `13:05`. */
export const hourText = (minute: number): string => {
  const whole = Math.floor(minute)
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`
}
