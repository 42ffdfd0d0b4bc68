#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { runProgram } from './commands/program.ts'
import { processShell } from './commands/shell.ts'

enableCompileCache()
const argv = process.argv.slice(2)
const openLocal = async (config: Parameters<typeof import('./main.ts').openHub>[0]) => (await import('./main.ts')).openHub(config)
await runProgram(processShell(argv, openLocal), argv)
