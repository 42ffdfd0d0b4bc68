import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../src/model/json.ts'
import { damaged } from './damaged.ts'
import { context, type Job, parsed } from './job.ts'
import { jsonataMapping } from './jsonata-engine.ts'
import { seeded } from './random.ts'

/**
 * Proves that everybody gives the same: on each document the same JSON; on damaged ones the versions by hand refuse what the mapping
 * refuses, with the same code at the same place; the put of an edited document is the partner's document edited in the same places, and
 * that of an unchanged one the base.
 * @throws Error naming who differs, and where
 */
export async function prove(job: Job, damages: number): Promise<void> {
  const { mapping, documents } = job
  const jsonata = jsonataMapping(job.jsonata)
  for (const [i, document] of documents.entries()) {
    const result = mapping.pull(document, context)
    if (!result.ok) throw new Error(`${job.name}: document ${i} is refused: ${JSON.stringify(result.errors)}`)
    const value = parsed(result.value)
    for (const hand of job.hand) same(`${hand.name}, document ${i}`, outcome(hand(document)), { value })
    same(`JSONata, document ${i}`, parsed((await jsonata(document)) as Json), value)
    if (job.edit === undefined) continue
    const put = (target: Json) => outcome(mapping.push(target, context, document))
    same(`put of unchanged document ${i}`, put(value), { value: document })
    same(`put of edited document ${i}`, put(job.edit.hub(value)), { value: job.edit.partner(document) })
  }
  const random = seeded(7)
  for (let i = 0; i < damages; i++) {
    const document = damaged(random.pick(documents), random)
    const wanted = outcome(mapping.pull(document, context))
    for (const hand of job.hand) same(`${hand.name}, damaged document ${i}`, outcome(hand(document)), wanted)
  }
}

type Told = { readonly code: string; readonly from?: string; readonly to?: string }
type Result = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly errors: readonly Told[] }

const outcome = (result: Result): unknown =>
  result.ok ? { value: parsed(result.value) } : { errors: result.errors.map(({ code, from, to }) => `${code} ${from ?? to}`).sort() }

function same(who: string, got: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(got, wanted)) return
  throw new Error(`${who} differs:\n  ${JSON.stringify(got)}\nwanted:\n  ${JSON.stringify(wanted)}`)
}
