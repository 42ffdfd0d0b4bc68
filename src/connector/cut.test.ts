import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { cutBody } from './cut.ts'
import { joinRecord } from './join.ts'
import { openConfigOf, secretValues } from './secrets.ts'
import type { Codec, Topic } from './types.ts'

const bytes = (value: Json) => new TextEncoder().encode(JSON.stringify(value))
const topic = (change: Partial<Topic> = {}): Topic => ({ stream: 'orders', carries: 'whole', records: '', ...change })

describe('webhook bodies', () => {
  it('carry a whole record', () => {
    const body = bytes({ id: 5, updated: '2026-11-23T10:00:00Z' })
    const [record] = cutBody(smallConnector(), {}, topic(), body, 0)
    expect(record).toMatchObject({
      stream: 'orders',
      key: '5',
      laneKey: '5',
      version: '2026-11-23T10:00:00.000000Z',
      op: 'upsert',
      slices: [{ body: 0, from: 0, to: body.length }],
    })
  })
  it('carry several, parts of records, or keys only', () => {
    expect(
      cutBody(smallConnector(), {}, topic({ records: 'data' }), bytes({ data: [{ id: 1 }, { id: 2 }] }), 0).map(({ key, version }) => [
        key,
        version,
      ]),
    ).toEqual([
      ['1', null],
      ['2', null],
    ])
    expect(
      cutBody(smallConnector(), {}, topic({ carries: 'key', key: 'resource.no', op: 'delete' }), bytes({ resource: { no: 'A-1' } }), 0),
    ).toMatchObject([{ key: 'A-1', op: 'delete' }])
  })
  it('have the same hash however they are written', () => {
    const hash = (body: string) => cutBody(smallConnector(), {}, topic(), new TextEncoder().encode(body), 0)[0]?.bodyHash
    expect(hash('{"id":1,"a":[1,2]}')).toBe(hash('{ "a": [1, 2], "id": 1 }'))
    expect(hash('{"id":1,"a":[1,2]}')).not.toBe(hash('{"id":1,"a":[2,1]}'))
  })
  it('with a name twice are cut by the last value, have a hash of their own, and are refused when they are read', () => {
    const cut = (text: string) => cutBody(smallConnector(), {}, topic(), new TextEncoder().encode(text), 0)
    const text = '{"id":1,"lines":[{"qty":1,"qty":2}]}'
    const [record] = cut(text)
    expect(record?.key).toBe('1')
    expect(record?.bodyHash).toBe(cut(text)[0]?.bodyHash)
    expect(record?.bodyHash).not.toBe(cut('{"id":1,"lines":[{"qty":2}]}')[0]?.bodyHash)
    expect(record?.bodyHash).not.toBe(cut('{"id":1,"lines":[{"qty":3,"qty":2}]}')[0]?.bodyHash)
    expect(() => joinRecord(record?.slices ?? [], [new TextEncoder().encode(text)], undefined)).toThrow(
      'the JSON object in bytes 0 to 36 has the name "qty" twice',
    )
  })
  it('read wall times in the zone of the connection', () => {
    const connector = smallConnector({
      stream: { version: { kind: 'time', paths: ['updated'], zone: '{config.timeZone}', granularityMs: 1_000 } },
    })
    expect(
      cutBody(connector, { timeZone: 'Asia/Shanghai' }, topic(), bytes({ id: 5, updated: '2026-11-23T18:00:00' }), 0)[0]?.version,
    ).toBe('2026-11-23T10:00:00.000000Z')
  })
  it('that are no JSON are said to be so', () => {
    expect(() => cutBody(smallConnector(), {}, topic(), new TextEncoder().encode('webhook_id=5'), 0)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ code: 'bad-shape' }) }),
    )
  })
})

describe('codecs that are not JSON', () => {
  const codec: Codec = {
    contentTypes: ['text/plain'],
    parse: (body) => ({
      rows: new TextDecoder()
        .decode(body)
        .split('\n')
        .map((line) => ({ id: line.split(';')[0] ?? '', cells: line.split(';') })),
    }),
    decode: (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, decoded: true } : value),
  }
  it('know records by their place, and find them again', () => {
    const body = new TextEncoder().encode('A;1\nB;2')
    const records = cutBody(smallConnector({ http: { codec } }), {}, topic({ records: 'rows' }), body, 0)
    expect(records.map(({ key }) => key)).toEqual(['A', 'B'])
    expect(records.map(({ slices }) => joinRecord(slices, [body], codec))).toEqual([
      { id: 'A', cells: ['A', '1'], decoded: true },
      { id: 'B', cells: ['B', '2'], decoded: true },
    ])
  })
  it('refuse slices that name nothing', () => {
    expect(() => joinRecord([{ body: 3, from: 0, to: 1 }], [], undefined)).toThrow(/body 3 of 0/)
    expect(() => joinRecord([], [], undefined)).toThrow(/no slice/)
    expect(() => joinRecord([{ body: 0, index: 99 }], [new TextEncoder().encode('A')], codec)).toThrow(/does not have/)
  })
})

describe('secrets of a config', () => {
  const schema = {
    type: 'object',
    properties: { url: {}, secret: { writeOnly: true }, deep: { properties: { pin: { writeOnly: true }, name: {} } } },
  }
  const config = { url: 'u', secret: 'old-secret new-secret', deep: { pin: 1234, name: 'n' } }
  it('are found and left out', () => {
    expect(secretValues(schema, config)).toEqual(['old-secret new-secret', 'old-secret', 'new-secret', '1234'])
    expect(openConfigOf(schema, config)).toEqual({ url: 'u', deep: { name: 'n' } })
  })
})
