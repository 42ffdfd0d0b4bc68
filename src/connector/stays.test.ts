import { afterEach, expect, it } from 'vitest'
import { type PartnerAnswer, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Command, CommandAction } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const parcels = { path: '/parcels' }
const create: Command = {
  mapping: 'small/parcel',
  input: { type: 'object', properties: { ref: { type: 'string' } } },
  call: { method: 'POST', path: '/parcels', json: { ref: '{input.ref}' } },
  once: { kind: 'find', call: { ...parcels, query: { ref: '{input.ref}' } }, records: 'list', match: 'record.ref == input.ref', key: 'id' },
  key: 'id',
  stays: { call: parcels, records: 'list', match: 'record.id == key && record.ref == input.ref' },
}
const parcel: CommandAction = { kind: 'command', title: 'A parcel', document: 'shipment', create }

/** A shop that keeps parcels; `keeps` says of each that it takes whether it is still there after the answer. */
async function shop(keeps: readonly boolean[]) {
  const list: { id: string; ref: string }[] = []
  let taken = 0
  const partner = await startPartner(({ method, body }): PartnerAnswer => {
    if (method === 'GET') return { body: { list } }
    const made = { id: `p${++taken}`, ref: JSON.parse(body).ref }
    if (keeps[taken - 1] !== false) list.push(made)
    return { body: { id: made.id } }
  })
  const access = openAccess({
    name: 'shop',
    connector: smallConnector(),
    config: { url: partner.url, token: 'tok-5f1c9a77e2d0' },
    concurrency: 1,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  const run = (ambiguous: boolean) => access.run(parcel, 'create', { ref: 'R-1' }, { effectKey: 'e', ambiguous })
  return { list, run, taken: () => taken }
}

it('what stands there as it was sent is done', async () => {
  const { run } = await shop([true])
  expect(await run(false)).toMatchObject({ kind: 'delivered', key: 'p1' })
})

it('what a partner answered and then undid is tried again, and looked up before', async () => {
  const { list, run, taken } = await shop([false, true])
  expect(await run(false)).toMatchObject({ kind: 'retry', code: 'not-there', ambiguous: true })
  expect(await run(true)).toMatchObject({ kind: 'delivered', key: 'p2' })
  expect(await run(true)).toMatchObject({ kind: 'delivered', key: 'p2' })
  expect([list, taken()]).toEqual([[{ id: 'p2', ref: 'R-1' }], 2])
})

it('a command that is never tried again cannot ask for it', () => {
  const faults = (command: Command) =>
    lintConnector({ ...smallConnector(), actions: { parcel: { ...parcel, create: command } } }).flatMap(({ severity, code }) =>
      severity === 'error' ? [code] : [],
    )
  expect(faults(create)).toEqual([])
  expect(faults({ ...create, once: { kind: 'none', why: 'nobody knows' } })).toEqual(['never-again'])
})
