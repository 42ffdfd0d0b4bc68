import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'connectors/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fsModuleCache: true,
    // a process and its modules serve many files: no module keeps anything that a test of another file could meet
    isolate: false,
    maxWorkers: 3,
  },
})
