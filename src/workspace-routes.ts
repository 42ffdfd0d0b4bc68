import { compileExpression } from './mapping/expression.ts'
import type { CompiledMapping, MapContext } from './mapping/types.ts'
import type { Fault } from './model/errors.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import type { CompiledSchemas } from './model/schema.ts'
import type { ConnectionSetup, Route } from './pipeline/context.ts'
import { type Locate, nearest } from './workspace-connections.ts'

interface Surroundings {
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
    const route = setUpRoute(value, path, workspace.connections, around)
    if (route !== undefined) routes.push(route)
  })
  return routes
}

function setUpRoute(
  value: JsonObject,
  path: readonly (string | number)[],
  named: Json | undefined,
  around: Surroundings,
): Route | undefined {
  const fault = (field: string, code: string, message: string, suggestion: { readonly suggestion?: string } = {}) => {
    around.faults.push({ code, severity: 'error', ...around.locate([...path, field]), message, ...suggestion })
    return undefined
  }
  const document = String(value.document)
  if (!around.schemas.validators.has(`${document}@1`))
    return fault(
      'document',
      'unknown-document',
      `there is no document '${document}'`,
      nearest(
        document,
        [...around.schemas.validators.keys()].map((id) => id.replace(/@.*$/, '')),
      ),
    )
  const connection = around.connections.get(String(value.to))
  if (connection === undefined && isObject(named) && Object.hasOwn(named, String(value.to))) return undefined
  if (connection === undefined)
    return fault(
      'to',
      'unknown-connection',
      `there is no connection '${String(value.to)}'`,
      nearest(String(value.to), around.connections.keys()),
    )
  const action = connection.connector.actions[String(value.action)]
  if (action === undefined)
    return fault(
      'action',
      'unknown-action',
      `${connection.connector.name} has no action '${String(value.action)}'`,
      nearest(String(value.action), Object.keys(connection.connector.actions)),
    )
  if (action.document !== document)
    return fault(
      'action',
      'wrong-document',
      `the action '${String(value.action)}' takes a ${action.document}, the route carries a ${document}`,
    )
  const needed =
    action.kind === 'state'
      ? [action.mapping]
      : [action.create, action.change, action.cancel].flatMap((command) => (command ? [command.mapping] : []))
  for (const mapping of new Set(needed))
    if (!around.known.has(mapping))
      fault(
        'action',
        'unknown-mapping',
        `the action '${String(value.action)}' needs the mapping '${mapping}', which is missing`,
        nearest(mapping, around.known),
      )
  if (action.kind === 'command' && value.mode !== 'off') {
    const lacking = [...(action.change ? [] : ['change']), ...(action.cancel ? [] : ['cancel'])]
    if (lacking.length > 0)
      around.faults.push({
        code: 'no-way-to-edit',
        severity: 'warning',
        ...around.locate([...path, 'action']),
        message: `the action '${String(value.action)}' has no ${lacking.join(' and no ')}: what comes of that kind after the create becomes a finding`,
        suggestion: 'watch `crossdock findings list`, and make such changes at the partner by hand',
      })
  }
  const text = typeof value.when === 'string' ? value.when : 'true'
  const place = around.locate([...path, 'when'])
  const { expression, faults } = compileExpression(text, { file: place.file, path: place.path, line: place.line, column: place.column })
  around.faults.push(...faults)
  if (expression === undefined) return undefined
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
    onDead: value.onDead === 'skip' ? 'skip' : 'block',
    holds: Array.isArray(value.holds) ? value.holds.map(String) : [],
  }
}
