import type { Command } from 'commander'
import { registerMapCase } from './map-case.ts'
import { registerMapCheck } from './map-check.ts'
import { registerMapDiff } from './map-diff.ts'
import { registerMapReverse } from './map-reverse.ts'
import { registerMapRun } from './map-run.ts'
import { registerMapStream } from './map-stream.ts'
import { registerMapSuggest } from './map-suggest.ts'
import { registerMapTest } from './map-test.ts'
import type { Shell } from './shell.ts'

/** `crossdock map …`: mappings without a hub. */
export function registerMap(program: Command, shell: Shell): void {
  const parent = program.command('map').description(shell.say('map.about'))
  registerMapRun(parent, shell)
  registerMapStream(parent, shell)
  registerMapCheck(parent, shell)
  registerMapTest(parent, shell)
  registerMapCase(parent, shell)
  registerMapReverse(parent, shell)
  registerMapDiff(parent, shell)
  registerMapSuggest(parent, shell)
}
