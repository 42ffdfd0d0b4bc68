import { describeOf, formatWords } from './check-expression.ts'
import { fieldOf, itemsOf, requiredOf, type Spot } from './check-schema.ts'
import { type At, type Env, report } from './check-scope.ts'
import { codesOf, itemType, type Kind, shortList, type Type, typeAt } from './check-types.ts'

interface Problem {
  readonly code: string
  readonly message: string
  readonly suggestion: string | undefined
  /** samples do not prove it */
  readonly soft?: boolean
}

/** Checks a value against what the target says of its place. Nothing is said where one of them is not known. */
export function assign(env: Env, value: Type, target: Spot | undefined, place: At): void {
  if (target === undefined || value.kinds.length === 0) return
  const wanted = typeAt(target, 'always')
  if (wanted.kinds.length === 0) return
  for (const kind of value.kinds) {
    const problem = misfit(kind, value, wanted, 0)
    if (problem === undefined) continue
    const soft = problem.soft === true && (value.inferred === true || wanted.inferred === true)
    report(env, soft)(problem.code, place, env.rule, problem.message, problem.suggestion)
    return
  }
}

const maxDepth = 4

function misfit(kind: Kind, value: Type, wanted: Type, depth: number): Problem | undefined {
  const takes = (one: Kind): boolean => wanted.kinds.includes(one)
  switch (kind) {
    case 'text':
      if (takes('text')) return textMisfit(value, wanted)
      if (takes('decimal') && value.values?.every(isDecimalText)) return scaleMisfit(value.values, wanted)
      return wrongKind(kind, value, wanted)
    case 'decimal':
      if (takes('decimal')) return tooWide(value, wanted)
      if (!takes('text')) return wrongKind(kind, value, wanted)
      return wanted.format === undefined && wanted.values === undefined ? undefined : textMisfit(value, wanted)
    case 'integer':
      return takes('integer') || takes('number') ? codeMisfit(value, wanted) : wrongKind(kind, value, wanted)
    case 'number':
      if (takes('number')) return tooWide(value, wanted)
      return takes('integer') && value.scale === 0 ? undefined : wrongKind(kind, value, wanted)
    case 'boolean':
      return takes('boolean') ? codeMisfit(value, wanted) : wrongKind(kind, value, wanted)
    case 'list':
      return takes('list') ? itemMisfit(value, wanted, depth) : wrongKind(kind, value, wanted)
    default:
      return takes('object') ? objectMisfit(value, wanted) : wrongKind(kind, value, wanted)
  }
}

const isDecimalText = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text)

function wrongKind(kind: Kind, value: Type, wanted: Type): Problem {
  return {
    code: 'E_TYPE',
    message: `the target is ${describeOf(wanted)}, ${value.kinds.length > 1 ? 'the value may be' : 'the value is'} ${describeOf({ ...value, kinds: [kind] })}`,
    suggestion: convertAdvice(kind, wanted),
  }
}

function convertAdvice(kind: Kind, wanted: Type): string | undefined {
  const [to] = wanted.kinds
  const from = kind
  if (to === 'object')
    return from === 'list'
      ? 'pick an item: list[0]'
      : wanted.spot !== undefined && codesOf(wanted.spot, 'type') !== undefined
        ? 'add "link": the document type it names'
        : 'use "fields" to fill the object'
  if (from === 'object') return 'name a field inside it'
  if (to === 'list') return from === 'text' ? 'add "convert": "list", or use {"list": […]}' : 'use {"list": […]}'
  if (from === 'list') return 'pick an item: list[0], or join its items'
  if (to === 'text') return wanted.format === undefined ? 'add "convert": "text"' : timeAdvice(wanted.format, undefined)
  if (to === 'decimal') return from === 'boolean' ? undefined : 'add "convert": "decimal"'
  if (to === 'boolean') return 'add "convert": "boolean"'
  return from === 'boolean' ? 'write {"expr": "x ? 1 : 0", "convert": "number"}' : 'add "convert": "number"'
}

const timeFormats: ReadonlySet<string> = new Set(['date', 'date-time', 'utc'])

function textMisfit(value: Type, wanted: Type): Problem | undefined {
  const known = wanted.kinds.every((kind) => kind === 'text')
  if (wanted.values !== undefined && known) return codeMisfit(value, wanted)
  const { format } = wanted
  if (format === undefined || !timeFormats.has(format) || !known) return undefined
  const has = value.kinds.includes('text') ? value.format : undefined
  if (has === format || (format === 'date-time' && has === 'utc')) return undefined
  const is = has === undefined ? (value.values === undefined ? 'any text' : `'${value.values[0]}'`) : (formatWords[has] ?? has)
  return {
    code: 'E_FORMAT',
    message: `the target is ${formatWords[format] ?? format}, the value is ${is}`,
    suggestion: timeAdvice(format, has),
  }
}

function timeAdvice(format: string, has: string | undefined): string {
  if (format === 'date') return has === 'utc' ? 'add "convert": "date" and "zone"' : 'add "convert": "date"'
  return has === 'date' ? 'add "convert": "utc" and "zone"' : 'add "convert": "utc", and "zone" where the text has no offset'
}

/** Codes that the target does not list. */
function codeMisfit(value: Type, wanted: Type): Problem | undefined {
  const allowed = wanted.values
  if (allowed === undefined || (value.values === undefined && !value.kinds.includes('text'))) return undefined
  const all = `allowed: ${shortList(allowed, 12)}`
  if (value.values === undefined)
    return {
      code: 'E_ENUM',
      message: `the target allows only ${shortList(allowed)}, ${value.path === undefined ? 'the value' : `'${value.path}'`} may be any text`,
      suggestion: 'add a "lookup" with "else"',
      soft: true,
    }
  const bad = value.values.filter((one) => !allowed.includes(one))
  if (bad.length === 0) return undefined
  return {
    code: 'E_ENUM',
    message: `the target does not allow ${bad
      .slice(0, 8)
      .map((one) => `'${one}'`)
      .join(', ')}`,
    suggestion: all,
    soft: true,
  }
}

function scaleMisfit(values: readonly string[], wanted: Type): Problem | undefined {
  const scale = Math.max(...values.map((text) => text.split('.')[1]?.length ?? 0))
  return tooWide({ kinds: ['decimal'], presence: 'always', scale }, wanted)
}

function tooWide(value: Type, wanted: Type): Problem | undefined {
  if (value.scale === undefined || wanted.scale === undefined || value.scale <= wanted.scale) return undefined
  return {
    code: 'E_SCALE',
    message: `the value has up to ${value.scale} decimals, the target keeps ${wanted.scale}`,
    suggestion: `use round(…, ${wanted.scale}), or refuse what does not fit with "convert": "decimal:${wanted.scale}"`,
  }
}

function itemMisfit(value: Type, wanted: Type, depth: number): Problem | undefined {
  const items = wanted.spot === undefined ? undefined : itemsOf(wanted.spot).spot
  if (items === undefined || depth > maxDepth) return undefined
  const inner = itemType(value, value.path === undefined ? undefined : `${value.path}[]`)
  const target = typeAt(items, 'always')
  if (target.kinds.length === 0) return undefined
  for (const kind of inner.kinds) {
    const problem = misfit(kind, inner, target, depth + 1)
    if (problem !== undefined) return { ...problem, message: `items: ${problem.message}`, suggestion: 'use "each" with "item" or "fields"' }
  }
  return undefined
}

/** An object that is copied, or made by `link`, lacks what the target requires. */
function objectMisfit(value: Type, wanted: Type): Problem | undefined {
  const { spot } = wanted
  if (spot === undefined) return undefined
  if (value.fields !== undefined) {
    for (const [name, codes] of Object.entries(value.fields)) {
      const allowed = codesOf(spot, name)
      const bad = allowed === undefined ? undefined : codes.find((code) => !allowed.includes(code))
      if (bad !== undefined && allowed !== undefined)
        return {
          code: 'E_ENUM',
          message: `the target does not allow '${bad}' as '${name}'`,
          suggestion: `allowed: ${shortList(allowed, 12)}`,
          soft: true,
        }
    }
    return undefined
  }
  const source = value.spot
  if (source === undefined || source.branches === spot.branches) return undefined
  for (const name of requiredOf(spot)) {
    const found = fieldOf(source, name)
    if (found.kind === 'absent')
      return {
        code: 'E_UNMAPPED',
        message: `the target requires '${name}', '${value.path ?? ''}' has no such field`,
        suggestion: 'use "from" with "fields" instead of copying the object',
        soft: true,
      }
  }
  return undefined
}
