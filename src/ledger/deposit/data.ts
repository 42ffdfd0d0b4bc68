/** What a unit of work has to do with the deposits of merchants. */
export interface DepositsData {
  /** merchants to look at again */
  readonly parties: Set<string>
  /** payments to look at again */
  readonly payments: Set<string>
  /** orders that wait for the money of their merchant */
  readonly awaiting: Set<string>
  /** lanes of what was to be sent of orders that wait no more */
  readonly woken: Set<string>
}

export const newDeposits = (): DepositsData => ({ parties: new Set(), payments: new Set(), awaiting: new Set(), woken: new Set() })
