import { spanMs } from './model/clock.ts'
import { hubOrigin } from './model/hub-origin.ts'
import { isObject, type JsonObject } from './model/json.ts'
import type { ReturnRules } from './pipeline/context.ts'
import { conditionOf, type Surroundings } from './workspace-routes.ts'

const halfDayMs = 43_200_000

/** What the workspace says of after-sale documents: when to warn before a deadline, and which requests are approved by themselves. */
export function setUpReturns(workspace: JsonObject, around: Surroundings): ReturnRules {
  const given = isObject(workspace.returns) ? workspace.returns : {}
  const rules = (Array.isArray(given.autoApprove) ? given.autoApprove : []).flatMap((value, index) => {
    if (!isObject(value)) return []
    const expression = conditionOf(value, ['returns', 'autoApprove', index, 'when'], 'return', around)
    return expression === undefined ? [] : [{ id: String(value.id), expression }]
  })
  const context = { connection: hubOrigin, books: '', config: {}, codes: () => undefined }
  const spanOf = (value: JsonObject[string]) => (typeof value === 'string' ? spanMs(value) : undefined)
  return {
    deadlines: { answerMs: spanOf(given.answerWithin), finishMs: spanOf(given.finishWithin) },
    warnMs: typeof given.warnBefore === 'string' ? (spanMs(given.warnBefore) ?? halfDayMs) : halfDayMs,
    autoApprove: (request) => rules.find(({ expression }) => expression.test(request, context))?.id,
  }
}
