import { type ReplenishRules, replenishRules } from './ledger/replenish-rules.ts'
import { isObject, type JsonObject } from './model/json.ts'
import type { Surroundings } from './workspace-routes.ts'

/** How products are ordered anew; undefined where the workspace says nothing of it. A store is filled up from one place only. */
export function setUpReplenishment(workspace: JsonObject, around: Surroundings): ReplenishRules | undefined {
  const { replenishment } = workspace
  if (!isObject(replenishment)) return undefined
  const rules = replenishRules(replenishment)
  const seen = new Set<string>()
  rules.locations.forEach(({ stores = ['*'] }, index) => {
    for (const store of stores) {
      if (seen.has(store))
        around.faults.push({
          code: 'duplicate-store',
          severity: 'error',
          ...around.locate(['replenishment', 'locations', index]),
          message:
            store === '*' ? 'two locations serve all stores that no other names' : `the store '${store}' is served from two locations`,
        })
      seen.add(store)
    }
  })
  return rules
}
