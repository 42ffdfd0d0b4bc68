import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import { compileSchemas, type Validate } from '../model/schema.ts'
import { invalid, notFound, type ProblemPart } from './problem.ts'
import type { Route } from './route.ts'
import { type FieldShapes, fields } from './shape.ts'

/** Checks of one route's input. */
export interface InputCheck {
  readonly params: Validate
  readonly query: Validate
  readonly body: Validate | undefined
}

/**
 * Checks of the routes, compiled at the first request for one of their group: a command that asks for one thing does not wait for all.
 * @throws Error like {@link compileInputs}, at that first request
 */
export function lazyInputs(routes: readonly Route[]): (route: Route) => InputCheck {
  const groups = Map.groupBy(routes, ({ tag }) => tag)
  const compiled = new Map<string, InputCheck>()
  return (route) => {
    if (!compiled.has(route.id)) for (const [id, check] of compileInputs(groups.get(route.tag) ?? [])) compiled.set(id, check)
    const check = compiled.get(route.id)
    if (!check) throw new Error(`the route ${route.id} is not in its own table`)
    return check
  }
}

/**
 * Compiles what the routes' inputs have to be, by route id.
 * @throws Error when a schema of the table does not compile: the program is wrong
 */
export function compileInputs(routes: readonly Route[]): ReadonlyMap<string, InputCheck> {
  const texts = routes.flatMap((route) => [
    schemaText(`${route.id}/params`, fields(route.params).schema),
    schemaText(`${route.id}/query`, fields(route.query).schema),
    ...(route.body?.kind === 'json' ? [schemaText(`${route.id}/body`, route.body.shape.schema)] : []),
  ])
  const { validators, faults } = compileSchemas(texts)
  const [fault] = faults
  if (fault) throw new Error(`the schema ${fault.file} of the route table does not compile at '${fault.path}': ${fault.message}`)
  const of = (name: string): Validate => {
    const found = validators.get(name)
    if (!found) throw new Error(`the route table has no schema '${name}'`)
    return found
  }
  return new Map(
    routes.map((route) => [
      route.id,
      {
        params: of(`${route.id}/params`),
        query: of(`${route.id}/query`),
        body: route.body?.kind === 'json' ? of(`${route.id}/body`) : undefined,
      },
    ]),
  )
}

const schemaText = (name: string, schema: JsonSchema) => ({ file: name, text: JSON.stringify({ $id: name, ...schema }) })

/** Path parameters, decoded. One that does not fit its description names nothing. @throws ProblemError 404 */
export function readParams(given: Readonly<Record<string, string>>, shapes: FieldShapes, check: Validate): JsonObject {
  const values: Record<string, Json> = {}
  for (const [name, shape] of Object.entries(shapes)) values[name] = typed(given[name] ?? '', shape.schema)
  if (check(values)) throw notFound()
  return values
}

/**
 * Query parameters as their types. @throws ProblemError 400 that names every parameter that is unknown, repeated or does not fit
 */
export function readQuery(search: URLSearchParams, shapes: FieldShapes, check: Validate): JsonObject {
  const parts: ProblemPart[] = []
  const values: Record<string, Json> = Object.create(null)
  for (const name of new Set(search.keys())) {
    const given = search.getAll(name)
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
    const shown = name.slice(0, 64)
    if (shape === undefined)
      parts.push({ in: 'query', path: shown, message: `is not known here; known are: ${Object.keys(shapes).join(', ') || 'none'}` })
    else if (given.length > 1) parts.push({ in: 'query', path: shown, message: 'is repeated; give it once' })
    else values[name] = typed(given[0] ?? '', shape.schema)
  }
  const fault = check(values)
  if (fault && parts.length === 0) parts.push({ in: 'query', path: fault.path.replace(/^\//, ''), message: fault.message })
  if (parts.length > 0) throw invalid(parts.slice(0, 20))
  return values
}

/** @throws ProblemError 400 with the first thing wrong */
export function checkBody(body: Json, check: Validate): Json {
  const fault = check(body)
  if (fault) throw invalid([{ in: 'body', path: fault.path, message: fault.message }])
  return body
}

/** A text as the type its schema names; left as it is where it does not read as one, so that the check tells. */
function typed(text: string, schema: JsonSchema): Json {
  const type = isObject(schema) ? schema.type : undefined
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
