/**
 * What one process counts while it works. Names of connections are those of the workspace, all other words the program's own; how many series there may be is the implementation's to bound.
 */
export interface Meter {
  /** a webhook request was answered */
  webhook(connection: string, status: number): void
  /** receipts that were written in one transaction; `rows` of a COMMIT that failed count as `failed` */
  committed(rows: number, seconds: number, end: 'committed' | 'failed'): void
  /** records of a page that said nothing new, and so left no row */
  repeated(connection: string, stream: string, records: number): void
  /** envelopes that were applied in one transaction */
  applied(rows: number, seconds: number): void
  /** one try of a delivery */
  tried(connection: string, outcome: string, seconds: number): void
  /** one run by the clock: `pull`, `full`, `ids` … */
  ran(kind: string, connection: string, stream: string, end: 'done' | 'failed', seconds: number): void
}

export const muteMeter: Meter = {
  webhook: () => {},
  committed: () => {},
  repeated: () => {},
  applied: () => {},
  tried: () => {},
  ran: () => {},
}
