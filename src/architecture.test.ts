import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Which room may import which: the table of ARCHITECTURE.md, and the only place where code states it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  model: [],
  connector: ['model', 'mapping'],
  mapping: ['model'],
  store: ['model'],
  ledger: ['model', 'store', 'connector/types'],
  pipeline: ['model', 'connector', 'mapping', 'store', 'ledger'],
  queue: ['model', 'store', 'ledger', 'pipeline', 'connector/limiter'],
  papers: ['model'],
  http: ['model', 'store', 'ledger', 'pipeline', 'papers', 'connector/types'],
  simulator: ['model'],
}
/** Files that put the hub together may import anything but each other's tests. */
const top = new Set([
  'main',
  'cli',
  'config',
  'workspace',
  'workspace-connections',
  'workspace-faults',
  'workspace-mappings',
  'workspace-overlays',
  'workspace-alarms',
  'workspace-replenishment',
  'workspace-returns',
  'workspace-routes',
  'workspace-offers',
  'workspace-settlement',
  'workspace-routing',
  'workspace-settings',
  'workspace-streams',
  'catalog',
  'secret-reference',
  'package-root',
  'runtime',
  'small-heap',
  'data-folder',
  'commands',
  'testing',
  'demo',
  'acceptance',
])

/** npm packages that have one home each. */
const homes: Readonly<Record<string, readonly string[]>> = {
  kysely: ['src/store/'],
  mysql2: ['src/store/'],
  bullmq: ['src/queue/'],
  ioredis: ['src/queue/'],
  hono: ['src/http/', 'src/simulator/'],
  '@hono/node-server': ['src/http/', 'src/simulator/'],
  'prom-client': ['src/http/'],
  ajv: ['src/model/schema', 'src/model/meta-schema'],
  'ajv-formats': ['src/model/schema', 'src/model/meta-schema'],
  re2js: ['src/model/schema'],
  'p-retry': ['src/connector/http.ts'],
  undici: ['src/connector/egress.ts'],
  'ipaddr.js': ['src/connector/'],
  '@opentelemetry/api': ['src/main/'],
  '@opentelemetry/exporter-trace-otlp-http': ['src/main/'],
  '@opentelemetry/resources': ['src/main/'],
  '@opentelemetry/sdk-trace': ['src/main/'],
  pino: ['src/model/log.ts'],
  croner: ['src/model/timing.ts'],
  pdfkit: ['src/papers/'],
  fontkit: ['src/papers/'],
  hucre: ['src/papers/'],
  nodemailer: ['src/connector/mail.ts'],
  commander: ['src/cli.ts', 'src/commands/'],
  'cli-table3': ['src/commands/', 'src/demo/'],
  'cli-progress': ['src/commands/', 'src/demo/'],
}

const bannedNames = /(^|[-_.])(util|utils|helper|helpers|common|shared|core|manager|service|misc)([-_.]|$)/

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name))
      const text = readFileSync(join(root, path), 'utf8')
      const imports = [
        ...text.matchAll(
          /(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:\{[^}]*\})?[^'"\n]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
        ),
      ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
      return { path, text, imports }
    })
}

const code = [...sources('src'), ...sources('connectors')]
/** Test beds that stand beside what they test. */
const beds: ReadonlySet<string> = new Set([
  'src/http/test-deposits.ts',
  'src/http/test-hub.ts',
  'src/http/test-money.ts',
  'src/http/test-numbers.ts',
  'src/http/test-rows.ts',
  'src/http/test-parties.ts',
  'src/http/test-party-seed.ts',
  'src/ledger/ledger-kit.ts',
  'src/ledger/deposit/deposit-bed.ts',
  'src/ledger/money/money-bed.ts',
  'src/papers/paper-kit.ts',
])
const product = code.filter(({ path }) => !path.endsWith('.test.ts') && !beds.has(path))

const roomOf = (path: string): string => {
  const [, first = ''] = path.split('/')
  return first.endsWith('.ts') ? basename(first, '.ts') : first
}

describe('imports point one way', () => {
  test('every room imports only what the table allows', () => {
    const wrong: string[] = []
    for (const { path, imports } of product) {
      if (!path.startsWith('src/')) continue
      const room = roomOf(path)
      const allowed = rooms[room]
      if (allowed === undefined) {
        if (!top.has(room)) wrong.push(`${path}: the room '${room}' is not in the table`)
        continue
      }
      for (const name of imports) {
        if (!name.startsWith('.')) continue
        const target = relative(root, resolve(root, dirname(path), name))
        if (!target.startsWith('src/')) wrong.push(`${path} imports ${target}`)
        else if (roomOf(target) !== room && !allowed.some((entry) => target.startsWith(`src/${entry}${entry.includes('/') ? '.ts' : '/'}`)))
          wrong.push(`${path} imports ${target}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('connectors import the contract and pure model code only', () => {
    const wrong = product.flatMap(({ path, imports }) =>
      path.startsWith('connectors/')
        ? imports
            .filter(
              (name) =>
                !/^node:(crypto|buffer)$/.test(name) &&
                !name.startsWith('./') &&
                !/^\.\.\/\.\.\/src\/(connector\/types|model\/(json|decimal))\.ts$/.test(name),
            )
            .map((name) => `${path} imports ${name}`)
        : [],
    )
    expect(wrong).toEqual([])
  })

  test('nothing but the top and testing imports the simulator', () => {
    const wrong = product
      .filter(
        ({ path, imports }) =>
          rooms[roomOf(path)] !== undefined && roomOf(path) !== 'simulator' && imports.some((name) => name.includes('/simulator/')),
      )
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })

  test('each npm package with a home stays there', () => {
    const wrong: string[] = []
    for (const { path, imports } of product) {
      if (path.startsWith('src/testing/')) continue
      for (const name of imports) {
        const packageName = name.startsWith('@') ? name.split('/', 2).join('/') : (name.split('/', 1)[0] ?? '')
        const home = homes[packageName]
        if (home !== undefined && !home.some((place) => path.startsWith(place))) wrong.push(`${path} imports ${name}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

  test('has every room, and what each may import', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const wrong = Object.entries(rooms).flatMap(([room, allowed]) => {
      const [, , may] = rows.find((row) => row.split('|')[1]?.includes(`\`src/${room}\``))?.split('|') ?? []
      if (may === undefined) return [room]
      const told = may.includes('all of these') ? ['model', 'mapping', 'store', 'connector', 'ledger'] : may.match(/[a-z]+/g)
      return allowed.filter((one) => !one.includes('/') && !told?.includes(one)).map((one) => `${room}: ${one}`)
    })
    expect(wrong).toEqual([])
  })

  test('says of every decision what was rejected', () => {
    const decisions = page
      .slice(page.indexOf('## Decisions'))
      .split('\n')
      .filter((line) => line.startsWith('- '))
    expect(decisions.length).toBeGreaterThan(20)
    expect(decisions.filter((line) => !line.includes('Rejected'))).toEqual([])
  })
})

describe('files', () => {
  test('are short', () => {
    const long = code.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1
      return lines > (path.endsWith('.test.ts') ? 600 : 300) ? [`${path}: ${lines} lines`] : []
    })
    expect(long).toEqual([])
  })

  test('have kebab-case names that mean something', () => {
    const wrong = code
      .filter(({ path }) => path.split('/').some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(part) || bannedNames.test(part)))
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })

  test('export by name; default only where a file is a plug-in', () => {
    const stars = product.filter(({ text }) => /^export \*/m.test(text)).map(({ path }) => path)
    const defaults = product
      .filter(({ path, text }) => /^export default/m.test(text) && !/^connectors\/[^/]+\/connector\.ts$/.test(path))
      .map(({ path }) => path)
    expect({ stars, defaults }).toEqual({ stars: [], defaults: [] })
  })

  test('have no holes in their types', () => {
    const holes = product
      .filter(({ text }) =>
        /\bas any\b|[:<] ?any\b[^a-z ]|@ts-(ignore|expect-error|nocheck)|as unknown as/.test(text.replaceAll(/\/\*[\s\S]*?\*\//g, '')),
      )
      .map(({ path }) => path)
    expect(holes).toEqual([])
  })
})
