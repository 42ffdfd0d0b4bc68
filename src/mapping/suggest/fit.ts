import type { Form } from './forms.ts'
import { meaningsKnown } from './meanings.ts'
import type { SourceLeaf } from './source.ts'
import type { TargetLeaf } from './target.ts'

/**
 * How well the values of a source field suit what a target field holds, 0 to 1; 0 excludes the pair. What the values prove (`currency`) counts more than what
 * they merely allow (`text`). A field without any value fits everything a little: its name has to carry it.
 */
export function fitOf(target: TargetLeaf, source: SourceLeaf): { readonly fit: number; readonly proof?: string } {
  const { form } = source
  if (!form.scalar) return { fit: 0 }
  if (form.empty) return { fit: source.parts.length > 0 ? 0 : 0.6 }
  switch (target.kind) {
    case 'amount':
    case 'price':
    case 'quantity':
    case 'percent':
    case 'decimal':
      return form.decimal && form.time !== 'millis' ? { fit: 1, proof: form.integer ? 'integer' : 'decimal' } : { fit: 0 }
    case 'integer':
      return form.integer ? { fit: 1, proof: 'integer' } : { fit: 0 }
    case 'time':
    case 'date':
      return timeFit(target.kind, source)
    case 'currency':
      return form.currency ? { fit: 1, proof: 'currency' } : { fit: 0 }
    case 'country':
      return form.country ? { fit: 1, proof: 'country' } : { fit: 0 }
    case 'unit':
      return form.unit ? { fit: 1, proof: 'unit' } : !form.decimal && !form.boolean && form.time === undefined ? { fit: 0.8 } : { fit: 0 }
    case 'gtin':
      return form.gtin ? { fit: 1, proof: 'gtin' } : { fit: 0 }
    case 'digits':
      return form.integer && !form.number ? { fit: 0.7 } : { fit: 0 }
    case 'boolean':
      return form.boolean ? { fit: 1, proof: 'boolean' } : { fit: 0 }
    case 'email':
      return form.email ? { fit: 1, proof: 'email' } : { fit: 0.3 }
    case 'phone':
      return form.email || form.url || (form.time !== undefined && form.time !== 'seconds' && form.time !== 'millis')
        ? { fit: 0 }
        : { fit: form.phone ? 1 : 0.85 }
    case 'enum':
      return enumFit(target, source)
    case 'zone':
      return source.values.every((value) => typeof value === 'string' && /^[A-Z][A-Za-z]+\/[A-Z]/.test(value)) ? { fit: 1 } : { fit: 0 }
    case 'link':
    case 'line-link':
    case 'key':
      return form.boolean || form.email || form.url || isTime(form) || (form.decimal && !form.integer) ? { fit: 0 } : { fit: 1 }
    case 'text':
      return textFit(target, form)
  }
}

const isTime = (form: Form): boolean => form.time !== undefined && !form.integer

/** A time is best read in UTC, a business date as the partner's own clock showed it. */
function timeFit(kind: 'time' | 'date', { form: { time }, own }: SourceLeaf): { readonly fit: number; readonly proof?: string } {
  if (time === undefined || time === 'foreign') return { fit: 0 }
  const isUtc = own.includes('utc')
  if (kind === 'time') return { fit: time === 'date' || time === 'ymd' ? 0.5 : time === 'wall' && !isUtc ? 0.93 : 1, proof: time }
  return { fit: time === 'seconds' || time === 'millis' ? 0.6 : isUtc ? 0.93 : 1, proof: time }
}

function enumFit(target: TargetLeaf, source: SourceLeaf): { readonly fit: number } {
  if (source.form.decimal || isTime(source.form) || source.form.url) return { fit: 0 }
  if (source.form.boolean) return { fit: target.path === 'taxBasis' ? 1 : 0 }
  const known = meaningsKnown(source.values, target.codes)
  return { fit: known === 0 ? 0.6 : 0.85 + 0.15 * (known / source.values.length) }
}

function textFit(target: TargetLeaf, form: Form): { readonly fit: number } {
  const last = target.steps.at(-1)?.name ?? ''
  if (form.boolean || (form.url && !/url/i.test(last))) return { fit: 0 }
  if (isTime(form)) return { fit: 0 }
  if (form.decimal && !form.integer) return { fit: 0 }
  const isWords = [
    'name',
    'company',
    'city',
    'note',
    'line1',
    'line2',
    'line3',
    'brand',
    'category',
    'reason',
    'district',
    'region',
    'legalName',
  ].includes(last)
  if (isWords && (form.decimal || form.email)) return { fit: 0 }
  return { fit: 1 }
}
