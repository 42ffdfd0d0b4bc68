import { linkWith } from './page.ts'
import type { Http } from './types.ts'

/** What a partner says, beside an answer, of how long it will be given. */
export interface Announcement {
  /** sunset: it ends (RFC 8594); deprecation: it should not be used any more (RFC 9745, or the partner's own header); version: another version than the one asked for has answered */
  readonly kind: 'sunset' | 'deprecation' | 'version'
  /** epoch ms: from then on; null where no date is told */
  readonly at: number | null
  readonly link: string | null
  readonly words: string | null
}

const longestText = 300

/** `asked`: the version of the API that was asked for, where the connector names one. Of almost every answer an empty list. */
export function readAnnouncements(
  headers: Readonly<Record<string, string>>,
  { deprecated, version }: NonNullable<Http['announces']> = {},
  asked?: string,
): readonly Announcement[] {
  const found: Announcement[] = []
  const { sunset, deprecation } = headers
  if (sunset !== undefined) found.push({ kind: 'sunset', at: dateOf(sunset), link: linkWith(headers, 'sunset'), words: null })
  // before the RFC the header said `true`, or a date of HTTP; `@…` is a date of RFC 9651
  if (deprecation !== undefined && deprecation !== 'false')
    found.push({ kind: 'deprecation', at: dateOf(deprecation), link: linkWith(headers, 'deprecation'), words: null })
  const reason = deprecated === undefined ? undefined : headers[deprecated.toLowerCase()]
  if (reason !== undefined && reason !== '') {
    const words = oneLine(reason)
    const isLink = URL.canParse(words) && /^https?:/.test(words)
    found.push({ kind: 'deprecation', at: null, link: isLink ? words : null, words: isLink ? null : words })
  }
  const served = version === undefined ? undefined : headers[version.header.toLowerCase()]
  if (served !== undefined && asked !== undefined && served !== asked)
    found.push({ kind: 'version', at: null, link: null, words: `${oneLine(served)} answers instead of ${asked}` })
  return found
}

function dateOf(text: string): number | null {
  const seconds = /^@(-?\d{1,12})$/.exec(text.trim())?.[1]
  const ms = seconds === undefined ? Date.parse(text) : Number(seconds) * 1000
  return Number.isNaN(ms) || Math.abs(ms) > latest ? null : ms
}
/** Of what a Date can hold. */
const latest = 8_640_000_000_000_000

const oneLine = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, longestText)
