import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { variablesOf } from './packaged-compose.ts'

/** Variables of the program itself, and those of other programs that it only passes on or that a test sets. */
const notForOperators: ReadonlySet<string> = new Set(['CROSSDOCK_RUNTIME', 'CROSSDOCK_MUTANT'])

/** Holds docs/operations.md against the code, the Dockerfile and docker-compose.yml. @throws Error that names the variables it does not tell */
export function lookAtVariables(): string {
  const docs = readFileSync(join(packageRoot, 'docs', 'operations.md'), 'utf8')
  const read = (name: string): string => readFileSync(join(packageRoot, name), 'utf8')
  const code = readdirSync(join(packageRoot, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^(testing|acceptance)\//.test(file))
    .flatMap((file) => [...read(join('src', file)).matchAll(/\benv\.([A-Z][A-Z_]+)\b/g)].map(([, name = '']) => name))
  const image = [...read('Dockerfile').matchAll(/^ENV (CROSSDOCK_\w+)=/gm)].map(([, name = '']) => name)
  const wanted = new Set([...code, ...image, ...variablesOf(read('docker-compose.yml'))].filter((name) => !notForOperators.has(name)))
  const untold = [...wanted].filter((name) => !docs.includes(`| \`${name}\` |`))
  if (untold.length > 0) throw new Error(`docs/operations.md does not tell ${untold.join(', ')}`)
  return `docs/operations.md tells each of ${wanted.size} variables`
}
