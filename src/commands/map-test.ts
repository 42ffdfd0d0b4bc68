import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Json } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { casesFiles, mappingOf, runCases } from '../testing/mapping-kit.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { followEdits, mappingPlaces } from './follow-edits.ts'
import { type MapFlags, openBench } from './map-bench.ts'
import type { Shell } from './shell.ts'

interface TestFlags extends MapFlags {
  readonly watch?: boolean
}

/** `crossdock map test`: the cases beside the mappings. */
export function registerMapTest(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('test')
    .description(say('map.test'))
    .argument('[mapping]', say('map.mapping'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .option('--watch', say('map.watch'))
    .action(async (name: string | undefined, flags: TestFlags) => {
      const run = () => runAll(shell, name, flags)
      await (flags.watch ? followEdits(shell, mappingPlaces(configOf(shell, flags).workspace), flags.json === true, run) : run())
    })
}

async function runAll(shell: Shell, name: string | undefined, flags: TestFlags): Promise<void> {
  const { say } = shell
  const bench = await openBench(shell, flags)
  const folders = [...new Set([packageRoot, bench.folder])].map((folder) => join(folder, 'mappings')).filter((folder) => existsSync(folder))
  const files = (await Promise.all(folders.map(casesFiles))).flat().filter((file) => name === undefined || mappingOf(file) === name)
  if (name !== undefined && files.length === 0) throw new CommandError(exitCode.notFound, 'no-cases', say('map.noCases', { name }))
  let failed = 0
  for (const file of files) {
    const faults = await runCases(bench, file)
    failed += faults.length
    if (flags.json) shell.out(`${JSON.stringify({ mapping: mappingOf(file), file, ok: faults.length === 0, faults })}\n`)
    else {
      shell.out(`${faults.length === 0 ? 'ok    ' : 'failed'}  ${mappingOf(file)}\n`)
      for (const fault of faults) shell.out(`        ${fault.case}: ${fault.message}\n${difference(fault.expected, fault.found)}`)
    }
  }
  if (!flags.json) shell.out(`${say('map.tested', { files: files.length, failed })}\n`)
  if (failed > 0) shell.end(exitCode.found)
}

const difference = (expected: Json | undefined, found: Json | undefined): string =>
  [
    ['expected', expected],
    ['found   ', found],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([word, value]) => `          ${word} ${JSON.stringify(value)}\n`)
    .join('')
