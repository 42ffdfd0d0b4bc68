import { reject } from '../../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { forbiddenNames } from '../path.ts'
import { type Form, formOf } from './forms.ts'
import { maxPaths, type Steps, spend } from './steps.ts'

export type Kind = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string'

/** What all samples together have at one place. Merging is the same in any order, so neither the order of names nor of samples matters. */
export interface Place {
  readonly name: string
  /** what stood here, sorted */
  readonly kinds: readonly Kind[]
  /** how often anything stood here, null and blank too */
  readonly present: number
  /** how often something stood here that is neither null nor blank */
  readonly filled: number
  /** how many objects stood here */
  readonly objects: number
  /** scalars seen here except null and blank, each once, in a settled order */
  readonly values: readonly Json[]
  readonly form: Form
  readonly blank: boolean
  readonly fields: readonly Place[]
  /** of a list: what all its items have; undefined when no list stood here, or only empty ones */
  readonly item: Place | undefined
  readonly mostItems: number
  /** an object whose names are keys of a dictionary, which no path can walk */
  readonly dictionary: boolean
}

interface Gathered {
  readonly name: string
  readonly kinds: Set<Kind>
  readonly values: Map<string, Json>
  readonly fields: Map<string, Gathered>
  present: number
  filled: number
  objects: number
  blank: boolean
  item: Gathered | undefined
  mostItems: number
}

/** @throws HubError reject `sample-limit` for samples with too many paths or too much in them */
export function profile(records: readonly Json[], steps: Steps): Place {
  let paths = 0
  const fresh = (name: string): Gathered => {
    if (++paths > maxPaths)
      throw reject(
        'sample-limit',
        `the samples have more than ${maxPaths} paths; lead to the records with --at, or leave out what is a dictionary`,
      )
    return {
      name,
      kinds: new Set(),
      values: new Map(),
      fields: new Map(),
      present: 0,
      filled: 0,
      objects: 0,
      blank: false,
      item: undefined,
      mostItems: 0,
    }
  }
  const add = (value: Json, here: Gathered): void => {
    spend(steps, 1)
    here.kinds.add(kindOf(value))
    here.present++
    if (value === '') here.blank = true
    if (value === null || value === '') return
    here.filled++
    if (Array.isArray(value)) {
      here.mostItems = Math.max(here.mostItems, value.length)
      if (value.length > 0) here.item ??= fresh('')
      for (const item of value as readonly Json[]) if (here.item !== undefined) add(item, here.item)
    } else if (isObject(value)) addFields(value, here)
    else here.values.set(`${typeof value} ${String(value)}`, value)
  }
  const addFields = (value: JsonObject, here: Gathered): void => {
    here.objects++
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined || isInherited(name)) continue
      const next = here.fields.get(name) ?? fresh(name)
      here.fields.set(name, next)
      add(field, next)
    }
  }
  const root = fresh('')
  for (const record of records) add(record, root)
  return settle(root)
}

function settle(here: Gathered): Place {
  const fields = [...here.fields].sort(byName).map(([, field]) => settle(field))
  const values = [...here.values].sort(byName).map(([, value]) => value)
  const { name, present, filled, objects, blank, mostItems } = here
  return {
    name,
    kinds: [...here.kinds].sort(),
    present,
    filled,
    objects,
    values,
    form: formOf(values),
    blank,
    fields,
    item: here.item && settle(here.item),
    mostItems,
    dictionary: fields.length > 0 && fields.every((field) => field.objects > 0 && keyLike.test(field.name)),
  }
}

/** Names that no path may have, and those that every object has of itself: a schema validator takes them for given. */
const isInherited = (name: string): boolean => forbiddenNames.has(name) || name in Object.prototype

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)
const keyLike = /^(\d+|[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9a-f]{16,}|[A-Z]{2,}[-_]?\d{3,})$/i

function kindOf(value: Json): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value as Kind
}
