import { defineConfig, type Plugin } from 'vitest/config'
import { mutants } from './src/testing/mutants/list.ts'
import { mutate } from './src/testing/mutants/mutant.ts'

/** CROSSDOCK_MUTANT=<name> runs the tests with one safeguard taken out. */
function mutantPlugin(name: string): Plugin {
  const mutant = mutants.find((candidate) => candidate.name === name)
  if (mutant === undefined) throw new Error(`there is no mutant '${name}'`)
  return {
    name: 'mutant',
    enforce: 'pre',
    transform: (code, id) => mutate(mutant, id, code),
    // a kept transform of a file it changes would bring the safeguard back in
    configureVitest: ({ defineCacheKeyGenerator }) =>
      defineCacheKeyGenerator(({ id, sourceCode }) => (mutate(mutant, id, sourceCode) === undefined ? undefined : false)),
  }
}

const mutant = process.env.CROSSDOCK_MUTANT

export default defineConfig({
  plugins: mutant === undefined ? [] : [mutantPlugin(mutant)],
  test: {
    include: ['src/**/*.test.ts', 'connectors/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 20_000,
    pool: 'forks',
    fsModuleCache: true,
    // a process and its modules serve many files: no module keeps anything that a test of another file could meet
    isolate: false,
    maxWorkers: 3,
  },
})
