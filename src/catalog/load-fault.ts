import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Fault } from '../model/errors.ts'
import { codeRoot } from '../package-root.ts'

interface Place {
  /** absolute path */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Why a connector's module did not load, at the place that has to be mended, which may lie in a file it imports. `file` is the connector's absolute path. */
export async function loadFault(file: string, error: unknown): Promise<Fault> {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const message = firstLine(error)
  const missing = /^Cannot find (module|package) '(.+?)' imported from (.+)$/.exec(message)
  if (missing !== null) {
    const [, , name = '', from = file] = missing
    const place = importPlace(from, name)
    return at(place, { message: `imports '${place.written}', which is not there`, suggestion: whereFrom(place) })
  }
  const place = placeIn(String((error as Error | undefined)?.stack ?? ''), file) ?? (await placeByNode(file, error)) ?? top(file)
  const commonjs = /^(require|module|exports|__filename|__dirname) is not defined/.exec(message)
  if (commonjs !== null) return commonJs(place, `uses '${commonjs[1]}'`)
  const named = /^The requested module '(.+?)' does not provide an export named '(.+?)'/.exec(message)
  if (named !== null)
    return at(place, {
      message: `imports '${named[2]}' from '${named[1]}', which does not export it`,
      suggestion:
        named[2] === 'default'
          ? `write \`export default\` there, or import a name in braces`
          : `export it there; for a type write \`import type { ${named[2]} }\``,
    })
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return at(place, {
      message: `cannot be loaded: ${message}`,
      suggestion: 'only types that can be taken out run: write a union or an object in place of an enum or a namespace, and fields in full',
    })
  if (error instanceof SyntaxError)
    return at(place, {
      message: `cannot be loaded, it is no valid code: ${message}`,
      suggestion: 'mend the syntax there, then check again',
    })
  return at(place, {
    message: `failed while it was loaded: ${error instanceof Error ? `${error.name}: ` : ''}${message}`,
    suggestion: 'a connector is a plain definition: nothing in its file may fail or depend on its surroundings when it is imported',
  })
}

/** A module in the older format: Node.js loads it, but keeps the first state of it for ever, so that a reload would not see an edit. */
export function commonJsFault(file: string, text: string): Fault {
  const place = placeOf(file, text, /\bmodule\.exports\b|\bexports\.\w|\brequire\s*\(/)
  return commonJs(place, 'is')
}

/** What a loaded module lacks to be a connector; undefined when its default export has every part of one, whatever they hold. */
export function exportFault(file: string, text: string, module: Readonly<Record<string, unknown>>): Fault | undefined {
  const found = module.default
  if (found === undefined) {
    const [name] =
      Object.entries(module).find(([, value]) => lacks(value).length === 0) ?? Object.keys(module).filter((key) => key === 'connector')
    const place = name === undefined ? top(file) : placeOf(file, text, new RegExp(`\\bexport\\b[^\\n]*\\b${escaped(name)}\\b`))
    return at(
      place,
      {
        message: name === undefined ? 'exports no connector' : `exports '${name}' by name, and no connector as its default`,
        suggestion: `write \`export default ${name ?? 'connector'}\` at its end`,
      },
      'connector-no-default',
    )
  }
  const missing = lacks(found)
  if (missing.length === 0) return undefined
  const place = placeOf(file, text, /\bexport\s+default\b/)
  const what = found === null ? 'null' : Array.isArray(found) ? 'a list' : typeof found === 'object' ? undefined : `a ${typeof found}`
  return at(
    place,
    {
      message:
        what === undefined
          ? `its default export is no connector: ${missing.join(', ')} missing or of another kind`
          : `its default export is ${what}, not a connector`,
      suggestion: `export an object with ${Object.keys(parts).join(', ')}: the type Connector of 'crossdock/connector' describes them`,
    },
    'connector-shape',
  )
}

/** A definition that cannot even be looked through: a part deep inside is of another kind than the contract has it. */
export function lintFault(file: string, text: string, error: unknown): Fault {
  return at(
    placeOf(file, text, /\bexport\s+default\b/),
    {
      message: `holds no whole connector, looking through it failed: ${firstLine(error)}`,
      suggestion: "annotate it with the type Connector of 'crossdock/connector' and let `tsc --noEmit` name the part",
    },
    'connector-shape',
  )
}

/** Where the connector says its name. */
export function namePlace(file: string, text: string, name: string): Omit<Fault, 'code' | 'message'> {
  return shown(placeOf(file, text, new RegExp(`\\bname['"]?\\s*:\\s*(['"\`])${escaped(name)}\\1`)))
}

const parts: Readonly<Record<string, 'string' | 'object'>> = {
  name: 'string',
  title: 'string',
  docs: 'string',
  config: 'object',
  http: 'object',
  check: 'object',
  streams: 'object',
  actions: 'object',
}

const lacks = (value: unknown): string[] =>
  Object.entries(parts).flatMap(([name, kind]) => {
    const field = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
    return typeof field === kind && field !== null ? [] : [name]
  })

const commonJs = (place: Place, how: string): Fault =>
  at(
    place,
    {
      message: `${how === 'is' ? 'is' : `${how}, it is`} CommonJS; a connector is an ES module`,
      suggestion: 'write `import … from` in place of `require(…)` and `export default connector` in place of `module.exports = connector`',
    },
    'connector-commonjs',
  )

function at(place: Place, told: { readonly message: string; readonly suggestion: string }, code = 'connector-load'): Fault {
  const where = shown(place)
  return { ...where, code, message: `${where.file} ${told.message}`, suggestion: told.suggestion }
}

const shown = ({ file, line, column }: Place): Omit<Fault, 'code' | 'message'> => ({
  severity: 'error',
  file: relative(process.cwd(), file),
  line,
  column,
  path: '',
})

const top = (file: string): Place => ({ file, line: 1, column: 1 })
const escaped = (text: string): string => text.replaceAll(/[$.*+?^{}()|[\]\\]/g, '\\$&')
const firstLine = (error: unknown): string => {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.replace(/, you can use import instead$/, '')
}

function placeOf(file: string, text: string, found: RegExp): Place {
  const offset = text.search(found)
  if (offset < 0) return top(file)
  const before = text.slice(0, offset).split('\n')
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** The import of a file that names what is missing; `written` as it stands there. */
function importPlace(from: string, missing: string): Place & { readonly written: string } {
  const text = textOf(from)
  for (const { 0: quoted, 2: written = '', index } of text.matchAll(/(['"`])([^'"`\n]+)\1/g)) {
    const isMeant =
      written === missing ||
      written.startsWith(`${missing}/`) ||
      (/^\.{0,2}\//.test(written) && resolve(dirname(from), written) === missing)
    if (!isMeant || quoted === '') continue
    const before = text.slice(0, index).split('\n')
    return { file: from, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, written }
  }
  return { ...top(from), written: missing }
}

function whereFrom({ file, written }: Place & { readonly written: string }): string {
  if (written === 'crossdock' || written.startsWith('crossdock/'))
    return `it holds types only: write \`import type { … } from 'crossdock/connector'\``
  if (!/^\.{0,2}\//.test(written)) {
    const name = written.split('/', written.startsWith('@') ? 2 : 1).join('/')
    return `install the package beside the workspace (\`npm install ${name}\`), or do without it`
  }
  const target = resolve(dirname(file), written)
  const ending = ['.ts', '.js', '/index.ts', '/index.js'].find((end) => existsSync(target + end))
  if (ending !== undefined) return `write '${written}${ending}': the ending is part of the name`
  const other = written.replace(/\.js$/, '.ts')
  if (other !== written && existsSync(resolve(dirname(file), other))) return `write '${other}': the file is imported as it is called`
  return 'put the file there, or mend the path; it is seen from the importing file'
}

/** Node.js heads a stack with `file:line`, the line and a caret for code that does not compile; else the first frame outside of it counts. */
function placeIn(stack: string, file: string): Place | undefined {
  const lines = stack.split('\n')
  const head = /^(file:.+?|\/.+?|[A-Za-z]:\\.+?)(?:\?\w+)?:(\d+)$/.exec(lines[0] ?? '')
  if (head !== null) {
    const caret = lines.slice(1, 5).find((line) => /^\s*\^/.test(line))
    return { file: pathOf(head[1] ?? file), line: Number(head[2]), column: (caret?.indexOf('^') ?? 0) + 1 }
  }
  for (const line of lines) {
    const frame = /^\s+at (?:.*\()?(file:.+?|\/.+?|[A-Za-z]:\\.+?)(?:\?\w+)?:(\d+):(\d+)\)?$/.exec(line)
    if (frame === null) continue
    const path = pathOf(frame[1] ?? file)
    if (path === file || !isOurs(path)) return { file: path, line: Number(frame[2]), column: Number(frame[3]) }
  }
  return undefined
}

const isOurs = (path: string): boolean => path.startsWith(join(codeRoot, 'src')) || path.includes('/node_modules/')

const checkMs = 5000

/** Code that does not parse has its place only in what Node.js writes when nobody catches the error. Nothing of the module has run, and nothing of it runs for this. */
async function placeByNode(file: string, error: unknown): Promise<Place | undefined> {
  if (!(error instanceof SyntaxError)) return undefined
  const load = ['--input-type=module', '--eval', `await import(${JSON.stringify(pathToFileURL(file).href)})`]
  const written = await new Promise<string>((done) => {
    execFile(process.execPath, load, { timeout: checkMs, env: {}, maxBuffer: 1024 * 1024 }, (_, __, stderr) => done(stderr))
  })
  return placeIn(written, file)
}

const pathOf = (text: string): string => (text.startsWith('file:') ? fileURLToPath(text) : text)

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
