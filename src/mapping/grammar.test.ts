import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { compileExpression } from './expression.ts'
import { context } from './testbed.ts'

const document: Json = {
  price: '12.50',
  quantity: 3,
  big: '9007199254740993',
  small: '0.000000000001',
  name: 'Ada',
  blank: '',
  none: null,
  yes: true,
  no: false,
  word: 'abc',
  id: 5,
  'odd name': 'odd',
  nested: { deep: { value: '7' } },
  list: [
    { code: 'A', amount: '1.10', active: true, sub: [{ n: 1 }, { n: 2 }] },
    { code: 'B', amount: '2.25', active: false, sub: [{ n: 4 }] },
    { code: 'C', active: true },
  ],
  numbers: [1, 2, 3],
  empty: [],
}

function evaluate(text: string, doc: Json = document): Json | undefined {
  const { expression, faults } = compileExpression(text, { file: 'test' })
  if (expression === undefined) throw new Error(faults.map((fault) => `${fault.code} ${fault.message}`).join('\n'))
  return expression.evaluate(doc, context())
}

describe('an expression gives', () => {
  it.each<[string, Json | undefined]>([
    ['price', '12.50'],
    ['price * quantity', '37.50'],
    ['price + 1', '13.50'],
    ['1 - 2 - 3', '-4'],
    ['2 + 3 * 4', '14'],
    ['(2 + 3) * 4', '20'],
    ['-price', '-12.50'],
    ['--price', '12.50'],
    ['2 - -3', '5'],
    ['0.1 + 0.2', '0.3'],
    ['big * big', '81129638414606699710187514626049'],
    ['big + 1', '9007199254740994'],
    ['small * small', '0.000000000000000000000001'],
    ['price + missing', undefined],
    ['price + none', undefined],
    ['div(1, 3, 4)', '0.3333'],
    ['div(2, 3, 0)', '1'],
    ['div(1, missing, 2)', undefined],
    ['round(price * 1.005, 2)', '12.56'],
    ["round(12.999, 0, 'down')", '12'],
    ["round(0.125, 2, 'half-even')", '0.12'],
    ['round(price, 4)', '12.5000'],
    ['abs(-price)', '12.50'],
    ['percent(0.19)', '19'],
    ['percent(0.0725)', '7.25'],
    ['percent(1)', '100'],
    ['min(price, 3, missing)', '3'],
    ['max(price, 3)', '12.50'],
    ['sum(list, amount)', '3.35'],
    ['sum(list, ^.quantity)', '9'],
    ['sum(list, sum(sub, n))', '7'],
    ['sum(numbers, .)', '6'],
    ['sum(missing, x)', '0'],
    ['sum(list, active ? amount : 0)', '1.10'],
    ['sum(list, position() * 10)', '60'],
    ['count(list)', 3],
    ['count(list, active)', 2],
    ["count(list, code != 'A')", 2],
    ['count(missing)', 0],
    ['count(list) + 1', '4'],
    ["join(' ', name, blank, word)", 'Ada abc'],
    ["join('-', missing, none)", undefined],
    ["join('/', id, 'lines', quantity)", '5/lines/3'],
    ["join(', ', price * 2, yes)", '25.00, true'],
    ['upper(word)', 'ABC'],
    ['cut(word, 3)', 'abc'],
    ['cut(word, 2)', 'a…'],
    ["cut('a😀b', 3)", 'a…'],
    ['cut(missing, 2)', undefined],
    ['lower(name)', 'ada'],
    ['upper(missing)', undefined],
    ['text(id)', '5'],
    ['text(price * 2)', '25.00'],
    ["['odd name']", 'odd'],
    ['nested.deep.value', '7'],
    ['$.nested.deep.value + 1', '8'],
    ["list[code='B'].amount", '2.25'],
    ["list[code='Z'].amount", undefined],
    ['list[0].code', 'A'],
    ['list[9].code', undefined],
    ['list.length', undefined],
    ['@.books', 'harbour'],
    ['@.config.warehouse', 'WH1'],
    ['@.config.nothing', undefined],
    ['has(price)', true],
    ['has(blank) || has(none) || has(missing)', false],
    ['has(empty)', true],
    ["missing ?? 'else'", 'else'],
    ["blank ?? none ?? 'else'", 'else'],
    ['(missing ?? 0) + 1', '1'],
    ["yes ? 'a' : 'b'", 'a'],
    ["no ? 'a' : yes ? 'b' : 'c'", 'b'],
    ['yes ? price : 1', '12.50'],
    ['true', true],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected)
  })

  it.each<[string, boolean]>([
    ['price == 12.5', true],
    ["price == '12.50'", true],
    ["price == '12.5'", false],
    ['id == 5', true],
    ["id == '5'", true],
    ["word == 'abc'", true],
    ["word == 'ABC'", false],
    ['word == 5', false],
    ['missing == missing', false],
    ["missing == ''", false],
    ["missing != 'x'", true],
    ['price > 12', true],
    ['price >= 12.5 && price <= 12.500', true],
    ['quantity < price', true],
    ['missing < 1', false],
    ['missing >= 1', false],
    ["word < 'abd'", true],
    ['yes && !no', true],
    ['no || yes', true],
    ['!missing', true],
    ['yes == true', true],
    ['no != true', true],
    ["yes && word == 'abc' || no", true],
  ])('%s is %s', (text, expected) => {
    expect(evaluate(text)).toBe(expected)
  })
})

describe('a bad input', () => {
  it.each<[string, string]>([
    ['word + 1', 'DECIMAL /word'],
    ['word > 1', 'DECIMAL /word'],
    ['list * 2', 'DECIMAL /list'],
    ['word && yes', 'TYPE /word'],
    ["join(' ', list)", 'TYPE /list'],
    ['sum(word, x)', 'TYPE /word'],
    ['sum(list, code)', 'DECIMAL /list/0/code'],
    ['div(1, 0, 2)', 'DECIMAL undefined'],
    ['div(1, quantity - 3, 2)', 'DECIMAL undefined'],
  ])('of %s is heard of and has no value', (text, expected) => {
    const { expression } = compileExpression(text, { file: 'test' })
    const heard: string[] = []
    const value = expression?.evaluate(document, context(), (error) => heard.push(`${error.code} ${error.from}`))
    expect(heard[0]).toBe(expected)
    expect(expression?.test(document, context())).toBe(false)
    expect(value === undefined || value === false).toBe(true)
  })

  it('behind a false condition is not looked at', () => {
    const { expression } = compileExpression('has(missing) && word > 1 ? word + 1 : 0', { file: 'test' })
    const heard: string[] = []
    expect(expression?.evaluate(document, context(), (error) => heard.push(error.code))).toBe('0')
    expect(heard).toEqual([])
  })
})

describe('a fault names its place', () => {
  it.each<[string, string, number, string | undefined]>([
    ['price /2', 'E_DIV', 7, undefined],
    ['price % 2', 'E_SYNTAX', 7, undefined],
    ['sun(list, a)', 'E_FUNCTION', 1, "did you mean 'sum'?"],
    ['sum(list)', 'E_FUNCTION', 1, undefined],
    ['1 + word2(', 'E_FUNCTION', 5, undefined],
    ['price +', 'E_SYNTAX', 8, undefined],
    ['(price', 'E_SYNTAX', 7, undefined],
    ["'open", 'E_SYNTAX', 1, undefined],
    ['"x"', 'E_SYNTAX', 1, undefined],
    ['a = b', 'E_SYNTAX', 3, undefined],
    ['a & b', 'E_SYNTAX', 3, undefined],
    ['a == b == c', 'E_SYNTAX', 8, undefined],
    ['12abc', 'E_SYNTAX', 1, undefined],
    ['price;', 'E_SYNTAX', 6, undefined],
    ['x == null', 'E_SYNTAX', 6, undefined],
    ['a.constructor', 'E_NAME', 3, undefined],
    ["a['__proto__']", 'E_NAME', 3, undefined],
    ["1 + 'a'", 'E_TYPE', 5, undefined],
    ["has(price) && 'a'", 'E_TYPE', 15, undefined],
    ["price * 2 == 'a'", 'E_TYPE', 14, undefined],
    ['round(price, quantity)', 'E_TYPE', 14, undefined],
    ["round(price, 2, 'up')", 'E_TYPE', 17, undefined],
    ['position()', 'E_TYPE', 1, undefined],
    ['has(1 + 2)', 'E_TYPE', 7, undefined],
    ['^.x', 'E_PATH', 1, undefined],
    ['@.conection', 'E_PATH', 1, "did you mean '@.connection'?"],
    ['@.codes', 'E_PATH', 1, undefined],
    ['１２', 'E_SYNTAX', 1, undefined],
  ])('%s', (text, code, column, suggestion) => {
    const { expression, faults } = compileExpression(text, { file: 'test', line: 3, column: 1 })
    expect(expression).toBeUndefined()
    expect(faults[0]).toMatchObject({ code, column, line: 3, severity: 'error' })
    expect(faults[0]?.suggestion).toBe(suggestion)
  })

  it('and what is too long, too deep or too many parts is refused, not run', () => {
    const codeOf = (text: string): string | undefined => compileExpression(text, { file: 'test' }).faults[0]?.code
    expect(codeOf('1'.padEnd(3_000, ' '))).toBe('E_LIMIT')
    expect(codeOf(`${'('.repeat(200)}1${')'.repeat(200)}`)).toBe('E_LIMIT')
    expect(codeOf(`${'-'.repeat(400)}1`)).toBe('E_LIMIT')
    expect(codeOf(`${'!'.repeat(100)}a`)).toBe('E_LIMIT')
    expect(codeOf(Array.from({ length: 400 }, () => '1').join('+'))).toBe('E_LIMIT')
    expect(codeOf('9'.repeat(60))).toBe('E_LIMIT')
    expect(codeOf(Array.from({ length: 30 }, () => 'a').join('?b:'))).toBeUndefined()
  })
})

describe('arithmetic', () => {
  const Exact = Decimal.clone({ precision: 400, toExpNeg: -400, toExpPos: 400 })
  type Tree = { readonly text: string; readonly value: Decimal | undefined }
  const leaf: fc.Arbitrary<Tree> = fc.oneof(
    fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.integer({ min: 0, max: 6 })).map(([units, scale]) => {
      const value = new Exact(units.toString()).dividedBy(new Exact(10).pow(scale))
      return { text: value.toFixed(scale), value }
    }),
    fc.constantFrom<Tree>(
      { text: 'price', value: new Exact('12.50') },
      { text: 'quantity', value: new Exact(3) },
      { text: 'missing', value: undefined },
    ),
  )
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(tie('tree'), tie('tree'), fc.constantFrom('+', '-', '*')).map(([a, b, sign]) => ({
        text: `(${a.text} ${sign} ${b.text})`,
        value:
          a.value && b.value && (sign === '+' ? a.value.plus(b.value) : sign === '-' ? a.value.minus(b.value) : a.value.times(b.value)),
      })),
      tie('tree').map((a) => ({ text: `-${a.text}`, value: a.value?.negated() })),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({ text: `(${a.text} ?? ${b.text})`, value: a.value ?? b.value })),
      fc.tuple(tie('tree'), fc.integer({ min: 0, max: 4 })).map(([a, digits]) => ({
        text: `round(${a.text}, ${digits})`,
        value: a.value?.toDecimalPlaces(digits, Decimal.ROUND_HALF_UP),
      })),
      fc.tuple(tie('tree'), tie('tree'), tie('tree'), tie('tree')).map(([a, b, c, d]) => ({
        text: `(${a.text} < ${b.text} ? ${c.text} : ${d.text})`,
        value: a.value !== undefined && b.value !== undefined && a.value.lessThan(b.value) ? c.value : d.value,
      })),
    ),
  }))

  it('agrees with decimal.js on random expressions', () => {
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        fc.pre(text.length < 1_900)
        const { expression, faults } = compileExpression(text, { file: 'test' })
        if (expression === undefined) expect(faults.map((fault) => fault.code)).toEqual(['E_LIMIT'])
        fc.pre(expression !== undefined)
        const heard: string[] = []
        const result = expression?.evaluate(document, context(), (error) => heard.push(error.code))
        if (heard.includes('LIMIT')) return
        expect(result === undefined ? undefined : new Exact(String(result)).toString()).toBe(value === undefined ? undefined : plain(value))
      }),
      { numRuns: 400 },
    )
  })
  const plain = (value: Decimal): string => (value.isZero() ? '0' : value.toString())
})
