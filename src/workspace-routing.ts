import type { RouteRules } from './ledger/route-decision.ts'
import { rulesOf } from './ledger/route-rules.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import { nearest } from './workspace-faults.ts'
import type { Surroundings } from './workspace-routes.ts'

/** Rules by which sales orders go to accounts; undefined where the workspace has none. */
export function setUpRouting(workspace: JsonObject, around: Surroundings): RouteRules | undefined {
  const { routing } = workspace
  if (!isObject(routing)) return undefined
  const fault = (path: readonly (string | number)[], code: string, message: string, more: { readonly suggestion?: string } = {}) =>
    around.faults.push({ code, severity: 'error', ...around.locate(['routing', ...path]), message, ...more })
  const account = (value: Json | undefined, path: readonly (string | number)[]) => {
    const to = String(value)
    if (!around.connections.has(to) && !(isObject(workspace.connections) && Object.hasOwn(workspace.connections, to)))
      fault(path, 'unknown-connection', `there is no connection '${to}'`, nearest(to, around.connections.keys()))
  }
  const given = Array.isArray(routing.rules) ? routing.rules : []
  const seen = new Set<string>()
  given.forEach((value, index) => {
    if (!isObject(value)) return
    account(value.to, ['rules', index, 'to'])
    if (seen.has(String(value.id))) fault(['rules', index, 'id'], 'duplicate-rule', `the rule '${value.id}' stands twice`)
    seen.add(String(value.id))
  })
  if (routing.fallback !== undefined) account(routing.fallback, ['fallback'])
  return rulesOf(routing)
}
