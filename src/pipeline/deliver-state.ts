import type { Access, Right } from '../connector/access.ts'
import { isSameFigure } from '../connector/current.ts'
import type { Outcome } from '../model/delivery.ts'
import { isHubError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import type { Guard, StatePlan } from './duty-state.ts'

/** `orders-first`: the partner shows a figure nobody expects; its own orders come first. */
export type StateOutcome = Outcome | { readonly kind: 'orders-first'; readonly stream: string; readonly shown: string }

/**
 * Sets a figure. Where the partner can show its own, that is read first: the wanted one already stands there, or the expected one (the last push less what its orders took since), or
 * its orders are pulled before anything is overwritten (canonical model section 6).
 */
export async function deliverState(access: Access, plan: StatePlan, right: Right): Promise<StateOutcome> {
  const { action, input, delivery, guard } = plan
  let figure: Json | undefined
  if (guard !== undefined && action.current !== undefined) {
    const found = await shown(() => access.current(action, input, right.signal))
    if ('outcome' in found) return found.outcome
    figure = found.value
    if (found.value !== undefined) {
      if (isSameFigure(found.value, guard.wanted)) return { kind: 'delivered', note: 'already' }
      if (!isExpected(found.value, guard)) return { kind: 'orders-first', stream: action.current.orders, shown: String(found.value) }
    }
  }
  return access.setState(action, input, delivery.effect_key, { ...right, shown: figure })
}

const isExpected = (value: Json, guard: Guard): boolean =>
  guard.ordersSeen || (guard.expected !== undefined && isSameFigure(value, guard.expected))

/** A figure that cannot be read is a failure of the try; nothing was written. */
async function shown(read: () => Promise<Json | undefined>): Promise<{ readonly value: Json | undefined } | { readonly outcome: Outcome }> {
  try {
    return { value: await read() }
  } catch (error) {
    if (!isHubError(error) || error.detail.recovery === 'bug') throw error
    const { code, recovery, retryAfterMs, sample } = error.detail
    const base = { code, message: error.message }
    if (recovery === 'retry')
      return {
        outcome: {
          kind: 'retry',
          ...base,
          ambiguous: false,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
          ...(sample === undefined ? {} : { sample }),
        },
      }
    return { outcome: { kind: recovery, ...base } }
  }
}
