import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../model/errors.ts'
import { packageRoot } from '../package-root.ts'

const whole = "title: 'A', docs: 'https://a.example/', config: {}, http: {}, check: {}, streams: {}, actions: {}"

/** A connector that does not load: its file (`‸` stands where the fault must point) and what the fault says and suggests. */
const cases: readonly {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly code?: string
  readonly says: RegExp
  readonly suggests: RegExp
}[] = [
  {
    name: 'a syntax error in JavaScript',
    files: { 'connector.js': 'export default {\n  a: 1,\n  b: ‸,\n}\n' },
    says: /no valid code: Unexpected token ','/,
    suggests: /mend the syntax there/,
  },
  {
    name: 'a syntax error in TypeScript',
    files: { 'connector.ts': "const a: number = 1\nexport default {\n  name: 'x'\n  ‸b: a,\n}\n" },
    says: /no valid code: Expected ','/,
    suggests: /mend the syntax there/,
  },
  {
    name: 'a syntax error in a file it imports',
    files: { 'connector.js': "import a from './part.js'\nexport default a\n", 'part.js': 'export default (\n  1 +‸;\n)\n' },
    says: /part\.js cannot be loaded, it is no valid code: Unexpected token ';'/,
    suggests: /mend the syntax there/,
  },
  {
    name: 'an enum',
    files: { 'connector.ts': '‸enum A { b }\nexport default {}\n' },
    says: /enum is not supported/,
    suggests: /write a union/,
  },
  {
    name: 'an import without its ending',
    files: { 'connector.ts': "\nimport a from ‸'./part'\nexport default a\n", 'part.ts': 'export default 1\n' },
    says: /imports '\.\/part', which is not there/,
    suggests: /write '\.\/part\.ts'/,
  },
  {
    name: 'an import of a TypeScript file as .js',
    files: { 'connector.ts': "import a from ‸'./part.js'\nexport default a\n", 'part.ts': 'export default 1\n' },
    says: /imports '\.\/part\.js'/,
    suggests: /write '\.\/part\.ts'/,
  },
  {
    name: 'an import of nothing',
    files: { 'connector.js': "import { a } from ‸'../gone/part.js'\nexport default a\n" },
    says: /imports '\.\.\/gone\/part\.js', which is not there/,
    suggests: /mend the path/,
  },
  {
    name: 'a package that is not installed',
    files: { 'connector.js': "import a from ‸'no-such-package-here/x'\nexport default a\n" },
    says: /imports 'no-such-package-here\/x', which is not there/,
    suggests: /npm install no-such-package-here`/,
  },
  {
    name: 'a type imported as a value from the package',
    files: { 'connector.ts': "import { Connector } from ‸'crossdock/connector'\nexport default {} as Connector\n" },
    says: /imports 'crossdock\/connector'/,
    suggests: /import type/,
  },
  {
    name: 'a name that the other file does not export',
    files: { 'connector.js': "import {\n  ‸gone,\n} from './part.js'\nexport default gone\n", 'part.js': 'export const a = 1\n' },
    says: /imports 'gone' from '\.\/part\.js', which does not export it/,
    suggests: /export it there/,
  },
  {
    name: 'CommonJS',
    files: { 'connector.js': `const a = 1\n‸module.exports = { name: 'x', ${whole} }\n` },
    code: 'connector-commonjs',
    says: /is CommonJS/,
    suggests: /export default connector/,
  },
  {
    name: 'CommonJS by single names',
    files: { 'connector.js': '‸exports.connector = {}\n' },
    code: 'connector-commonjs',
    says: /is CommonJS/,
    suggests: /export default connector/,
  },
  {
    name: 'CommonJS in a folder of ES modules',
    files: { 'package.json': '{"type":"module"}', 'connector.js': "const fs = ‸require('fs')\nmodule.exports = { fs }\n" },
    code: 'connector-commonjs',
    says: /uses 'require', it is CommonJS/,
    suggests: /import … from/,
  },
  {
    name: 'no export at all',
    files: { 'connector.js': '‸const connector = 1\n' },
    code: 'connector-no-default',
    says: /exports no connector/,
    suggests: /export default connector/,
  },
  {
    name: 'a connector exported by name only',
    files: { 'connector.js': `const a = 1\n‸export const mine = { name: 'x', ${whole} }\n` },
    code: 'connector-no-default',
    says: /exports 'mine' by name/,
    suggests: /export default mine/,
  },
  {
    name: 'null as the default',
    files: { 'connector.js': '\n‸export default null\n' },
    code: 'connector-shape',
    says: /is null, not a connector/,
    suggests: /export an object with name, title/,
  },
  {
    name: 'a function as the default',
    files: { 'connector.js': '‸export default () => ({})\n' },
    code: 'connector-shape',
    says: /is a function, not a connector/,
    suggests: /export an object/,
  },
  {
    name: 'a part of a connector',
    files: { 'connector.js': "‸export default { name: 'x', title: 'X', streams: {} }\n" },
    code: 'connector-shape',
    says: /no connector: docs, config, http, check, actions missing/,
    suggests: /type Connector/,
  },
  {
    name: 'a stream that is none',
    files: { 'connector.js': `‸export default { name: 'FOLDER', ${whole.replace('streams: {}', 'streams: { orders: null }')} }\n` },
    code: 'connector-shape',
    says: /no whole connector/,
    suggests: /tsc --noEmit/,
  },
  {
    name: 'another name than its folder',
    files: { 'connector.js': `export default {\n  ‸name: 'other', ${whole} }\n` },
    code: 'connector-name',
    says: /calls itself 'other' but lies in the folder/,
    suggests: /rename the folder/,
  },
  {
    name: 'an error of its own',
    files: { 'connector.js': 'const url = process.env.NEVER_SET_HERE\n\nexport default { url: url.‸trim() }\n' },
    says: /failed while it was loaded: TypeError: Cannot read properties of undefined/,
    suggests: /plain definition/,
  },
  {
    name: 'something thrown that is no error',
    files: { 'connector.js': "‸throw 'no reason'\nexport default 1\n" },
    says: /failed while it was loaded: no reason/,
    suggests: /plain definition/,
  },
]

const folderOf = (index: number): string => `case-${String.fromCharCode(97 + index)}`

/** The command line itself, on Node.js: a test's own module loader words these errors its own way. */
describe('crossdock check says of a connector that does not load what happened, where, and what to do', () => {
  let folder: string
  let faults: readonly Fault[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crossdock-load-'))
    for (const [index, { files }] of cases.entries())
      for (const [name, text] of Object.entries(files)) {
        const file = join(folder, 'connectors', folderOf(index), name)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text.replace('‸', '').replace('FOLDER', folderOf(index)))
      }
    const connections = Object.fromEntries(cases.map((_, index) => [folderOf(index), { connector: folderOf(index), books: 'US' }]))
    await writeFile(join(folder, 'crossdock.json'), JSON.stringify({ connections }))
    const out = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [join(packageRoot, 'src', 'cli.ts'), 'check', '--json', '--workspace', folder],
        { cwd: folder, env: { PATH: process.env.PATH, CROSSDOCK_LANG: 'en' }, timeout: 60_000, maxBuffer: 4 * 1024 * 1024 },
        (_, stdout) => resolve(stdout),
      )
    })
    ;({ faults } = JSON.parse(out) as { readonly faults: readonly Fault[] })
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each(cases.map((one, index) => ({ ...one, index })))('$name', ({ files, code, says, suggests, index }) => {
    const [name, text] = Object.entries(files).find(([, one]) => one.includes('‸')) ?? ['', '']
    const before = text.slice(0, text.indexOf('‸')).split('\n')
    expect(faults.filter(({ file }) => file.includes(`/${folderOf(index)}/`))).toMatchObject([
      {
        code: code ?? 'connector-load',
        severity: 'error',
        file: join('connectors', folderOf(index), name),
        line: before.length,
        column: (before.at(-1)?.length ?? 0) + 1,
        message: expect.stringMatching(says),
        suggestion: expect.stringMatching(suggests),
      },
    ])
  })

  test('each in one line, and once: that the connection finds no connector is not told too', () => {
    expect(faults.filter(({ message, suggestion }) => /\n/.test(`${message}${suggestion}`))).toEqual([])
    expect(faults.filter(({ code }) => code === 'unknown-connector')).toEqual([])
    expect(faults.filter(({ code }) => /^connector-/.test(code))).toHaveLength(cases.length)
  })
})
