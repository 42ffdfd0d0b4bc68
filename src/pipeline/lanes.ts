/** Ingest lanes of what comes in as it happens; a record's lane is decided by its key. */
export const liveLanes = 64
/** Ingest lanes of what is read again from the past, numbered after the live ones: a long backfill waits behind itself, never before live work. */
export const backgroundLanes = 16

/** Lanes rung for, of each of both: whoever answers takes all that are due with the one it was rung for. */
const mostRings = 4
/** Of lanes that have work, those to ring for. */
export const toRing = (lanes: readonly number[]): readonly number[] => [
  ...lanes.filter((lane) => lane < liveLanes).slice(0, mostRings),
  ...lanes.filter((lane) => lane >= liveLanes).slice(0, mostRings),
]

export const backgroundNumbers: readonly number[] = Array.from({ length: backgroundLanes }, (_, index) => liveLanes + index)
export const liveNumbers: readonly number[] = Array.from({ length: liveLanes }, (_, index) => index)
/** As the lane table has them. */
export const backgroundNames: readonly string[] = backgroundNumbers.map(String)
