import { redactRecord } from '../mapping/redact-record.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** What was replaced at one place of a recording: paths without the numbers of rows. */
export interface Redacted {
  readonly path: string
  readonly times: number
}

/**
 * A recording without what must not leave the house. By value: every secret of the connection, wherever it stands, becomes its stand-in. By shape: tokens, and phone numbers. By the names of fields, and e-mail addresses
 * anywhere: as `crossdock map case` has it. The same value becomes the same one everywhere, requests among them, so that the recording still plays.
 */
export function redactRecording(
  recording: JsonObject,
  standIns: ReadonlyMap<string, string>,
): { readonly recording: JsonObject; readonly redacted: readonly Redacted[] } {
  const secrets = [...standIns].filter(([secret]) => secret.length >= leastSecret).sort(([a], [b]) => b.length - a.length)
  const shapes = new Map<string, string>()
  const byValue = (text: string): string =>
    secrets.reduce((clean, [secret, standIn]) => formsOf(secret).reduce((one, form) => one.replaceAll(form, standIn), clean), text)
  const byShape = (text: string): string => {
    const kind = token.test(text) && !uuid.test(text) ? 'token' : isPhone(text) ? 'phone' : undefined
    if (kind === undefined || [...standIns.values()].includes(text)) return text
    const known = shapes.get(text)
    if (known !== undefined) return known
    const made = kind === 'token' ? `redacted-token-${shapes.size + 1}` : phoneLike(text, shapes.size + 1)
    shapes.set(text, made)
    return made
  }
  const clean = redactRecord(
    eachText(recording, (text) => byShape(byValue(text))),
    () => false,
  )
  const found = new Map<string, number>()
  compare(recording, clean, '', (path) => found.set(path, (found.get(path) ?? 0) + 1))
  return { recording: isObject(clean) ? clean : {}, redacted: [...found].map(([path, times]) => ({ path, times })) }
}

const leastSecret = 4
/** Known beginnings of keys, JSON Web Tokens, and long texts of letters of both cases and digits. */
const token =
  /^(sk|pk|rk|whsec|shpat|shpss|ghp|gho|xox[abp]|eyJ)[_A-Za-z0-9.-]{12,}$|^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[A-Za-z0-9_+/=.-]{28,}$/
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const phone = /^(\+|00)?\(?\d[\d ()./-]{6,}\d$/

function isPhone(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').length
  const isTime = /^\d{4}-\d{2}(-\d{2})?/.test(text)
  return (
    phone.test(text) &&
    !isTime &&
    digits >= 8 &&
    digits <= 15 &&
    (/^(\+|00)/.test(text) || /[ ()/]/.test(text) || /^1[3-9]\d{9}$/.test(text))
  )
}
const phoneLike = (text: string, number: number): string => {
  const instead = String(number).padStart(text.replaceAll(/\D/g, '').length, '5')
  let place = 0
  return text.replaceAll(/\d/g, () => instead[place++] ?? '5')
}

const formsOf = (secret: string): readonly string[] => [
  ...new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), JSON.stringify(secret).slice(1, -1)]),
]

function eachText(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item: Json) => eachText(item, change))
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, eachText(field ?? null, change)])) : value
}

function compare(before: Json | undefined, after: Json | undefined, path: string, differs: (path: string) => void): void {
  if (Array.isArray(before) && Array.isArray(after)) before.forEach((item: Json, place) => void compare(item, after[place], path, differs))
  else if (isObject(before) && isObject(after))
    for (const [name, field] of Object.entries(before)) compare(field, after[name], path === '' ? name : `${path}.${name}`, differs)
  else if (before !== after) differs(path)
}
