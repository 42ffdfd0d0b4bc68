import { reject } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import { compileMapping } from '../compile.ts'
import { cursorAt } from '../schema-path.ts'
import type { MappingFile } from '../types.ts'
import { nameOfForm } from './forms.ts'
import { inferSchema } from './infer.ts'
import { type Plan, planScope } from './plan.ts'
import { profile } from './profile.ts'
import { defaultSteps, type Steps } from './steps.ts'
import type { SuggestedLine, Suggestion, SuggestOptions, Unused } from './types.ts'
import { writeDraft } from './write.ts'

/**
 * Drafts a pull mapping from sample records to a hub document: by names in English and Chinese, by the forms of values, by structure, and by sums that
 * hold. The same records in any order, with their fields in any order, give the same draft; nothing is read but what is given.
 * @throws HubError reject `sample-limit` for records that take too much work, `suggest-target` for a schema without `$id` or fields
 */
export function suggestMapping(records: readonly JsonObject[], options: SuggestOptions): Suggestion {
  const { id, target, schemas } = options
  const name = target.$id
  const cursor = cursorAt(target, schemas)
  if (typeof name !== 'string' || cursor === undefined)
    throw reject('suggest-target', 'the target schema needs an "$id" like "sales-order@1"')
  const document = name.replace(/@.*$/, '')
  const steps: Steps = { left: options.maxSteps ?? defaultSteps }
  const plan = planScope({ records, place: profile(records, steps) }, cursor, document, { document, steps })
  const { fields, lookups, lines, openCodes } = writeDraft(plan, document, options.tell, steps)
  const source = `${id.replace('.', '/')}@1`
  const file: MappingFile = {
    mapping: id,
    version: '0.1.0',
    source,
    target: name,
    direction: 'pull',
    ...(Object.keys(lookups).length === 0 ? {} : { lookups }),
    fields,
  }
  const text = `${JSON.stringify(file, undefined, 2)}\n`
  const { faults } = compileMapping(text, {
    file: `${id}.json`,
    schemas,
    sourceSchema: inferSchema(records, source),
    targetSchema: target,
  })
  const unwritten = faults.filter(({ code }) => code === 'E_UNMAPPED').map(({ path }) => ({ field: path, nearest: nearestTo(plan, path) }))
  return { file, text, records: records.length, lines, unwritten, unused: unusedIn(plan, lines), openCodes, faults }
}

/** Sources nearest to a field, in the scope of its list. */
function nearestTo(plan: Plan, field: string): readonly string[] {
  const inner = plan.lists.find(({ list, items }) => items !== undefined && field.startsWith(`${list.path}[].`))
  if (inner?.items === undefined) return plan.nearest(field)
  return nearestTo(inner.items, field.slice(inner.list.path.length + 3)).map((path) => `${inner.source.path}[].${path}`)
}

/** Every field of the samples that no line reads, by path. */
function unusedIn(plan: Plan, lines: readonly SuggestedLine[]): readonly Unused[] {
  const read = new Set(lines.flatMap(({ from }) => from))
  const visit = (here: Plan, head: string): readonly Unused[] => [
    ...here.leaves.filter(({ parts }) => parts.length === 0).map(({ path, form }) => ({ path: head + path, form: nameOfForm(form) })),
    ...here.unusedLists.map((path) => ({ path: head + path, form: 'list' })),
    ...here.dictionaries.map((path) => ({ path: head + path, form: 'dictionary' })),
    ...here.lists.flatMap(({ source, items }) => (items === undefined ? [] : visit(items, `${head}${source.path}[].`))),
  ]
  return visit(plan, '')
    .filter(({ path }) => !read.has(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
