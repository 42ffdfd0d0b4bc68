import type { Json } from '../../model/json.ts'
import type { Rule } from '../types.ts'
import { meaningOf } from './meanings.ts'
import type { SourceLeaf } from './source.ts'
import type { TargetLeaf } from './target.ts'
import type { Evidence } from './types.ts'
import { isUnitCode, unitOf } from './units.ts'

/** What the rules of one draft share. */
export interface Draft {
  /** path of the document's currency, from `$` */
  readonly currency: string | undefined
  /** table of codes read -> codes written; gives its name */
  readonly lookup: (name: string, codes: ReadonlyMap<string, string>, open: readonly string[]) => string
}
interface Written {
  readonly rule: Rule
  readonly evidence: readonly Evidence[]
}

/** The rule that reads a source field into a target field: path, converter, table and link as both sides want them. */
export function leafRule(target: TargetLeaf, source: SourceLeaf, draft: Draft): Written {
  const from = source.path
  const { form } = source
  const plain = (more: Rule = {}): Written => ({ rule: { from, ...more }, evidence: [] })
  if (source.parts.length > 0) return { rule: { expr: `join(' ', ${source.parts.join(', ')})` }, evidence: [] }
  switch (target.kind) {
    case 'amount':
      return plain({ convert: draft.currency === undefined ? 'decimal' : `amount:${draft.currency}` })
    case 'price':
    case 'quantity':
    case 'percent':
    case 'decimal':
      return plain({ convert: 'decimal' })
    case 'integer':
      return plain(form.number ? {} : { convert: 'number' })
    case 'time':
    case 'date':
      return plain(timeRule(target.kind, source))
    case 'boolean':
      return plain(source.values.every((value) => typeof value === 'boolean') ? {} : { convert: 'boolean' })
    case 'unit':
      return unitRule(source, draft)
    case 'enum':
      return enumRule(target, source, draft)
    case 'link':
      return plain({ ...nothingIsZero(source), ...asText(source), link: target.link ?? '' })
    case 'line-link':
      return { rule: { fields: { key: { from, ...asText(source) } } }, evidence: [] }
    case 'text':
      return plain(source.values.some(hasEntity) ? { convert: 'html' } : asText(source))
    default:
      return plain(asText(source))
  }
}

/** What is no text becomes one. */
export const asText = ({ values }: SourceLeaf): Rule => (values.some((value) => typeof value !== 'string') ? { convert: 'text' } : {})
const hasEntity = (value: Json): boolean => typeof value === 'string' && /&(#\d+|#x[0-9a-f]+|[a-z]{2,8});/i.test(value)

/** Partners write 0 for a reference to nothing. */
const nothingIsZero = (source: SourceLeaf): Rule => (source.form.number && source.values.includes(0) ? { when: `${source.path} != 0` } : {})

function timeRule(kind: 'time' | 'date', { form, own }: SourceLeaf): Rule {
  const zone = own.includes('utc') ? 'UTC' : '@.zone'
  switch (form.time) {
    case 'seconds':
    case 'millis':
      return kind === 'time' ? { convert: form.time } : { convert: [form.time, 'date'], zone: '@.zone' }
    case 'ymd':
      return kind === 'time' ? { convert: ['ymd', 'utc'], zone: '@.zone' } : { convert: 'ymd' }
    case 'date':
      return kind === 'time' ? { convert: 'utc', zone: '@.zone' } : {}
    case 'wall':
      return kind === 'time' ? { convert: 'utc', zone } : { convert: 'date' }
    default:
      return kind === 'time' ? { convert: 'utc' } : { convert: 'date', zone: '@.zone' }
  }
}

function unitRule(source: SourceLeaf, draft: Draft): Written {
  const from = source.path
  if (source.values.every((value) => typeof value === 'string' && isUnitCode(value))) return { rule: { from }, evidence: [] }
  return tableRule(source, draft, 'unit', (value) => (typeof value === 'string' ? unitOf(value) : undefined), true)
}

function enumRule(target: TargetLeaf, source: SourceLeaf, draft: Draft): Written {
  const { codes, path } = target
  if (source.form.boolean && codes.includes('inclusive'))
    return {
      rule: { expr: `${source.path}${source.values.includes('true') ? " == 'true'" : ''} ? 'inclusive' : 'exclusive'` },
      evidence: [],
    }
  const name = path.split('.').at(-1) ?? path
  return tableRule(source, draft, name, (value) => meaningOf(value, codes), codes.includes('unknown'))
}

function tableRule(
  source: SourceLeaf,
  draft: Draft,
  name: string,
  meaning: (value: Json) => string | undefined,
  knowsUnknown: boolean,
): Written {
  const known = new Map<string, string>()
  const open: string[] = []
  for (const value of source.values) {
    const means = meaning(value)
    if (means === undefined) open.push(String(value))
    else known.set(String(value), means)
  }
  const lookup = draft.lookup(name, known, open)
  return {
    rule: { from: source.path, ...asText(source), lookup, ...(knowsUnknown ? { else: 'unknown' } : {}) },
    evidence: [{ code: 'codes', known: known.size, seen: source.values.length }],
  }
}
