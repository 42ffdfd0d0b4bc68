import type { Command } from 'commander'
import { printFaults } from './check.ts'
import { exitCode } from './exit-code.ts'
import { compileNamed, type MapFlags, openBench } from './map-bench.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock map check`: mappings compiled against their schemas. */
export function registerMapCheck(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('check')
    .description(say('map.check'))
    .argument('[mapping]', say('map.mapping'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string | undefined, flags: MapFlags) => {
      const bench = await openBench(shell, flags)
      const names = name === undefined ? bench.catalog.mappings.map((mapping) => mapping.name) : [name]
      const compiled = names.flatMap((one) => [
        compileNamed(bench, shell, one),
        ...bench.overlays.flatMap((overlay) => (overlay.mapping === one ? [compileNamed(bench, shell, one, overlay.connection)] : [])),
      ])
      // what stands in the mapping itself is told by each of its overlays too
      const all = [...compiled.flatMap((result) => result.faults), ...bench.catalog.faults.filter(({ file }) => isTable(file))]
      const faults = [...new Map(all.map((fault) => [JSON.stringify(fault), fault])).values()]
      const errors = faults.filter(({ severity }) => severity === 'error').length
      if (flags.json)
        printJson(shell, {
          mappings: names.length,
          errors,
          warnings: faults.length - errors,
          faults: faults.map((fault) => ({ ...fault })),
        })
      else {
        printFaults(shell, faults)
        shell.out(`${say('map.checked', { mappings: names.length, errors, warnings: faults.length - errors })}\n`)
      }
      if (errors > 0) shell.end(exitCode.found)
    })
}

const isTable = (file: string): boolean => /(^|[\\/])mappings[\\/]tables[\\/][^\\/]*$/.test(file)
