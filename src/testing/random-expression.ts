import fc from 'fast-check'

/** Draws one value; what fast-check hands to a property over `fc.gen()`. */
export type Draw = fc.GeneratorValue

/** Names of the world: every object of a document may have any of them, so that most paths lead somewhere. */
export const numbers = ['n', 'm', 'q']
export const texts = ['t', 'code', 'odd name', 'toString', 'secret']
export const lists = ['l', 'k']
export const objects = ['o', 'p']
export const times = ['at', 'local']
export const anything = [
  ...numbers,
  ...texts,
  ...lists,
  ...objects,
  ...times,
  'b',
  'ymd',
  'epoch',
  'cur',
  'id',
  'nobody',
  'length',
  'link',
  'hasOwnProperty',
]

/** What a rule stands in. */
export interface World {
  readonly mode: 'pull' | 'push' | 'both'
  /** how deep rules may still nest */
  readonly depth: number
  /** `from`s and `each`es around */
  readonly levels: number
  readonly inItem: boolean
  readonly lets: readonly { readonly name: string; readonly kind: 'number' | 'text' | 'truth' | 'raw' }[]
}

export const one = <T>(g: Draw, ...values: readonly T[]): T => values[g(fc.nat, { max: values.length - 1 })] as T
export const chance = (g: Draw, percent: number): boolean => g(fc.integer, { min: 1, max: 100 }) <= percent
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

function step(g: Draw, name: string): string {
  if (!/^\w+$/.test(name)) return `[${quoted(name)}]`
  return chance(g, 6) ? `[${quoted(name)}]` : `.${name}`
}

/** A path to something of a kind, or to whatever is there. */
export function path(g: Draw, world: World, names: readonly string[]): string {
  if (world.inItem && chance(g, 4)) return '.'
  const roots = [
    '',
    '',
    '',
    '',
    '$',
    ...Array.from({ length: world.levels }, (_, i) =>
      Array(i + 1)
        .fill('^')
        .join('.'),
    ),
  ]
  const root = one(g, ...roots)
  let rest = ''
  for (let i = g(fc.integer, { min: -2, max: 2 }); i > 0; i--) {
    const isList = chance(g, 40)
    rest += step(g, one(g, ...(isList ? lists : objects)))
    if (isList) rest += one(g, '[0]', '[1]', "[code='A']", "[code='zz']", "['odd name']", '')
  }
  rest += step(g, chance(g, 90) ? one(g, ...names) : one(g, ...anything))
  return root + (root === '' && rest.startsWith('.') ? rest.slice(1) : rest)
}

export const named = (g: Draw, world: World, kind: World['lets'][number]['kind']): string | undefined => {
  const fitting = world.lets.filter((known) => known.kind === kind)
  return fitting.length > 0 && chance(g, 40) ? one(g, ...fitting).name : undefined
}

export function numeric(g: Draw, world: World, depth: number): string {
  const sub = (): string => numeric(g, world, depth - 1)
  if (depth <= 0)
    return (
      named(g, world, 'number') ??
      named(g, world, 'raw') ??
      (chance(g, 75) ? path(g, world, numbers) : one(g, '2', '0', '0.5', '1.005', '9007199254740993'))
    )
  switch (
    one(g, 'leaf', 'leaf', 'sign', 'sign', 'minus', 'round', 'div', 'abs', 'percent', 'most', 'sum', 'count', 'choose', 'else', 'position')
  ) {
    case 'sign':
      return `(${sub()} ${one(g, '+', '-', '*')} ${sub()})`
    case 'minus':
      return `(-${sub()})`
    case 'round':
      return `round(${sub()}, ${one(g, 0, 1, 2, 4)}${one(g, '', ", 'half-up'", ", 'half-even'", ", 'down'")})`
    case 'div':
      return `div(${sub()}, ${sub()}, ${one(g, 0, 2, 5)})`
    case 'abs':
      return `abs(${sub()})`
    case 'percent':
      return `percent(${sub()})`
    case 'most':
      return `${one(g, 'min', 'max')}(${sub()}, ${sub()})`
    case 'sum':
      return `sum(${path(g, world, lists)}, ${numeric(g, inList(world), depth - 1)})`
    case 'count':
      return chance(g, 50) ? `count(${path(g, world, lists)})` : `count(${path(g, world, lists)}, ${truth(g, inList(world), depth - 1)})`
    case 'choose':
      return `(${truth(g, world, depth - 1)} ? ${sub()} : ${sub()})`
    case 'else':
      return `(${sub()} ?? ${sub()})`
    case 'position':
      return world.inItem ? 'position()' : sub()
    default:
      return numeric(g, world, 0)
  }
}

export const inList = (world: World): World => ({ ...world, levels: world.levels + 1, inItem: true })

export function textual(g: Draw, world: World, depth: number): string {
  if (depth <= 0)
    return (
      named(g, world, 'text') ??
      named(g, world, 'raw') ??
      (chance(g, 70) ? path(g, world, texts) : quoted(one(g, 'A', '', '12', "it's", '\\')))
    )
  switch (one(g, 'leaf', 'join', 'case', 'cut', 'text', 'choose', 'else')) {
    case 'cut':
      return `cut(${textual(g, world, depth - 1)}, ${one(g, 1, 2, 5)})`
    case 'join':
      return `join(${one(g, "' '", "''", "'-'", textual(g, world, 0))}, ${textual(g, world, depth - 1)}, ${textual(g, world, depth - 1)})`
    case 'case':
      return `${one(g, 'upper', 'lower')}(${textual(g, world, depth - 1)})`
    case 'text':
      return `text(${numeric(g, world, depth - 1)})`
    case 'choose':
      return `(${truth(g, world, depth - 1)} ? ${textual(g, world, 0)} : ${textual(g, world, 0)})`
    case 'else':
      return `(${textual(g, world, 0)} ?? ${textual(g, world, 0)})`
    default:
      return textual(g, world, 0)
  }
}

export function truth(g: Draw, world: World, depth: number): string {
  const sign = (): string => one(g, '==', '!=', '<', '<=', '>', '>=')
  switch (one(g, 'has', 'number', 'number', 'text', 'logic', 'not', 'raw', 'constant')) {
    case 'has':
      return `has(${named(g, world, 'raw') ?? path(g, world, anything)})`
    case 'number':
      return `${numeric(g, world, depth - 1)} ${sign()} ${numeric(g, world, depth - 1)}`
    case 'text':
      return `${path(g, world, texts)} ${sign()} ${chance(g, 50) ? path(g, world, texts) : quoted(one(g, 'A', 'B', '12'))}`
    case 'logic':
      return depth <= 0 ? truth(g, world, 0) : `(${truth(g, world, depth - 1)} ${one(g, '&&', '||')} ${truth(g, world, depth - 1)})`
    case 'not':
      return depth <= 0 ? truth(g, world, 0) : `!(${truth(g, world, depth - 1)})`
    case 'raw':
      return named(g, world, 'truth') ?? path(g, world, ['b'])
    default:
      return one(g, 'true', 'false')
  }
}
