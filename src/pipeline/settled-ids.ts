/** Ids made so lately may belong to transactions that are not there yet. */
export const idsSettleMs = 10_000
