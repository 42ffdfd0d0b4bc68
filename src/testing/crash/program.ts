import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'
import { bundleProgram } from '../../../build.ts'
import { packageRoot } from '../../package-root.ts'
import { mutate } from '../mutants/mutant.ts'
import { crashMutants } from './mutants.ts'

const made = new Map<string, Promise<string>>()
const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
const life = join(import.meta.dirname, 'life.ts')
const opening = 'export async function openFoundation('

/**
 * The hub in few files, as it is published (a start from its sources takes three times as long), with places to die (life.ts) around its foundation. Of its environment CRASH_MUTANT names a mutant,
 * and CRASH_RELEASE=next asks for a release whose schema is one step further: the product has no switches for any of them. Answers the file to start; it is gone when this process ends.
 */
export function hubProgram({ CRASH_MUTANT: mutant, CRASH_RELEASE: release }: Readonly<Record<string, string>>): Promise<string> {
  const key = `${mutant} ${release}`
  const program = made.get(key) ?? make(mutant, release === 'next')
  made.set(key, program)
  return program
}

async function make(name: string | undefined, isNextRelease: boolean): Promise<string> {
  const mutant = crashMutants.find((one) => one.name === name)
  if (mutant === undefined && name !== undefined) throw new Error(`there is no mutant '${name}'`)
  // below the package, which the program looks for from where it stands
  mkdirSync(join(packageRoot, 'dist'), { recursive: true })
  const folder = mkdtempSync(join(packageRoot, 'dist', 'crash-'))
  folders.push(folder)
  const changes: Plugin = {
    name: 'crashable',
    transform(code, id) {
      const changed = (mutant === undefined ? undefined : mutate(mutant, id, code)) ?? code
      if (id.endsWith('/src/main/foundation.ts')) return withPlaces(changed)
      if (isNextRelease && id.endsWith('/src/store/migrate.ts')) return withNextStep(changed)
      return changed === code ? undefined : changed
    },
  }
  await bundleProgram(folder, [changes])
  return join(folder, 'src', 'cli.js')
}

function withPlaces(source: string): string {
  const parts = source.split(opening)
  if (parts.length !== 2)
    throw new Error(`'${opening}' stands ${parts.length - 1} times in src/main/foundation.ts: make the crash harness fit it again`)
  return `import { crashable } from ${JSON.stringify(life)}\n${parts.join('async function openPlainly(')}
export const openFoundation: typeof openPlainly = async (...settings) => crashable(await openPlainly(...settings))\n`
}

const steps = /export const migrations: readonly Migration\[\] = \[([^\]]*)\]/

/** A further step that changes the tables in use, as a later release may: columns that may be null, and a table. */
export function withNextStep(source: string): string {
  const list = steps
    .exec(source)?.[1]
    ?.split(',')
    .filter((one) => one.trim() !== '')
  if (list === undefined)
    throw new Error('the list of migrations in src/store/migrate.ts is not found: make the crash harness fit it again')
  return source.replace(
    steps,
    `const nextRelease: Migration = {
  number: ${list.length + 1},
  name: 'next-release',
  async up(tx, maker) {
    for (const table of ['receipt', 'envelope', 'delivery', 'attempt']) await maker.addColumn(tx, table, 'next_release', 'word')
    await maker.createTable(tx, 'next_release', tableShape({ columns: { tenant: 'word', name: 'word' }, primary: ['tenant', 'name'] }))
  },
}
export const migrations: readonly Migration[] = [${list.join(',')}, nextRelease]`,
  )
}
