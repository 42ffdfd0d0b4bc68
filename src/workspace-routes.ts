import { compileExpression } from './mapping/expression.ts'
import type { CompiledExpression, CompiledMapping, MapContext } from './mapping/types.ts'
import { spanMs } from './model/clock.ts'
import type { Fault } from './model/errors.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import type { CompiledSchemas } from './model/schema.ts'
import type { ConnectionSetup, PushLimit, Route } from './pipeline/context.ts'
import { defaultPushLimit } from './pipeline/duty-fall.ts'
import type { Locate } from './workspace-connections.ts'
import { nearest } from './workspace-faults.ts'

export interface Surroundings {
  readonly connections: ReadonlyMap<string, ConnectionSetup>
  readonly mappings: ReadonlyMap<string, CompiledMapping>
  /** names of all mappings, also of those with faults */
  readonly known: ReadonlySet<string>
  readonly schemas: CompiledSchemas
  readonly locate: Locate
  readonly faults: Fault[]
}

/** The routes of a workspace, each checked against the connections, actions and mappings it names. */
export function setUpRoutes(workspace: JsonObject, around: Surroundings): readonly Route[] {
  const routes: Route[] = []
  const seen = new Set<string>()
  const list = Array.isArray(workspace.routes) ? workspace.routes : []
  list.forEach((value, index) => {
    if (!isObject(value) || typeof value.id !== 'string') return
    const path = ['routes', index]
    if (seen.has(value.id))
      around.faults.push({
        code: 'duplicate-route',
        severity: 'error',
        ...around.locate([...path, 'id']),
        message: `the route '${value.id}' stands twice`,
        suggestion: 'a route id is part of every effect key: give it another',
      })
    seen.add(value.id)
    for (const one of toAccounts(value, path, workspace, around)) {
      const route = setUpRoute(one, path, workspace.connections, around)
      if (route !== undefined) routes.push(one === value ? route : { ...route, decided: true })
    }
  })
  return routes
}

/** A route `to: decided` is one route for each account that the rules of routing name: `<id>@<account>`. */
function toAccounts(
  value: JsonObject,
  path: readonly (string | number)[],
  { routing }: JsonObject,
  around: Surroundings,
): readonly JsonObject[] {
  if (value.to !== 'decided') return [value]
  const rules = isObject(routing) && Array.isArray(routing.rules) ? routing.rules.filter(isObject) : []
  const fallback = isObject(routing) && typeof routing.fallback === 'string' ? [routing.fallback] : []
  const accounts = [...new Set([...rules.map(({ to }) => String(to)), ...fallback])].filter((to) => around.connections.has(to)).sort()
  const fault = (code: string, message: string) =>
    around.faults.push({ code, severity: 'error', ...around.locate([...path, 'to']), message, suggestion: 'see docs/routing.md' })
  if (accounts.length === 0) fault('nothing-decided', `the route '${value.id}' goes to what was decided, but \`routing\` names no account`)
  if (value.document !== 'sales-order')
    fault('nothing-decided', `only sales orders are decided; the route '${value.id}' carries a ${value.document}`)
  return accounts.map((to) => ({ ...value, to, id: `${value.id}@${to}`.slice(0, 64) }))
}

/** Every fault of the route comes, also those after the first. */
function setUpRoute(
  value: JsonObject,
  path: readonly (string | number)[],
  named: Json | undefined,
  around: Surroundings,
): Route | undefined {
  const fault: Tell = (field, code, message, more = {}) => {
    around.faults.push({ code, severity: 'error', ...around.locate([...path, field]), message, ...more })
    return undefined
  }
  const document = documentOf(value, around, fault)
  const connection = connectionOf(value, named, around, fault)
  if (connection !== undefined) checkAction(value, document, connection, around, fault)
  const expression = conditionOf(value, [...path, 'when'], document, around)
  if (document === undefined || connection === undefined || expression === undefined) return undefined
  const context: MapContext = {
    connection: connection.name,
    books: connection.books,
    config: connection.openConfig,
    codes: () => undefined,
  }
  return {
    id: String(value.id),
    document,
    when: (body) => expression.test(body, context),
    to: connection.name,
    action: String(value.action),
    mode: value.mode === 'off' || value.mode === 'shadow' ? value.mode : 'live',
    from: typeof value.from === 'string' ? Date.parse(value.from) : 0,
    coalesceMs: typeof value.coalesce === 'string' ? (spanMs(value.coalesce) ?? 0) : 0,
    ...(isObject(value.limit) ? { limit: limitOf(value.limit) } : {}),
    onDead: value.onDead === 'skip' ? 'skip' : 'block',
    holds: Array.isArray(value.holds) ? value.holds.map(String) : [],
  }
}

function limitOf({ percent, atLeast, change, within }: JsonObject): PushLimit {
  const numberOr = (value: Json | undefined, usual: number): number => (typeof value === 'number' ? value : usual)
  return {
    percent: numberOr(percent, defaultPushLimit.percent),
    atLeast: numberOr(atLeast, defaultPushLimit.atLeast),
    change: numberOr(change, defaultPushLimit.change),
    withinMs: typeof within === 'string' ? (spanMs(within) ?? defaultPushLimit.withinMs) : defaultPushLimit.withinMs,
  }
}

type Tell = (
  field: string,
  code: string,
  message: string,
  more?: { readonly suggestion?: string; readonly severity?: 'warning' },
) => undefined

function documentOf(value: JsonObject, { schemas }: Surroundings, fault: Tell): string | undefined {
  const document = String(value.document)
  if (schemas.validators.has(`${document}@1`)) return document
  const documents = [...schemas.validators.keys()].map((id) => id.replace(/@.*$/, ''))
  return fault('document', 'unknown-document', `there is no document '${document}'`, nearest(document, documents))
}

/** A connection that stands in the file but has faults of its own was told of already. */
function connectionOf(value: JsonObject, named: Json | undefined, { connections }: Surroundings, fault: Tell): ConnectionSetup | undefined {
  const to = String(value.to)
  const connection = connections.get(to)
  if (connection !== undefined || (isObject(named) && Object.hasOwn(named, to))) return connection
  return fault('to', 'unknown-connection', `there is no connection '${to}'`, nearest(to, connections.keys()))
}

function checkAction(
  value: JsonObject,
  document: string | undefined,
  { connector }: ConnectionSetup,
  { known }: Surroundings,
  fault: Tell,
): undefined {
  const name = String(value.action)
  const action = connector.actions[name]
  if (action === undefined)
    return fault('action', 'unknown-action', `${connector.name} has no action '${name}'`, nearest(name, Object.keys(connector.actions)))
  if (document !== undefined && action.document !== document)
    return fault('action', 'wrong-document', `the action '${name}' takes a ${action.document}, the route carries a ${document}`)
  const needed =
    action.kind === 'state'
      ? [action.mapping]
      : [action.create, action.change, action.cancel].flatMap((command) => (command ? [command.mapping] : []))
  for (const mapping of new Set(needed))
    if (!known.has(mapping))
      fault('action', 'unknown-mapping', `the action '${name}' needs the mapping '${mapping}', which is missing`, nearest(mapping, known))
  if (action.kind === 'state') return
  for (const field of ['coalesce', 'limit'])
    if (value[field] !== undefined)
      fault(field, 'not-a-state', `'${field}' is for routes that set figures; the action '${name}' makes commands, each of which is sent`, {
        suggestion: `remove '${field}'`,
      })
  if (value.mode === 'off') return
  const lacking = [...(action.change ? [] : ['change']), ...(action.cancel ? [] : ['cancel'])]
  if (lacking.length > 0)
    fault(
      'action',
      'no-way-to-edit',
      `the action '${name}' has no ${lacking.join(' and no ')}: what comes of that kind after the create becomes a finding`,
      { severity: 'warning', suggestion: 'watch `crossdock findings list`, and make such changes at the partner by hand' },
    )
}

/** `when`, checked against the schema of the document it is asked of. */
export function conditionOf(
  value: JsonObject,
  path: readonly (string | number)[],
  document: string | undefined,
  { locate, schemas, faults }: Surroundings,
): CompiledExpression | undefined {
  const text = typeof value.when === 'string' ? value.when : 'true'
  const schema = document === undefined ? undefined : schemas.schemas.get(`${document}@1`)
  const place = locate(path)
  const inQuotes = { ...place, column: place.column + 1 }
  const compiled = compileExpression(text, { ...inQuotes, ...(schema === undefined ? {} : { schema, schemas: schemas.schemas }) })
  faults.push(...compiled.faults)
  return compiled.expression
}
