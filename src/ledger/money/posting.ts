/** Money that goes from one account to another of the same book, owner and currency. */
export interface Posting {
  /** whoever posts gives it once: what comes again under it changes nothing. At most 191 characters */
  readonly key: string
  readonly book: string
  readonly owner: string
  readonly currency: string
  readonly debit: End
  readonly credit: End
  /** positive, at most 4 decimals and no more than the currency has */
  readonly amount: string
  /** word of what it is, that statements show: `top-up`, `freeze`, `goods`, `fee` … */
  readonly kind: string
  /** `YYYY-MM-DD` in the book's zone */
  readonly businessDate: string
  /** the document it is about, and a line of it */
  readonly ref?: { readonly type: string; readonly key: string; readonly line?: string }
  /** id of the transfer it takes back */
  readonly reverses?: string
  readonly why?: string
}

export interface End {
  /** '' for an account that its book has once */
  readonly party: string
  readonly kind: string
}

/** Postings that happen together or not at all. */
export interface PostingGroup {
  readonly postings: readonly Posting[]
  readonly actor: string
  /** facts: they are posted whatever is left on the accounts, and whether these are frozen or not */
  readonly forced?: boolean
}
