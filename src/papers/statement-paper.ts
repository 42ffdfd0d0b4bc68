import type { MessageKey, Say } from '../model/messages.ts'

/** A statement of an account as it is put on paper. Amounts are decimal texts, positive where the party is owed (of kind `payout`: where it owes). */
export interface StatementPaper {
  readonly number: string
  /** version of the content */
  readonly revision: number
  readonly kind: string
  readonly status: string
  readonly hash: string
  readonly owner: PaperParty
  readonly party: PaperParty
  readonly currency: string
  /** first and last day, `YYYY-MM-DD` */
  readonly from: string
  readonly until: string
  readonly opening: string
  readonly closing: string
  /** sums by kind of entry */
  readonly totals: Readonly<Record<string, string>>
  readonly lineCount: number
  /** when this version was made, epoch ms, and the IANA zone in which that is told */
  readonly madeAt: number
  readonly zone: string
}

/** `key` is '' for the operator where no party of its own is named. */
export interface PaperParty {
  readonly key: string
  readonly name: string
}

export interface PaperLine {
  readonly line: number
  readonly kind: string
  /** kind of the account */
  readonly account: string
  readonly amount: string
  /** `YYYY-MM-DD` */
  readonly businessDate: string
  readonly document: { readonly type: string; readonly key: string; readonly line: string | null } | null
}

const words = {
  status: ['generated', 'published', 'disputed', 'confirmed', 'approved', 'part-paid', 'paid'],
  kind: [
    ...[
      'goods',
      'return',
      'tax',
      'price-variance',
      'quantity-variance',
      'charges',
      'prepayment',
      'payment',
      'refund',
      'fee',
      'opening',
      'adjust',
      'adjustment',
    ],
    ...['top-up', 'withdraw', 'freeze', 'release', 'capture'],
    ...['sale', 'subsidy', 'chargeback', 'payout', 'shipping', 'clearing'],
  ],
  account: ['available', 'frozen', 'prepayment'],
  document: ['goods-receipt', 'payment', 'sales-order', 'purchase-order', 'shipment', 'refund', 'return', 'invoice', 'payout'],
} as const

/** A word of the ledger in the reader's language; one that has no translation stays. */
const wordOf = (say: Say, group: keyof typeof words, word: string): string =>
  (words[group] as readonly string[]).includes(word) ? say(`paper.${group}.${word}` as Plain) : word
/** Messages of this file that need no parameter. */
type Plain = Extract<MessageKey, `paper.${'status' | 'kind' | 'account' | 'document'}.${string}`>

export const statusWord = (say: Say, status: string): string => wordOf(say, 'status', status)

/** What an entry is: `Goods`; what takes one back says so. */
export function kindWord(say: Say, kind: string): string {
  const back = /^(.+)-reversed$/.exec(kind)?.[1]
  return back === undefined ? wordOf(say, 'kind', kind) : say('paper.reversed', { kind: wordOf(say, 'kind', back) })
}

/** The same with the account where a party has several. */
export function describeLine(say: Say, { kind, account }: Pick<PaperLine, 'kind' | 'account'>): string {
  const isNamed = (words.account as readonly string[]).includes(account) && account !== kind
  return isNamed ? `${kindWord(say, kind)} · ${wordOf(say, 'account', account)}` : kindWord(say, kind)
}

export const typeWord = (say: Say, type: string): string => wordOf(say, 'document', type)

/** `1234567.50` as `1,234,567.50`: every digit stays. */
export const grouped = (amount: string): string =>
  amount.replace(/^(-?)(\d+)/, (_, sign: string, whole: string) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ','))

/** `2026-11-30 09:15 Asia/Shanghai`. */
export function timeIn(zone: string, ms: number): string {
  const { year, month, day, hour, minute } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} ${zone}`
}

export const partyText = (say: Say, { key, name }: PaperParty): string =>
  key === '' ? say('paper.operator') : name === key ? key : `${name} (${key})`

/** Which way the amounts point. */
export const signText = (say: Say, { kind, party, currency }: StatementPaper): string =>
  say(kind === 'payout' ? 'paper.sign.owes' : 'paper.sign.owed', { party: party.name, currency })
