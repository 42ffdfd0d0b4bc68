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

export const joinCode = (parts: readonly Code[], separator: ',' | ';\n' | '\n' | ' ?? ' | ''): Code =>
  make(parts.map((part) => part.source).join(separator))

/** Names and constants of one compiled unit. */
export interface CodeUnit {
  /** a name never used before; the letter says what it holds */
  readonly name: (letter: 'v' | 'd' | 't' | 'r' | 'l' | 'i' | 'f') => Code
  /** the name of a constant of the surrounding program */
  readonly constant: (value: unknown) => Code
  readonly constants: readonly unknown[]
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
  }
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

/** Computes something once for a block and all inside it. */
export function once(block: Block, key: string, unit: CodeUnit, letter: 'v' | 'd' | 't', compute: () => Code): Code {
  const known = knownIn(block, key)
  if (known !== undefined) return known
  const value = compute()
  const name = unit.name(letter)
  block.lines.push(code`const ${name} = ${value};`)
  block.known.set(key, name)
  return name
}

export const lines = (block: Block): Code => joinCode(block.lines, '\n')
