import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** What stands in for a value: a text of the same kind, so that the record maps as before. */
type Kind = 'email' | 'phone' | 'postcode' | 'ip' | 'person' | 'company' | 'place' | 'secret' | 'text' | 'keep'

/** Fields by their names, in the words of partners and in Chinese. The first that fits decides. */
const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/e-?mail|邮箱|邮件/i, 'email'],
  [/phone|mobile|(^|_)(tel|fax)($|_)|telephone|faxno|电话|手机|传真/i, 'phone'],
  [/post_?(al_?)?code|^zip|(^|_)zip($|_)|邮编|邮政编码/i, 'postcode'],
  [/(^|_)ip($|_)|ip_?address|^ip[A-Z]/, 'ip'],
  [/user_?agent|token|password|secret|signature|order_?key|cart_?hash/i, 'secret'],
  [
    /(first|last|full|middle|given|family|display|contact|receiver|recipient|consignee|buyer|customer|user|login|nick|legal)_?-?name|^surname|^username|姓名|收件人|收货人|联系人|昵称/i,
    'person',
  ],
  [/company|公司/i, 'company'],
  [/^(address|street|addr)(_?-?\d|_?line_?\d?)?$|address_?\d|street|^line_?\d$|地址|街道/i, 'place'],
  [/^(city|town|suburb|village|district|county)$|(^|_)city$|城市|区县/i, 'place'],
  [/note|comment|remark|message|memo|备注|留言/i, 'text'],
]
/** Codes that choose how a record is mapped, and point at nobody. */
const code = /^[A-Z]{2,3}(-[A-Z0-9]{1,3})?$/
const email = /[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"',;]+/g
const plainEmail = /^[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"',;]+$/
/** Shorter values are not looked for inside other texts: they would tear words apart. */
const leastInside = 3

/**
 * A record without what tells who is behind it: fields that a schema calls sensitive, and names, e-mail addresses, phone numbers and addresses by the names of their fields. The same value is
 * replaced by the same one everywhere, also inside other texts; numbers, dates, ids and codes stay. @param isSensitive of a path as lineage writes it: `line_items[].name`
 */
export function redactRecord(record: Json, isSensitive: (path: string) => boolean): Json {
  const made = openReplacements()
  const redacted = walk(record, '', '', undefined, (value, path, name, around) => {
    const kind = kindOf(value, name, around, isSensitive(path))
    return kind === 'keep' ? value : made.of(value, kind)
  })
  return walk(redacted, '', '', undefined, (value) => made.inside(value))
}

type Change = (value: string, path: string, name: string, around: JsonObject | undefined) => string

function walk(value: Json, path: string, name: string, around: JsonObject | undefined, change: Change): Json {
  if (typeof value === 'string') return change(value, path, name, around)
  if (Array.isArray(value)) return value.map((item) => walk(item, `${path}[]`, name, around, change))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, walk(field ?? null, path === '' ? key : `${path}.${key}`, key, value, change)]),
  )
}

function kindOf(value: string, name: string, around: JsonObject | undefined, sensitive: boolean): Kind {
  if (value === '' || code.test(value)) return 'keep'
  if (plainEmail.test(value)) return 'email'
  const named = kinds.find(([pattern]) => pattern.test(name))?.[1]
  const isNumber = /^-?\d+(\.\d+)?$/.test(value)
  const isTime = /^\d{4}-\d{2}-\d{2}([T ]|$)/.test(value)
  if (named !== undefined) return isTime || (isNumber && named !== 'phone' && named !== 'postcode') ? 'keep' : named
  if (sensitive) return isTime || isNumber ? 'keep' : 'text'
  // the name of a person or a company stands beside their address; that of an article does not
  if (/^(name|title)$/i.test(name) && around !== undefined && isParty(around)) return 'person'
  return 'keep'
}

const isParty = (object: JsonObject): boolean =>
  Object.keys(object).some((name) => /e-?mail|phone|mobile|^street|^address|postcode|^zip|city|电话|地址/i.test(name))

interface Replacements {
  /** the same for the same value, whatever it is called */
  of(value: string, kind: Exclude<Kind, 'keep'>): string
  /** a text in which every value that was replaced elsewhere, and every e-mail address, is replaced */
  inside(text: string): string
}

function openReplacements(): Replacements {
  const made = new Map<string, string>()
  const stand = new Set<string>()
  const of: Replacements['of'] = (value, kind) => {
    const known = made.get(value)
    if (known !== undefined) return known
    const one = replacement(value, kind, made.size + 1)
    made.set(value, one)
    stand.add(one)
    return one
  }
  return {
    of,
    inside(text) {
      if (stand.has(text)) return text
      let clean = text.replace(email, (found) => (stand.has(found) ? found : of(found, 'email')))
      for (const [value, one] of [...made].sort(([a], [b]) => b.length - a.length))
        if (value.length >= leastInside && clean.includes(value)) clean = replaceWords(clean, value, one)
      return clean
    },
  }
}

/** Replaces where no letter or digit stands next to it. */
function replaceWords(text: string, value: string, by: string): string {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu'), () => by)
}

function replacement(value: string, kind: Exclude<Kind, 'keep'>, number: number): string {
  switch (kind) {
    case 'email':
      return `person${number}@example.com`
    case 'phone':
    case 'postcode':
      return sameShape(value, number)
    case 'ip':
      return `192.0.2.${number % 256}`
    case 'person':
      return `Name ${number}`
    case 'company':
      return `Company ${number}`
    case 'place':
      return `Place ${number}`
    case 'secret':
      return `redacted-${number}`
    case 'text':
      return `Text ${number}`
  }
}

/** `+1 (415) 555-2671` as `+5 (555) 555-5557`: digits for digits, so that what reads their form still does. */
function sameShape(value: string, number: number): string {
  const digits = value.match(/\d/g)?.length ?? 0
  const instead = String(number).padStart(digits, '5').slice(-digits)
  let place = 0
  return value.replace(/\d/g, () => instead[place++] ?? '5').replace(/\p{L}/gu, 'A')
}
