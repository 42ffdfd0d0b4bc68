import { reject } from '../../model/errors.ts'
import type { NumberSchemeTable } from '../../store/tables-numbers.ts'
import { type NumberFormat, periodOf, readFormat } from './format.ts'

/** What a scheme says (R301, R302, R307, R317). Times in ms. */
export interface SchemeSettings {
  readonly format: string
  readonly alphabet: string
  readonly maxLength: number
  readonly values: Readonly<Record<string, string>>
  /** numbers are made when fewer than `low` are available, up to `high` of them, `batch` at once */
  readonly low: number
  readonly high: number
  readonly batch: number
  readonly leaseMs: number
  /** how long a number rests before it is used again */
  readonly quarantineMs: number
  /** whether a number counts as shown outside from its allotment on, unless the request says otherwise */
  readonly exposed: boolean
  /** how fast the rate of requests forgets */
  readonly halfLifeMs: number
  /** levels: numbers left, or time until they are gone */
  readonly warnAt: number
  readonly criticalAt: number
  readonly warnMs: number
  readonly criticalMs: number
  /** the hub stops the business at the worst level, and resumes it, without asking */
  readonly autoStop: boolean
  readonly playbook: readonly {
    readonly on: 'ok' | 'warn' | 'critical'
    readonly action: string
    readonly assignee: string
    readonly approval?: boolean
  }[]
}

export const defaultScheme = {
  alphabet: 'digits',
  maxLength: 32,
  values: {},
  low: 200,
  high: 1000,
  batch: 500,
  leaseMs: 3_600_000,
  quarantineMs: 0,
  exposed: true,
  halfLifeMs: 21_600_000,
  warnAt: 100,
  criticalAt: 10,
  warnMs: 86_400_000,
  criticalMs: 7_200_000,
  autoStop: false,
  playbook: [],
} as const satisfies Omit<SchemeSettings, 'format'>

export const settingsOf = (row: Pick<NumberSchemeTable, 'settings'>): SchemeSettings => ({
  ...defaultScheme,
  ...(JSON.parse(row.settings) as Pick<SchemeSettings, 'format'>),
})

/** @throws HubError `number-scheme` (reject) */
export function formatOf(settings: SchemeSettings): NumberFormat {
  if (settings.low > settings.high)
    throw reject('number-scheme', `'low' is ${settings.low} and 'high' ${settings.high}: numbers are made below 'low', up to 'high'`)
  return readFormat(settings.format, settings)
}

/** How many sequence values are left in the period of a time. */
export const capacityLeft = (format: NumberFormat, row: Pick<NumberSchemeTable, 'period' | 'next_seq'>, now: number): number =>
  Math.max(0, periodOf(format, now) === row.period ? format.capacity - row.next_seq + 1 : format.capacity)

export const absentScheme = (name: string) =>
  reject('unknown-number-scheme', `there is no number scheme '${name}': put it first, or look at 'crossdock numbers schemes'`)
