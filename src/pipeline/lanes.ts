/** Ingest lanes of what comes in as it happens; a record's lane is decided by its key. */
export const liveLanes = 64
/** Ingest lanes of what is read again from the past, numbered after the live ones: a long backfill waits behind itself, never before live work. */
export const backgroundLanes = 16

export const backgroundNumbers: readonly number[] = Array.from({ length: backgroundLanes }, (_, index) => liveLanes + index)
/** As the lane table has them. */
export const backgroundNames: readonly string[] = backgroundNumbers.map(String)
