import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import type { Entity } from './query.ts'

export interface Hooks {
  all(): readonly Entity[]
  find(id: string): Entity | undefined
  /** asks the address whether it is ours, and keeps the subscription for its life; undefined: it did not answer with our word */
  keep(id: string | undefined, fields: JsonObject): Promise<Entity | undefined>
  remove(id: string): void
  /** what changed is told a moment later, together */
  tell(set: string, id: string, what: string): void
  /** sends what waits; `most`: more changes of a set than these are told as one collection */
  send(most?: number): Promise<void>
  /** nothing is sent any more */
  close(): void
  readonly sent: readonly { readonly status: number; readonly body: JsonObject }[]
}
export interface HookOptions {
  readonly company: string
  readonly now: () => Date
  readonly faults: FaultBoard
  /** how long a subscription lives; three days when left out */
  readonly lifeMs?: number | undefined
  /** what changed is told by itself so long after the first change (30 s there); left out: only when `send` is called */
  readonly delayMs?: number | undefined
}

const threeDaysMs = 3 * 86_400_000

/** Webhooks as dynamics-subscriptions.md tells them: a handshake at every beginning and renewal, no bodies of entities, gone after any answer that is none of 2xx, 408, 429 and 5xx. */
export function openHooks({ company, now, faults, lifeMs = threeDaysMs, delayMs }: HookOptions): Hooks {
  const kept = new Map<string, Entity>()
  const waiting = new Map<string, { readonly set: string; readonly id: string; readonly what: string }>()
  const sent: { readonly status: number; readonly body: JsonObject }[] = []
  let tags = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const live = () => [...kept.values()].filter(({ expirationDateTime }) => Date.parse(String(expirationDateTime)) > now().getTime())

  const post = async (address: string, body: JsonObject): Promise<number> => {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined)
    sent.push({ status: answer?.status ?? 0, body })
    return answer?.status ?? 0
  }
  const hooks: Hooks = {
    all: live,
    find: (id) => live().find((one) => one.id === id),
    keep: async (id, fields) => {
      const word = randomUUID()
      const address = String(fields.notificationUrl)
      const answer = await fetch(`${address}?validationToken=${word}`, { method: 'POST' }).catch(() => undefined)
      if (answer?.status !== 200 || (await answer.text()) !== word) return undefined
      const key = id ?? randomUUID().replaceAll('-', '')
      const one: Entity = {
        ...kept.get(key),
        ...fields,
        id: key,
        subscriptionId: key,
        '@odata.etag': `W/"s${++tags}"`,
        lastModifiedDateTime: now().toISOString(),
        expirationDateTime: new Date(now().getTime() + lifeMs).toISOString(),
      }
      kept.set(key, one)
      return one
    },
    remove: (id) => void kept.delete(id),
    tell: (set, id, what) => {
      const name = `${set} ${id}`
      waiting.set(name, { set, id, what: waiting.get(name)?.what === 'created' && what === 'updated' ? 'created' : what })
      if (delayMs === undefined || closed || timer !== undefined) return
      timer = setTimeout(() => {
        timer = undefined
        void hooks.send()
      }, delayMs)
    },
    send: async (most = 1000) => {
      const changes = [...waiting.values()]
      waiting.clear()
      for (const one of live()) {
        const set = /\/(\w+)$/.exec(String(one.resource))?.[1]
        const own = changes.filter((change) => change.set === set)
        if (own.length === 0) continue
        const missing = faults.draw('missing', { path: set ?? '' })
        missing?.happened()
        if (missing !== undefined) continue
        const same = {
          subscriptionId: one.id,
          clientState: one.clientState ?? '',
          expirationDateTime: one.expirationDateTime ?? '',
          lastModifiedDateTime: now().toISOString(),
        }
        const base = `api/v2.0/companies(${company})/${set}`
        const value =
          own.length > most
            ? [{ ...same, resource: `/${base}?$filter=lastDateTimeModified%20gt%20${now().toISOString()}`, changeType: 'collection' }]
            : own.map(({ id, what }) => ({ ...same, resource: `${base}(${id})`, changeType: what }))
        const status = await post(String(one.notificationUrl), { value })
        const again = faults.draw('duplicate', { path: set ?? '' })
        again?.happened()
        if (again !== undefined) await post(String(one.notificationUrl), { value })
        if (!(status >= 200 && status < 300) && status !== 0 && status !== 408 && status !== 429 && status < 500) kept.delete(one.id)
      }
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    },
    sent,
  }
  return hooks
}
