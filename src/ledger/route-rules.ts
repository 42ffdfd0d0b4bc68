import { isObject, type JsonObject } from '../model/json.ts'
import { type RouteRule, type RouteRules, routeRules } from './route-decision.ts'

/** Rules that fit their schema. */
export const rulesOf = ({ rules, fallback }: JsonObject): RouteRules =>
  routeRules(
    (Array.isArray(rules) ? rules : []).flatMap((value) => (isObject(value) ? [ruleOf(value)] : [])),
    typeof fallback === 'string' ? fallback : undefined,
  )

const ruleOf = ({ id, to, priority, weight, match, stockAt }: JsonObject): RouteRule => ({
  id: String(id),
  to: String(to),
  priority: typeof priority === 'number' ? priority : 0,
  weight: typeof weight === 'number' ? weight : 1,
  match: isObject(match) ? (match as RouteRule['match']) : {},
  ...(typeof stockAt === 'string' ? { stockAt } : {}),
})
