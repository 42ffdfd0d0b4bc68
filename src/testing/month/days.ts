export const dayMs = 86_400_000

/** Business days of the month, in UTC: all of a day is played on its date (play.ts). */
const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10)

export const yesterday = (): string => dayText(Date.now() - dayMs)
export const today = (): string => dayText(Date.now())
export const tomorrow = (): string => dayText(Date.now() + dayMs)
