import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'
import { metaSchemaId, openMetaSchema } from './src/model/meta-schema.ts'

/**
 * Makes `dist`, what is published: the program and the packages it uses in few files, and their licences. A start reads some 1,500 files otherwise, which takes longer than all else it does.
 */
const root = import.meta.dirname
const dist = join(root, 'dist')

/** Files that others name: the program, the contract of connectors, the shipped connectors, the process that plays the partners of the demo. */
const entries = Object.fromEntries(
  [
    'src/cli',
    'src/connector/types',
    'src/simulator/day/process',
    ...readdirSync(join(root, 'connectors'))
      .map((name) => `connectors/${name}/connector`)
      .filter((name) => existsSync(join(root, `${name}.ts`))),
  ].map((name) => [name, join(root, `${name}.ts`)]),
)

/** Pages for the browser, read as files; and what packages try to load, and do without. */
const outside = /^(swagger-ui-dist|msgpackr-extract|pg|pg-cursor)(\/|$)/

/** The schema of schemas as ajv's own code, with the same exports as the file that compiles it. */
const compiledMetaSchema = () => {
  const code = standaloneCode.default(openMetaSchema(true), { judge: metaSchemaId })
  const asked = 'require("ajv/dist/runtime/equal").default'
  if (code.split('require(').length - 1 !== code.split(asked).length - 1) throw new Error('the compiled schema of schemas asks for more of ajv')
  return `import equal from 'ajv/dist/runtime/equal.js'\n${code.replaceAll(asked, 'equal.default')}
export const metaSchemaId = ${JSON.stringify(metaSchemaId)}
export const metaSchema = () => judge\n`
}

/**
 * Node.js's own module, for `import`: to import it as it is evaluates all it exports, also WebSocket and what stands behind that (undici, which the hub brings itself): a tenth of a start.
 */
const leanHttpId = 'lean-http.js'
const leanHttp = () => {
  const behind = new Set(['WebSocket', 'CloseEvent', 'MessageEvent', 'default'])
  const names = Object.keys(Object.getOwnPropertyDescriptors(http)).filter((name) => !behind.has(name))
  return `const http = process.getBuiltinModule('node:http')\nexport default http\nexport const { ${names.join(', ')} } = http\n`
}

/** Writes the program and the shipped connectors into `dir`. `plugins`: what else happens to the sources. @throws Error when something asked for is not found */
export async function bundleProgram(dir: string, plugins: readonly Plugin[] = []): Promise<readonly OutputChunk[]> {
  const warnings: string[] = []
  const bundle = await rolldown({
    input: entries,
    platform: 'node',
    external: outside,
    plugins: [
      {
        name: 'compiled-meta-schema',
        load: (id) => (id === join(root, 'src', 'model', 'meta-schema.ts') ? { code: compiledMetaSchema(), moduleType: 'js' } : undefined),
      },
      {
        name: 'lean-http',
        resolveId: (id, _importer, { kind }) => (/^(node:)?http$/.test(id) && kind !== 'require-call' ? leanHttpId : undefined),
        load: (id) => (id === leanHttpId ? { code: leanHttp(), moduleType: 'js' } : undefined),
      },
      ...plugins,
    ],
    transform: { target: 'esnext' },
    // jsonc-parser's other form asks for its files in a way that cannot be followed
    resolve: { mainFields: ['module', 'main'] },
    onwarn: (warning) => void warnings.push(warning.message ?? String(warning)),
  })
  const { output } = await bundle.write({
    dir,
    format: 'esm',
    entryFileNames: '[name].js',
    // package-root.ts finds the package from where it stands
    chunkFileNames: 'src/[name]-[hash].js',
    comments: { legal: false, annotation: false, jsdoc: false },
  })
  await bundle.close()
  if (warnings.length > 0) throw new Error(`the bundle is not whole:\n${warnings.join('\n')}`)
  return output.filter((one): one is OutputChunk => one.type === 'chunk')
}

async function publish(): Promise<void> {
  rmSync(join(dist, 'src'), { recursive: true, force: true })
  rmSync(join(dist, 'connectors'), { recursive: true, force: true })
  const chunks = await bundleProgram(dist)
  // src/papers/font.ts reads it
  const font = join(root, 'node_modules/@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff')
  mkdirSync(join(dist, 'fonts'), { recursive: true })
  copyFileSync(font, join(dist, 'fonts', 'noto-sans-sc.woff'))
  writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences([...chunks.flatMap(({ moduleIds }) => moduleIds), font]))
}

/** Name, version and licence of every package that has a file among these. @throws Error for one without a licence */
function licences(files: readonly string[]): string {
  const folders = new Set(files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>
    const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one) && existsSync(join(folder, one)))
    if (file === undefined && typeof license !== 'string') throw new Error(`${String(name)} has no licence`)
    return `${String(name)} ${String(version)} (${String(license)})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

if (import.meta.main) await publish()
