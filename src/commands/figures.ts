import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { exitCode } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { printJson, printRows, shown } from './print.ts'
import type { Shell } from './shell.ts'

/** `ledger verify` and `ledger figures`: whether the derived figures hold, and what they are. */
export function registerFigures(ledger: Command, shell: Shell): void {
  const { say } = shell

  hubCommand(ledger, shell, 'verify', say('ledger.verify')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const answer = await client.get('/v1/ledger/verify')
      const differences = Array.isArray(answer.differences) ? answer.differences.filter(isObject) : []
      if (flags.json) printJson(shell, answer)
      else {
        if (differences.length > 0)
          await printRows(
            shell,
            differences,
            [
              { title: say('column.table'), cell: (row) => row.table },
              { title: say('column.key'), cell: (row) => row.key },
              { title: say('column.stored'), cell: (row) => row.stored },
              { title: say('column.computed'), cell: (row) => row.computed },
            ],
            false,
          )
        shell.out(`${answer.ok ? say('ledger.holds') : say('ledger.differs', { count: differences.length })}\n`)
      }
      if (!answer.ok) shell.end(exitCode.found)
    }),
  )

  hubCommand(ledger, shell, 'figures', say('ledger.figures')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const stats = await client.get('/v1/stats')
      if (flags.json) return printJson(shell, stats)
      await printRows(
        shell,
        [...figuresOf(stats, '')].map(([name, value]) => ({ name, value })),
        [
          { title: say('column.name'), cell: (row) => row.name },
          { title: say('column.value'), cell: (row) => row.value },
        ],
        false,
      )
    }),
  )
}

/** Every figure by its path; entries of a list are named by what they are about (shop, currency, type …). */
function* figuresOf(value: Json | undefined, path: string): Generator<readonly [string, string]> {
  if (Array.isArray(value)) {
    for (const entry of value) if (isObject(entry)) yield* figuresOf(numbers(entry), `${path}[${label(entry)}]`)
  } else if (isObject(value)) {
    for (const [name, field] of Object.entries(value)) yield* figuresOf(field, path === '' ? name : `${path}.${name}`)
  } else if (value !== undefined && value !== null) yield [path, shown(value)]
}

const names = ['type', 'origin', 'currency', 'status', 'code'] as const
const label = (entry: JsonObject): string => names.flatMap((name) => (typeof entry[name] === 'string' ? [entry[name]] : [])).join(' ')
const numbers = (entry: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => !names.some((known) => known === name)))
