import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from './json.ts'
import type { Slice } from './slice.ts'
import { openSlicer, type SlicerOptions } from './slicer.ts'

/** Everything the slicer cuts out of bytes that come in chunks of one size; each chunk is overwritten after it was pushed, as a reader does. */
function slices(bytes: Buffer, options: SlicerOptions, chunk = bytes.length || 1): readonly Slice[] {
  const slicer = openSlicer(options)
  const found: Slice[] = []
  for (let i = 0; i < bytes.length; i += chunk) {
    const part = Buffer.from(bytes.subarray(i, i + chunk))
    found.push(...slicer.push(part))
    part.fill(0x7b)
  }
  return [...found, ...slicer.end()]
}

const texts = (found: readonly Slice[]): readonly string[] => found.map((slice) => (slice.ok ? slice.text : slice.fault))
const list: SlicerOptions = { shape: 'list' }
const cut = (text: string, options: SlicerOptions = list): readonly string[] => texts(slices(Buffer.from(text), options))
const below = (...path: string[]): SlicerOptions => ({ shape: 'list', path })

describe('slices of a list', () => {
  it('are the items as they stand, with their bytes', () => {
    const text = '\ufeff [ {"a": "]}é"} ,\n[1, [2]], "x\\"]" ,-1.5e3,true , null]\n '
    const found = slices(Buffer.from(text), list)
    expect(texts(found)).toEqual(['{"a": "]}é"}', '[1, [2]]', '"x\\"]"', '-1.5e3', 'true', 'null'])
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
    for (const slice of found) expect(Buffer.from(text).subarray(slice.from, slice.to).toString()).toBe(slice.ok ? slice.text : '')
  })

  it('are found at a path, whatever stands around', () => {
    const text = '{"meta":{"orders":[9],"x":"}{"},"da\\u0074a":{"n":1,"orders":[{"id":1},{"id":2}],"more":[[]]},"end":"]"}'
    expect(cut(text, below('data', 'orders'))).toEqual(['{"id":1}', '{"id":2}'])
    expect(cut('{"a":[]}', below('a'))).toEqual([])
    expect(cut('[]')).toEqual([])
  })

  it('are what JSON.parse sees, at every chunk size, with every escape and brace at the border', () => {
    const documents = fc.record({
      head: fc.jsonValue(),
      items: fc.array(fc.oneof(fc.jsonValue(), fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', 'é', '😀', ',', 'u') })), {
        maxLength: 8,
      }),
      tail: fc.jsonValue(),
    })
    fc.assert(
      fc.property(documents, fc.constantFrom(undefined, 1, '\t'), fc.boolean(), (given, space, bom) => {
        const { head, items, tail } = given
        const text = JSON.stringify({ head, data: { 'a"b': items }, tail }, undefined, space)
        const bytes = Buffer.from(bom ? `\ufeff${text}` : text)
        for (let chunk = 1; chunk <= Math.min(bytes.length, 40); chunk++) {
          const found = slices(bytes, below('data', 'a"b'), chunk)
          const parsed = found.map((slice): Json => (slice.ok ? (JSON.parse(slice.text) as Json) : slice.fault))
          expect(parsed).toEqual(JSON.parse(JSON.stringify(items)))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('of any text are those of JSON.parse or a refusal, at every chunk size alike', () => {
    const hostile = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', ',', ':', '\\', 'a', '1', ' ', '\n'), maxLength: 14 })
    const answer = (bytes: Buffer, chunk: number): unknown => {
      try {
        return slices(bytes, list, chunk).map((slice): unknown => (slice.ok ? (JSON.parse(slice.text) as unknown) : slice.fault))
      } catch {
        return 'refused'
      }
    }
    fc.assert(
      fc.property(hostile, (middle) => {
        const text = `[${middle}]`
        const bytes = Buffer.from(text)
        const whole = answer(bytes, bytes.length)
        for (const chunk of [1, 2, 3, 5]) expect(answer(bytes, chunk)).toEqual(whole)
        let value: unknown = 'refused'
        try {
          value = JSON.parse(text)
        } catch {}
        expect(whole).toEqual(value)
      }),
      { numRuns: 2000 },
    )
  })

  it('that are too large, too deep or no UTF-8 are named, and the next ones come', () => {
    const deep = `${'['.repeat(65)}${']'.repeat(65)}`
    const bytes = Buffer.concat([Buffer.from(`["${'x'.repeat(100)}",${deep},"`), Buffer.from([0xff]), Buffer.from('",{"ok":1}]')])
    for (const chunk of [1, 7, 1000])
      expect(texts(slices(bytes, { shape: 'list', maxItemBytes: 200 }, chunk))).toEqual([
        `"${'x'.repeat(100)}"`,
        'too-deep',
        'not-utf8',
        '{"ok":1}',
      ])
    for (const chunk of [1, 7, 1000])
      expect(texts(slices(Buffer.from(`[{"a":"${'x'.repeat(300)}"},2]`), { shape: 'list', maxItemBytes: 200 }, chunk))).toEqual([
        'too-large',
        '2',
      ])
  })

  it('with a huge text come in many chunks', () => {
    const huge = 'é"\\{[😀'.repeat(200_000)
    const [only] = slices(Buffer.from(JSON.stringify([{ huge }])), list, 65_536)
    expect(only?.ok && JSON.parse(only.text)).toEqual({ huge })
  })
})

describe('refusals', () => {
  it.each([
    ['', list, 'byte 0: the file is empty'],
    ['[{"a":1}', list, 'byte 8: the file ends before the JSON text is complete; it was cut off: send the whole file'],
    ['[{"a":"x', list, 'byte 8: the file ends in the middle of item 0'],
    ['[1,{"a":1]', list, 'byte 10: the file ends before'],
    ['[1}', list, 'found "}" where , or ] should be'],
    ['[1,]', list, 'found "]" where an item of the list should be'],
    ['[1 2]', list, 'byte 3: found "2" where , or ]'],
    ['[1][2]', list, 'byte 3: more stands behind the end'],
    ['{"a":[1]}', list, 'the file is no list; give the path'],
    ['[1]', below('a'), "the file holds no object with 'a'"],
    ['{"a":{}}', below('a'), "'a' is no list"],
    ['{"a":{"b":1}}', below('a', 'b'), "'a.b' is no list"],
    ['{"a":[1]}', below('a', 'b'), "'a' is no object"],
    ['{"b":[1]}', below('a'), "the file has no 'a'"],
    ['{"a":{"c":[]}}', below('a', 'b'), "the file has no 'a.b'"],
    ['{"a":[1],"a":[2]}', below('a'), "'a' stands twice"],
    ['{"a":{"b":[]},"a":{"b":[]}}', below('a', 'b'), "'a' stands twice"],
    ['{"a":[1]', below('a'), 'byte 8: the file ends before'],
    ['{"a" [1]}', below('a'), 'found "[" where : should be'],
    ['{a:[1]}', below('a'), 'found "a" where a name or }'],
    ['{"a":[1],}', below('a'), 'found "}" where a name'],
    ['{"a":[1]]', below('a'), 'found "]" where , or }'],
    ['\u00ff\u00fe[', list, 'the file is no list'],
  ])('of %j', (text, options, message) => {
    expect(() => cut(text, options)).toThrow(message)
    expect(() => cut(text, options)).toThrow(expect.objectContaining({ detail: expect.objectContaining({ recovery: 'reject' }) }))
  })
})

it('cuts what stands before a fault', () => {
  const slicer = openSlicer(list)
  expect(texts(slicer.push(Buffer.from('[1,{"a":2},}')))).toEqual(['1', '{"a":2}'])
  expect(() => slicer.push(Buffer.from('3]'))).toThrow('byte 11: found "}" where an item of the list should be')
  expect(() => slicer.end()).toThrow('byte 11')
})

describe('lines', () => {
  const any: SlicerOptions = { shape: 'any' }

  it('are one value each; blank ones do not count, the last needs no end', () => {
    const text = '\ufeff{"a":"[\\n]"}\r\n\n  \n{"b":2}\n[3]'
    for (const chunk of [1, 2, 3, 7, 100]) {
      const found = slices(Buffer.from(text), any, chunk)
      expect(found.map((slice) => slice.ok && JSON.parse(slice.text))).toEqual([{ a: '[\n]' }, { b: 2 }, [3]])
      expect(found.map(({ index }) => index)).toEqual([0, 1, 2])
    }
    expect(cut('', any)).toEqual([])
    expect(cut(' \n', any)).toEqual([])
  })

  it('that begin with a bracket are a list, unless lines are asked for', () => {
    expect(cut('[{"a":1},2]', any)).toEqual(['{"a":1}', '2'])
    expect(cut('[1]\n[2]\n', { shape: 'lines' })).toEqual(['[1]', '[2]'])
  })

  it('that are cut off or too long do not spoil the next', () => {
    expect(cut('{"a":\n{"b":2}\n', any)).toEqual(['{"a":', '{"b":2}'])
    expect(texts(slices(Buffer.from(`{"a":"${'x'.repeat(50)}"}\n{"b":2}`), { shape: 'any', maxItemBytes: 20 }, 8))).toEqual([
      'too-large',
      '{"b":2}',
    ])
  })
})
