import type { ErrorObject } from 'ajv'

/** One thing wrong with a value: JSON pointer, words for a person, ajv's keyword. The value itself never stands in the message. */
export interface ValueFault {
  readonly path: string
  readonly message: string
  readonly keyword: string
}

/**
 * ajv's errors in words a person can act on: what is allowed here, which field is too much and which one it may have meant. Values never
 * appear, they may be personal; names of fields do. Of a choice (`anyOf`: a path or a rule) only the branch that came further is told.
 */
export function describeFaults(errors: readonly ErrorObject[]): readonly ValueFault[] {
  const told = errors.filter((error) => !isNoise(error, errors))
  return (told.length > 0 ? told : errors).map((error) => ({ path: error.instancePath, message: message(error), keyword: error.keyword }))
}

function isNoise(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const path = error.instancePath
  const further = (other: ErrorObject): boolean =>
    other !== error &&
    (other.instancePath.startsWith(`${path}/`) || (other.instancePath === path && other.keyword !== 'type' && other.keyword !== 'anyOf'))
  // the branch that was taken tells what is wrong
  if (error.keyword === 'if') return errors.some((other) => other.keyword !== 'if' && other.instancePath.startsWith(path))
  if (error.keyword === 'anyOf') return errors.some((other) => other !== error && (other.instancePath === path || further(other)))
  return (
    error.keyword === 'type' && errors.some((other) => other.keyword === 'anyOf' && other.instancePath === path) && errors.some(further)
  )
}

function message(error: ErrorObject): string {
  const params: Readonly<Record<string, unknown>> = error.params
  switch (error.keyword) {
    case 'enum':
      return `must be one of ${list(params.allowedValues)}`
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`
    case 'required':
      return `'${params.missingProperty}' is missing`
    case 'dependentRequired':
      return `'${params.missingProperty}' is missing beside '${params.property}'`
    case 'additionalProperties':
      return `'${params.additionalProperty}' is not known here${suggest(String(params.additionalProperty), error)}`
    case 'pattern':
      return `must match ${params.pattern}`
    case 'format':
      return `must be a ${params.format}`
    case 'type':
      return `must be ${list(params.type)}`
    case 'minProperties':
      return `must have at least ${params.limit} fields`
    case 'false schema':
      return 'is not allowed here'
    default:
      return error.message ?? `fails ${error.keyword}`
  }
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : String(value)
}

function suggest(name: string, error: ErrorObject): string {
  const properties: unknown = error.parentSchema?.properties
  if (typeof properties !== 'object' || properties === null) return ''
  const near = Object.keys(properties)
    .map((known) => ({ known, distance: editDistance(name.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, distance }) => distance <= Math.max(1, Math.floor(known.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]
  return near === undefined ? '' : ` (did you mean '${near.known}'?)`
}

/** Letters to insert, drop, replace or swap with their neighbour to get from one name to the other; names longer than 64 are never near. */
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return Number.POSITIVE_INFINITY
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          cell(i - 1, j) + 1,
          cell(i, j - 1) + 1,
          swapped ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return cell(a.length, b.length)
}
