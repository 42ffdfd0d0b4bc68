import type { Command } from 'commander'
import { connectionForm, readFormTexts } from '../catalog/form.ts'
import { type ConnectorFlags, findConnectors } from './connector-found.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock connection form`: what a person fills in to connect a system, in the person's language. */
export function registerConnectionForm(parent: Command, shell: Shell): void {
  const { say } = shell
  parent
    .command('form')
    .description(say('connection.form'))
    .argument('<connector>', say('connection.formOf'))
    .option('--workspace <folder>', say('flag.workspace'))
    .option('--json', say('flag.json'))
    .action(async (name: string, flags: ConnectorFlags) => {
      for (const { connector, folder } of await findConnectors(shell, flags, name)) {
        const form = connectionForm(connector, await readFormTexts(folder), shell.language)
        if (flags.json) printJson(shell, JSON.parse(JSON.stringify(form)))
        else
          await printRows(
            shell,
            form.fields.map(({ examples, ...field }) => ({ ...field, example: examples.length === 0 ? '' : String(examples[0]) })),
            [
              { title: say('column.field'), cell: (row) => row.name },
              { title: say('column.title'), cell: (row) => row.title },
              {
                title: say('column.needed'),
                cell: (row) =>
                  say(row.required ? 'connection.needed' : 'connection.optional') + (row.secret ? `, ${say('connection.secret')}` : ''),
              },
              { title: say('column.example'), cell: (row) => row.example },
              { title: say('column.help'), cell: (row) => row.help },
            ],
            false,
          )
      }
    })
}
