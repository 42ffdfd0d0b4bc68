import type { Command } from 'commander'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printPairs, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock plans …`: what waits for a person because it would change too much. */
export function registerPlans(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('plans').description(say('plans.about'))

  listCommand(parent, shell, 'list', say('plans.list'))
    .option('--state <state>', say('plans.state'))
    .action(
      withHub<HubCommandFlags & { readonly state?: string }>(shell, async (client, flags) => {
        await printRows(
          shell,
          client.rows('/v1/plans', { state: flags.state }, rowLimit(shell, flags)),
          [
            { title: say('column.id'), cell: (row) => row.id },
            { title: say('column.kind'), cell: (row) => row.kind },
            { title: say('column.stream'), cell: (row) => `${row.connection} ${row.stream}` },
            { title: say('column.state'), cell: (row) => row.state },
            { title: say('column.held'), cell: (row) => row.affected },
            { title: say('column.total'), cell: (row) => row.total },
            { title: say('column.limit'), cell: (row) => `${row.limitPercent} %` },
            { title: say('column.since'), cell: (row) => row.createdAt },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'show', say('plans.show'))
    .argument('<id>', say('plans.id'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
        const plan = await client.get(`/v1/plans/${encodeURIComponent(id)}`)
        if (flags.json) return printJson(shell, plan)
        printPairs(shell, [
          [say('column.kind'), plan.kind],
          [say('column.stream'), `${plan.connection} ${plan.stream}`],
          [say('column.state'), plan.state],
          [say('column.held'), plan.affected],
          [say('column.total'), plan.total],
          [say('column.limit'), `${plan.limitPercent} %`],
          [say('column.since'), plan.createdAt],
          [say('column.who'), plan.decidedBy],
        ])
        shell.out('\n')
        for (const key of Array.isArray(plan.keys) ? plan.keys : []) shell.out(`${String(key)}\n`)
      }),
    )

  for (const act of ['release', 'refuse'] as const)
    hubCommand(parent, shell, act, say(`plans.${act}`))
      .argument('<id>', say('plans.id'))
      .action(
        withHub<HubCommandFlags>(shell, async (client, flags, id = '') => {
          const plan = await client.send('POST', `/v1/plans/${encodeURIComponent(id)}/${act}`, {})
          if (flags.json) printJson(shell, plan)
          else shell.out(`${say('plans.is', { id, state: String(plan.state) })}\n`)
        }),
      )
}
