import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { filledExample } from './packaged-compose.ts'
import { holds, type RunOptions, run, start } from './packaged-process.ts'

/** What may be in the package, and nothing else. */
const belongs: readonly RegExp[] = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^dist\/(src|connectors)\/.*\.js$/,
  /^dist\/THIRD-PARTY\.txt$/,
  /^dist\/fonts\/noto-sans-sc\.woff$/,
  /^dist\/src\/(connector\/types(-\w+)?|model\/json)\.d\.ts$/,
  /^connectors\/[\w-]+\/(README\.md|form\.json|fixtures\/(answers\/)?[\w.-]+\.json)$/,
  /^connectors\/vendure\/plugin\/(README\.md|[\w-]+\.cjs)$/,
  /^mappings\/[\w-]+\/[\w-]+(\.cases)?\.json$/,
  /^mappings\/tables\/[\w-]+@[\d.]+\.json$/,
  /^schemas\/(?:[\w-]+\/)?[\w.-]+\.json$/,
  /^workspaces\/(demo(-[\w-]+)?|events)\/crossdock\.json$/,
  /^workspaces\/events\/\.env\.example$/,
  /^docs\/(?:suggest\/[\w-]+\/)?[\w.-]+\.(md|json|yml)$/,
]
const doesNot = /\.test\.|\/dist\/src\/(acceptance|testing\/(packaged|private|store-))/
// with the packages it uses in it; of them 3.5 MB, 2 MB packed, are what puts statements on paper: a Chinese font and the writer of PDF
const mostBytes = 21_500_000
const mostPackedBytes = 5_600_000

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))

/** Looks at an unpacked tarball. @throws Error that names what does not belong, or the size */
export function lookAtPackage(folder: string, tarball: string): string {
  const files = filesOf(folder)
  const foreign = files.filter((file) => !belongs.some((rule) => rule.test(file)) || doesNot.test(`/${file}`))
  if (foreign.length > 0) throw new Error(`does not belong into the package: ${foreign.slice(0, 20).join(', ')}`)
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  const packed = statSync(tarball).size
  if (bytes > mostBytes || packed > mostPackedBytes)
    throw new Error(`the package has grown to ${bytes} bytes, ${packed} packed; raise the limit knowingly`)
  return `${files.length} files, ${(packed / 1024).toFixed(0)} KiB packed, ${(bytes / 1024 / 1024).toFixed(1)} MiB unpacked`
}

const tsConnector = `import type { Connector } from 'crossdock/connector'

const bell: Connector = {
  name: 'bell',
  title: 'A door bell',
  docs: 'https://bell.example/',
  config: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
  http: { baseUrl: '{config.url}', auth: { kind: 'none' } },
  check: { path: '/ping' },
  streams: {},
  actions: {},
}
export { bell as default }
`
const jsConnector = tsConnector
  .replace(
    "import type { Connector } from 'crossdock/connector'",
    "/** @typedef {import('crossdock/connector').Connector} Connector */\nimport 'crossdock/connector'\n\n/** @type {Connector} */",
  )
  .replace('const bell: Connector', 'const gong')
  .replaceAll('bell', 'gong')
const wrongConnector = tsConnector.replace("title: 'A door bell'", 'title: 7')

/** Uses the package as a person does who installed it into an empty folder. `tell` gets one line for each thing that held. */
export async function useInstalled(tarball: string, folder: string, env: NodeJS.ProcessEnv, tell: (text: string) => void): Promise<void> {
  mkdirSync(folder)
  const options: RunOptions = { cwd: folder, env, limitMs: 60_000 }
  const npx = (words: string, env = options.env) => run(['npx', 'crossdock', ...words.split(' ')], { ...options, env })
  const bin = (words: string) => start([join(folder, 'node_modules', '.bin', 'crossdock'), ...words.split(' ')], options).ended
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const installed = await run(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', tarball], options)
  const node = (await run(['node', '--version'], options)).out.trim()
  tell(`npm install into an empty folder, node ${node} (${(installed.ms / 1000).toFixed(1)} s)`)

  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
  holds('crossdock --version', (await npx('--version')).out.trim(), version)
  tell(`crossdock --version: ${version}`)

  await npx('init')
  for (const [name, text] of [
    ['bell/connector.ts', tsConnector],
    ['gong/connector.js', jsConnector],
  ] as const) {
    mkdirSync(join(folder, 'connectors', name, '..'), { recursive: true })
    writeFileSync(join(folder, 'connectors', name), text)
  }
  const secrets = filledExample(join(folder, '.env.example'), () => 'a long enough secret')
  const checked = JSON.parse((await npx('check --json', { ...env, ...secrets })).out) as {
    readonly ok: boolean
    readonly workspace: string
  }
  holds('crossdock check: ok', checked.ok, true)
  holds('crossdock check: workspace', checked.workspace, folder)
  const listed = (await bin('connector list --json')).out
  for (const name of ['bell', 'gong', 'tryton', 'woocommerce', 'standard-webhooks'])
    holds(`connector list has ${name}`, listed.includes(`"${name}"`), true)
  tell('crossdock init, check; connectors of the workspace in TypeScript and JavaScript are loaded')

  const tsc = join(packageRoot, 'node_modules', '.bin', 'tsc')
  const strict = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'esnext',
    '--types',
    '',
    '--allowJs',
    '--checkJs',
    '--skipLibCheck',
    'false',
  ]
  await run([tsc, ...strict, 'connectors/bell/connector.ts', 'connectors/gong/connector.js'], options)
  writeFileSync(join(folder, 'wrong.ts'), wrongConnector)
  const wrong = await start([tsc, ...strict, 'wrong.ts'], options).ended
  holds('tsc on a wrong connector', /wrong\.ts.*TS2322/.test(wrong.out), true)
  tell("'crossdock/connector' has types: right connectors pass tsc, a wrong one does not")

  const gong = join(folder, 'connectors', 'gong', 'connector.js')
  writeFileSync(gong, jsConnector.replace("type: 'object', required", "type: 'objekt', required"))
  const unlike = await bin('connector test gong')
  writeFileSync(gong, jsConnector)
  holds('a schema that is none is told', /no JSON Schema 2020-12/.test(unlike.out + unlike.err), true)
  tell('a schema that is none is found by the compiled schema of schemas')

  for (const words of ['connector test woocommerce', 'map test woocommerce/order']) {
    const { code, out, err } = await bin(words)
    if (code !== 0) throw new Error(`crossdock ${words} ended with ${code}\n${out.slice(-2000)}\n${err.slice(-2000)}`)
  }
  const refused = await bin('demo --break dedupe')
  holds('exit code of demo --break without the source', refused.code, 2)
  holds('demo --break names the checkout', refused.err.includes('checkout'), true)
  tell('crossdock connector test, map test; demo --break says that it needs the source')

  const demo = await npx('demo --scale 0.02 --json')
  const { foots } = JSON.parse(demo.out) as {
    readonly foots: Readonly<Record<string, { readonly ledger: unknown; readonly systems: unknown }>>
  }
  const differ = Object.entries(foots).filter(([, { ledger, systems }]) => ledger !== systems)
  holds('demo: figures that differ', differ.length, 0)
  tell(`crossdock demo --scale 0.02: ${Object.keys(foots).length} figures foot (${(demo.ms / 1000).toFixed(1)} s)`)
}
