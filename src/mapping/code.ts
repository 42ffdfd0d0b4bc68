/**
 * JavaScript text that is safe by construction. Only this file makes a {@link Code}: from templates written in our own
 * source, from generated names, from quoted texts and from safe integers. A text of a mapping file can enter only through
 * {@link quote}; everything else is passed to the code as a constant by its number.
 */
const mark = Symbol('code')
export interface Code {
  readonly [mark]: true
  readonly source: string
}

const make = (source: string): Code => ({ [mark]: true, source })
const isCode = (value: unknown): value is Code => typeof value === 'object' && value !== null && mark in value

/** A piece of code; what is put in must be code or a safe integer. */
export function code(parts: TemplateStringsArray, ...values: readonly (Code | number)[]): Code {
  let source = parts[0] ?? ''
  for (const [i, value] of values.entries()) source += rendered(value) + (parts[i + 1] ?? '')
  return make(source)
}

function rendered(value: unknown): string {
  if (isCode(value)) return value.source
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value < 0 ? `(${value})` : String(value)
  throw new TypeError('only code and safe integers can be put into code')
}

/** A text as a JavaScript literal; no character of it can end the literal or a line. */
export function quote(text: string): Code {
  const escaped = JSON.stringify(text).replace(/[\u007f-\uffff<>/`$]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return make(escaped)
}

export const joinCode = (parts: readonly Code[], separator: ',' | '\n' | ' && ' | ''): Code =>
  make(parts.map((part) => part.source).join(separator))

/** Names and constants of one compiled unit. */
export interface CodeUnit {
  /** a name never used before; the letter says what it holds */
  readonly name: (letter: 'v' | 'd' | 't' | 'r' | 'l' | 'i' | 'f') => Code
  /** the name of a constant of the surrounding program */
  readonly constant: (value: unknown) => Code
  readonly constants: readonly unknown[]
  /** what the next name gets as its number; every name with a smaller one is known before */
  readonly next: () => number
  /** functions beside the main one */
  readonly functions: Code[]
}

export function createUnit(): CodeUnit {
  let next = 0
  const constants: unknown[] = []
  const names = new Map<unknown, Code>()
  return {
    name: (letter) => make(`${letter}${next++}`),
    constant: (value) => {
      const known = names.get(value)
      if (known !== undefined) return known
      const name = make(`k${constants.push(value) - 1}`)
      names.set(value, name)
      return name
    },
    constants,
    next: () => next,
    functions: [],
  }
}

const textOrName = /"(?:[^"\\]|\\.)*"|\b[vdtrlif]\d+\b/g

/**
 * Moves a body into a function of its own and gives its call: an engine compiles, inlines and keeps small functions better than one
 * large one. `since` is what {@link CodeUnit.next} gave before the body was made; names made earlier become its parameters.
 */
export function outline(unit: CodeUnit, since: number, body: Code): { readonly call: Code; readonly reads: readonly string[] } {
  const free = new Set<string>()
  for (const [found] of body.source.matchAll(textOrName)) if (!found.startsWith('"') && Number(found.slice(1)) < since) free.add(found)
  const name = unit.name('f')
  const parameters = joinCode([make('run'), ...[...free].map(make)], ',')
  unit.functions.push(code`function ${name}(${parameters}) { ${body} }`)
  return { call: code`${name}(${parameters})`, reads: [...free] }
}

/**
 * A constructor of plain objects with these fields, each as an argument; one that is not `always` there is left out where it is undefined.
 * An engine that has seen them made gives room for all fields at once.
 */
export function maker(unit: CodeUnit, fields: readonly { readonly key: string; readonly always: boolean }[]): Code {
  const name = unit.name('f')
  const values = fields.map(() => unit.name('v'))
  const puts = fields.map(({ key, always }, i) => {
    const value = values[i] ?? make('undefined')
    const put = code`this[${quote(key)}] = ${value};`
    return always ? put : code`if (${value} !== undefined) ${put}`
  })
  unit.functions.push(code`function ${name}(${joinCode(values, ',')}) { ${joinCode(puts, '\n')} } ${name}.prototype = plain;`)
  return name
}

/** Lines of code in one scope, and what has been computed in it. */
export interface Block {
  readonly lines: Code[]
  readonly known: Map<string, Code>
  readonly parent: Block | undefined
}
export const createBlock = (parent?: Block): Block => ({ lines: [], known: new Map(), parent })

/** What was computed in this block or one around it. */
export function knownIn(block: Block, key: string): Code | undefined {
  for (let here: Block | undefined = block; here !== undefined; here = here.parent) {
    const found = here.known.get(key)
    if (found !== undefined) return found
  }
  return undefined
}

const isName = /^[a-z]\d+$/

/** Computes something once for a block and all inside it. */
export function once(block: Block, key: string, unit: CodeUnit, letter: 'v' | 'd' | 't', compute: () => Code): Code {
  const known = knownIn(block, key)
  if (known !== undefined) return known
  const value = compute()
  if (isName.test(value.source)) {
    block.known.set(key, value)
    return value
  }
  const name = unit.name(letter)
  block.lines.push(code`const ${name} = ${value};`)
  block.known.set(key, name)
  return name
}

export const lines = (block: Block): Code => joinCode(block.lines, '\n')
