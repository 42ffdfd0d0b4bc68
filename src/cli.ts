#!/usr/bin/env node
import { isRuntime } from './runtime.ts'

// everything else needs the right Node.js, so it is loaded after the question
if (await isRuntime(process.argv.slice(1))) {
  const { restartSmall } = await import('./small-heap.ts')
  restartSmall(process.argv.slice(2))
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const [{ runProgram }, { processShell }] = await Promise.all([import('./commands/program.ts'), import('./commands/shell.ts')])
  const argv = process.argv.slice(2)
  const openLocal: import('./commands/shell.ts').Shell['openLocal'] = async (config, how) =>
    (await import('./main.ts')).openHub(config, how?.bare ? { bare: true } : {})
  await runProgram(processShell(argv, openLocal), argv)
}
