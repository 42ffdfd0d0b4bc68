import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { converters } from './converters.ts'
import { outcome } from './testbed.ts'

const pull = (convert: string | string[], value: Json, zone?: string): Json | undefined | readonly string[] =>
  outcome({ from: 'x', convert, ...(zone === undefined ? {} : { zone }) }, { x: value, currency: 'USD', yen: 'JPY' })

describe('pull', () => {
  it.each<[string | string[], Json, Json]>([
    ['text', 5, '5'],
    ['text', '0005', '0005'],
    ['text', 1e-7, '0.0000001'],
    ['text', 1e21, '1000000000000000000000'],
    ['text', true, 'true'],
    ['number', '5', 5],
    ['number', '12.50', 12.5],
    ['number', '-0.10', -0.1],
    ['number', 7, 7],
    ['decimal', '12.50', '12.50'],
    ['decimal', 12.5, '12.5'],
    ['decimal', '007', '7'],
    ['decimal', '-0', '0'],
    ['decimal', '12345678901234567890.123456789', '12345678901234567890.123456789'],
    ['decimal:2', '12.5', '12.50'],
    ['decimal:2', 3, '3.00'],
    ['decimal:2', '12.500', '12.50'],
    ['decimal:0', '12.00', '12'],
    ['decimal:8', '0.1', '0.10000000'],
    ['amount', '0.9', '0.90'],
    ['amount', '1.3500', '1.35'],
    ['amount', '1.355', '1.355'],
    ['amount', 10, '10.00'],
    ['amount:yen', '1200.0', '1200'],
    ['amount:$.yen', '1200', '1200'],
    ["amount:'KWD'", '1', '1.000'],
    ['abs', '-9.00', '9.00'],
    ['abs', -1, '1'],
    ['negate', '-9.00', '9.00'],
    ['negate', 0, '0'],
    [['abs', 'amount'], '-9', '9.00'],
    ['boolean', 'yes', true],
    ['boolean', 0, false],
    ['boolean', 'false', false],
    ['lower', 'ABC', 'abc'],
    ['upper', 'abc', 'ABC'],
    ['list', 'a, b,,c ', ['a', 'b', 'c']],
    ['list', ['a'], ['a']],
    ['html', 'A &ndash; B &amp; &#233;&#x4e2d; &nosuch; &amp;lt;', 'A – B & é中 &nosuch; &lt;'],
    ['utc', '2026-11-23T09:30:00+08:00', '2026-11-23T01:30:00.000Z'],
    ['utc', '2026-11-23 09:30:00.1234Z', '2026-11-23T09:30:00.123Z'],
    ['utc', '2026-11-23T09:30-0500', '2026-11-23T14:30:00.000Z'],
    ['date', '2026-11-23', '2026-11-23'],
    ['date', '2026-11-23T23:30:00-05:00', '2026-11-23'],
    ['date', '2026-11-23 23:30:00', '2026-11-23'],
    ['ymd', '20260228', '2026-02-28'],
    ['ymd', 20260228, '2026-02-28'],
    ['seconds', 1700000000, '2023-11-14T22:13:20.000Z'],
    ['seconds', '1700000000', '2023-11-14T22:13:20.000Z'],
    ['millis', 1700000000123, '2023-11-14T22:13:20.123Z'],
  ])('%j of %j is %j', (convert, value, expected) => {
    expect(pull(convert, value)).toEqual(expected)
  })

  it.each<[string, Json, string, Json]>([
    ['utc', '2026-11-23T09:30:00', 'Asia/Shanghai', '2026-11-23T01:30:00.000Z'],
    ['utc', '2026-11-23', 'America/New_York', '2026-11-23T05:00:00.000Z'],
    ['utc', '2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['utc', '2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['utc', '2026-11-23 09:30:00', 'UTC', '2026-11-23T09:30:00.000Z'],
    ['utc', '2026-11-23T09:30:00Z', 'Asia/Shanghai', '2026-11-23T09:30:00.000Z'],
    ['utc', '2026-11-23T09:30:00', '@.config.timeZone', '2026-11-23T01:30:00.000Z'],
    ['date', '2026-11-23T17:30:00Z', 'Asia/Shanghai', '2026-11-24'],
    ['date', '2026-11-23T03:30:00Z', '@.zone', '2026-11-22'],
    ['local', '2026-11-23 09:30:00', 'Asia/Shanghai', '2026-11-23T01:30:00.000Z'],
  ])('%s of %j in %s is %j', (convert, value, zone, expected) => {
    expect(pull(convert, value, zone)).toEqual(expected)
  })

  it.each<[string, Json, string]>([
    ['decimal', '1e3', 'DECIMAL /x 1e3'],
    ['decimal', '12,50', 'DECIMAL /x 12,50'],
    ['decimal', '+5', 'DECIMAL /x +5'],
    ['decimal', '１２', 'DECIMAL /x １２'],
    ['decimal', ' 5', 'DECIMAL /x  5'],
    ['decimal', '5.', 'DECIMAL /x 5.'],
    ['decimal', '.5', 'DECIMAL /x .5'],
    ['decimal', '-', 'DECIMAL /x -'],
    ['decimal', '1.2.3', 'DECIMAL /x 1.2.3'],
    ['decimal', 'NaN', 'DECIMAL /x NaN'],
    ['decimal', true, 'DECIMAL /x true'],
    ['decimal', ['1'], 'DECIMAL /x ["1"]'],
    ['decimal', '9'.repeat(201), `DECIMAL /x ${'9'.repeat(200)}…`],
    ['decimal:2', '12.505', 'DECIMAL /x 12.505'],
    ['number', '9007199254740993', 'DECIMAL /x 9007199254740993'],
    ['number', '0.12345678901234567890', 'DECIMAL /x 0.12345678901234567890'],
    ['number', 'abc', 'DECIMAL /x abc'],
    ['amount', '1.00001', 'DECIMAL /x 1.00001'],
    ['amount:missing', '1', 'DECIMAL /x 1'],
    ['text', {}, 'TYPE /x {}'],
    ['boolean', 'maybe', 'TYPE /x maybe'],
    ['list', 5, 'TYPE /x 5'],
    ['utc', '2026-11-23T09:30:00', 'DATE /x 2026-11-23T09:30:00'],
    ['utc', '23.11.2026', 'DATE /x 23.11.2026'],
    ['utc', '2026-02-30T00:00:00Z', 'DATE /x 2026-02-30T00:00:00Z'],
    ['utc', '2026-11-23T25:00:00Z', 'DATE /x 2026-11-23T25:00:00Z'],
    ['date', '2026-11-23T17:30:00Z', 'DATE /x 2026-11-23T17:30:00Z'],
    ['date', '0000-00-00', 'DATE /x 0000-00-00'],
    ['ymd', '20260230', 'DATE /x 20260230'],
    ['seconds', '1.5', 'DATE /x 1.5'],
    ['seconds', 1e15, 'DATE /x 1000000000000000'],
  ])('%s refuses %j', (convert, value, expected) => {
    expect(pull(convert, value)).toEqual([expected])
  })
})

describe('back', () => {
  it.each<[string, Json, string | undefined, Json]>([
    ['ymd', '2026-02-28', undefined, '20260228'],
    ['seconds', '2023-11-14T22:13:20.000Z', undefined, 1700000000],
    ['millis', '2023-11-14T22:13:20.123Z', undefined, 1700000000123],
    ['list', ['a', 'b'], undefined, 'a, b'],
    ['html', 'A & B', undefined, 'A &amp; B'],
    ['negate', '9.00', undefined, '-9.00'],
    ['utc', '2026-11-23T01:30:00.000Z', 'Asia/Shanghai', '2026-11-23T09:30:00.000+08:00'],
    ['utc', '2026-11-23T01:30:00.000Z', undefined, '2026-11-23T01:30:00.000Z'],
    ['local', '2026-11-23T01:30:00.000Z', 'Asia/Shanghai', '2026-11-23 09:30:00'],
    ['date', '2026-11-23', 'Asia/Shanghai', '2026-11-23T00:00:00.000+08:00'],
  ])('%s of %j in zone %s is %j, and pulls again to the same', (name, value, zone, expected) => {
    const converter = converters.get(name)
    const back = converter?.back(value, undefined, zone)
    expect(back).toEqual(expected)
    expect(converter?.pull(back ?? null, undefined, zone)).toEqual(value)
  })
})

it('decimal with digits never drops one that counts', () => {
  expect(pull('decimal:2', '1.005')).toEqual(['DECIMAL /x 1.005'])
  expect(pull('decimal:2', '1.000')).toBe('1.00')
})
