import { join } from 'node:path'
import type { Plugin } from 'vitest/config'
import { createVitest } from 'vitest/node'
import config from '../../../vitest.config.ts'
import { packageRoot } from '../../package-root.ts'
import { mutants } from './list.ts'
import { type Mutant, mutate } from './mutant.ts'

/**
 * Runs every mutant, or those that are named, against the test that must notice it, two at a time. A mutant that survives is a failure, and so is one whose test says nothing: it does not run, or not to its end in time.
 * A test of random cases may miss once what it finds nearly always: a survivor is tried again, and the line says how often.
 */

const limitMs = 60_000
const mostTries = 3
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !mutants.some((mutant) => mutant.name === name))
if (unknown.length > 0)
  throw new Error(`there is no mutant '${unknown.join("', '")}'; known: ${mutants.map(({ name }) => name).join(', ')}`)
const queue = mutants.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const survivors: string[] = []
const worker = async () => {
  let runner = await openRunner()
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const started = performance.now()
    let { word, why } = await runner.verdictOn(mutant)
    let tries = 1
    for (; word === 'SURVIVED' && tries < mostTries; tries++) ({ word, why } = await runner.verdictOn(mutant))
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    process.stdout.write(
      `${word.padEnd(8)} ${mutant.name.padEnd(22)} ${mutant.breaks} (${seconds} s${tries > 1 ? `, ${tries} tries` : ''})\n${why === undefined ? '' : `${why}\n`}`,
    )
    if (word !== 'caught') survivors.push(mutant.name)
    // what still runs would be waited for
    if (word === 'BROKEN') runner = await openRunner()
  }
}
await Promise.all([worker(), worker()])
process.stdout.write(survivors.length === 0 ? 'every mutant was caught\n' : `not caught: ${survivors.join(', ')}\n`)
// a test that hangs would keep the process
process.exit(survivors.length === 0 ? 0 : 1)

type Verdict = { readonly word: 'caught' | 'SURVIVED' | 'BROKEN'; readonly why?: string }

/** A runner that goes from mutant to mutant: the server that reads the files is made once, the thread of a test for each. */
async function openRunner() {
  let current: Mutant | undefined
  const vitest = await createVitest(
    {
      ...config.test,
      config: false,
      root: packageRoot,
      watch: false,
      bail: 1,
      reporters: [],
      maxWorkers: 1,
      pool: 'threads',
      isolate: true,
    },
    { plugins: [plugin(() => current)] },
  )
  return {
    async verdictOn(mutant: Mutant): Promise<Verdict> {
      const { file, name } = mutant.test
      const edited = new Set([mutant.file, ...mutant.edits.map((edit) => edit.file ?? mutant.file)])
      const forget = () => {
        for (const path of edited) vitest.invalidateFile(join(packageRoot, path))
      }
      current = mutant
      forget()
      if (name === undefined) vitest.resetGlobalTestNamePattern()
      else vitest.setGlobalTestNamePattern(name)
      // `bail` and the modules of a run count what earlier runs left
      vitest.state.filesMap.clear()
      const late = Promise.withResolvers<undefined>()
      const timer = setTimeout(() => late.resolve(undefined), limitMs)
      const run = await Promise.race([
        vitest.runTestSpecifications([vitest.getRootProject().createSpecification(join(packageRoot, file))]),
        late.promise,
      ])
      clearTimeout(timer)
      if (run === undefined) return { word: 'BROKEN', why: `${file} did not end within ${limitMs / 1000} s` }
      forget()
      const states = run.testModules.flatMap(({ children }) => [...children.allTests()].map((test) => test.result().state))
      const errors = [...run.unhandledErrors, ...run.testModules.flatMap((module) => module.errors())]
      if (!states.some((state) => state === 'passed' || state === 'failed'))
        return { word: 'BROKEN', why: `no test of ${file} ran: ${errors.map((error) => messageOf(error)).join('; ')}` }
      return { word: states.includes('failed') || errors.length > 0 ? 'caught' : 'SURVIVED' }
    },
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}

function plugin(current: () => Mutant | undefined): Plugin {
  const changed = (id: string, code: string) => {
    const mutant = current()
    return mutant === undefined ? undefined : mutate(mutant, id, code)
  }
  return {
    name: 'mutant',
    enforce: 'pre',
    transform: (code, id) => changed(id, code),
    // a kept transform of a file that it changes would bring the safeguard back in
    configureVitest: ({ defineCacheKeyGenerator }) =>
      defineCacheKeyGenerator(({ id, sourceCode }) => (changed(id, sourceCode) === undefined ? undefined : false)),
  }
}
