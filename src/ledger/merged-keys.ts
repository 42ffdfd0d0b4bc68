import type { External } from '../store/link.ts'

/** Types whose documents may turn out to be one thing: a person merges and splits them. Transactions are what somebody stated, and stay two. */
export const mergeableTypes: ReadonlySet<string> = new Set(['product', 'party', 'location'])

/** Where it stands that a key of ours was merged: a link of no connection, from the old key to the one that lives. So it is unique, read and locked as links are. */
export const mergedKey = (type: string, key: string): External => ({ type, connection: '', externalKey: key })

export const isMergedKey = ({ connection }: Pick<External, 'connection'>): boolean => connection === ''
