import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access, Checkpoint, PageRead } from './access.ts'
import { openAccess } from './open.ts'
import type { Connector } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function open(connector: Connector, answer: (request: PartnerRequest) => PartnerAnswer): Promise<Access> {
  const partner = await startPartner(answer)
  const access = openAccess({
    name: 'erp',
    connector,
    config: { url: partner.url, token: 'secret-token-1' },
    concurrency: 1,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return access
}

/** `at`: microseconds since the beginning; the answer shows whole seconds. */
interface Row {
  readonly id: number
  readonly at: number
  readonly text: string
}
const base = Date.parse('2026-11-20T10:00:00.000Z')
const shown = (at: number) => new Date(base + Math.floor(at / 1_000_000) * 1000).toISOString().slice(0, 19)
const micros = (time: string | null) => (time === null ? Number.NEGATIVE_INFINITY : (Date.parse(`${time}Z`) - base) * 1000)

/** A partner that keeps microseconds and tells seconds: it compares what it keeps, as Odoo does. */
const partner =
  (rows: () => readonly Row[]) =>
  ({ query }: PartnerRequest): PartnerAnswer => {
    const [since, below] = [micros(query.get('since')), query.has('below') ? micros(query.get('below')) : Number.POSITIVE_INFINITY]
    const chosen = rows()
      .filter(({ id, at }) => at >= since && at < below && id > Number(query.get('after') ?? 0))
      .sort((a, b) => (query.get('order') === 'id' ? 0 : a.at - b.at) || a.id - b.id)
    const page = chosen.slice(0, Number(query.get('size')))
    return { body: { orders: page.map(({ id, at, text }) => ({ id, updated: shown(at), text })) } }
  }

const bySecond = { kind: 'keyset', size: 3, key: 'id', cursor: { stepMs: 1000, order: 'updated,id', keyOrder: 'id' } } as const
const connector = smallConnector({
  page: bySecond,
  cursor: { format: 'local', zone: 'UTC', order: 'asc', lookbackMs: 2000 },
  stream: { version: { kind: 'time', paths: ['updated'], zone: 'UTC', granularityMs: 1000 } },
})
const keys = (pages: readonly PageRead[]) => [...new Set(pages.flatMap(({ records }) => records.map(({ key }) => Number(key))))]

async function all(access: Access, from: Checkpoint | null): Promise<PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read('orders', from, {})) pages.push(page)
  return pages
}

describe('pages by keyset', () => {
  it('a second with more rows than a page is read by key, then left behind', async () => {
    const burst = Array.from({ length: 8 }, (_, place) => ({ id: 20 - place, at: 5_000_000 + place, text: '' }))
    const rows = [{ id: 1, at: 100, text: '' }, ...burst, { id: 2, at: 6_000_001, text: '' }]
    const asked: string[] = []
    const access = await open(connector, (request) => {
      asked.push(['since', 'order', 'after', 'below'].map((name) => request.query.get(name) ?? '').join(' '))
      return partner(() => rows)(request)
    })
    const pages = await all(access, null)
    expect(keys(pages).sort((a, b) => a - b)).toEqual([1, 2, 13, 14, 15, 16, 17, 18, 19, 20])
    expect(asked.map((line) => line.replaceAll('2026-11-20T10:00:', ''))).toEqual([
      ' updated,id  ',
      '05 updated,id  ',
      '05 id  06',
      '05 id 15 06',
      '05 id 18 06',
      '06 updated,id  ',
    ])
    expect(pages.at(-1)?.checkpoint?.time).toBe('2026-11-20T10:00:06.000Z')
  })
  it('loses no row and no change, whatever is written while the list is read and wherever the read stops', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ second: fc.integer({ min: 0, max: 3 }), micro: fc.nat(4) }), { minLength: 1, maxLength: 16 }),
        fc.array(fc.option(fc.nat(15)), { maxLength: 8 }),
        fc.nat(8),
        async (made, touched, stopAfter) => {
          const rows = new Map(
            made.map(({ second, micro }, place) => [place + 1, { id: place + 1, at: second * 1_000_000 + micro, text: '' }]),
          )
          let clock = 4_000_000
          let asked = 0
          const access = await open(connector, (request) => {
            const id = touched[asked++]
            clock += 300_000
            if (id !== undefined && id !== null && rows.has(id)) rows.set(id, { id, at: clock, text: `change ${asked}` })
            return partner(() => [...rows.values()])(request)
          })
          const seen = new Map<string, string>()
          let stored: Checkpoint | null = null
          const take = (page: PageRead) => {
            for (const record of page.records) seen.set(record.key, record.bodyHash)
            stored = page.checkpoint ?? stored
          }
          let taken = 0
          for await (const page of access.read('orders', null, {})) {
            if (++taken > stopAfter) break
            take(page)
          }
          for (let quiet = false; !quiet; ) {
            quiet = asked >= touched.length
            for (const page of await all(access, stored)) take(page)
          }
          const truth = new Map((await all(access, null)).flatMap(({ records }) => records.map(({ key, bodyHash }) => [key, bodyHash])))
          expect([...truth.keys()].map(Number).sort((a, b) => a - b)).toEqual([...rows.keys()])
          expect(new Map([...seen].sort())).toEqual(new Map([...truth].sort()))
          for (const close of closing.splice(0)) await close()
        },
      ),
      { numRuns: 60 },
    )
  }, 30_000)
  it('a first load that stops inside a second with many rows goes on there', async () => {
    const rows = Array.from({ length: 11 }, (_, place) => ({ id: place + 1, at: 5_000_000, text: '' }))
    const access = await open(
      connector,
      partner(() => rows),
    )
    const first: PageRead[] = []
    for await (const page of access.read('orders', null, {})) {
      first.push(page)
      if (first.length === 3) break
    }
    const resume = first.at(-1)?.mark
    expect(resume).toMatchObject({ ask: { page: { after: '3', order: 'id' } }, since: base + 5000 })
    const rest: PageRead[] = []
    for await (const page of access.read('orders', null, resume === undefined ? {} : { resume })) rest.push(page)
    expect(keys(rest)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
  })
  it('a list without a cursor goes on after the last key', async () => {
    const rows = Array.from({ length: 5 }, (_, place) => ({ id: place + 1, at: 0, text: '' }))
    const asked: (string | null)[] = []
    const plain = smallConnector({ page: { kind: 'keyset', size: 2, key: 'id' }, cursor: null })
    const access = await open(plain, (request) => {
      asked.push(request.query.get('after'))
      return partner(() => rows)(request)
    })
    expect(keys(await all(access, null))).toEqual([1, 2, 3, 4, 5])
    expect(asked).toEqual([null, '2', '4'])
  })
})
