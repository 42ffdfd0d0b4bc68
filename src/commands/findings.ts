import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, listCommand, rowLimit, withHub } from './hub-command.ts'
import { printJson, printRows } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags extends HubCommandFlags {
  readonly state?: string
  readonly code?: string
  readonly type?: string
  readonly key?: string
  readonly severity?: string
  readonly owner?: string
  readonly olderThan?: string
  readonly byAge?: boolean
}

interface AssignFlags extends HubCommandFlags {
  readonly person?: string
  readonly party?: string
  readonly nobody?: boolean
}

/** `crossdock findings …`: what the ledger found wrong. */
export function registerFindings(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('findings').description(say('findings.about'))

  listCommand(parent, shell, 'list', say('findings.list'))
    .option('--state <state>', say('findings.state'), 'open')
    .option('--code <code>', say('findings.code'))
    .option('--type <type>', say('filter.type'))
    .option('--key <key>', say('filter.key'))
    .option('--severity <severity>', say('findings.severity'))
    .option('--owner <owner>', say('findings.owner'))
    .option('--older-than <span>', say('findings.olderThan'))
    .option('--by-age', say('findings.byAge'))
    .action(
      withHub<Flags>(shell, async (client, flags) => {
        const { state, code, type, key, severity, owner, olderThan } = flags
        const order = flags.byAge ? 'age' : undefined
        await printRows(
          shell,
          client.rows('/v1/findings', { state, code, type, key, severity, owner, olderThan, order }, rowLimit(shell, flags)),
          [
            { title: say('column.document'), cell: (row) => `${row.type} ${row.key}` },
            { title: say('column.code'), cell: (row) => row.code },
            { title: say('column.severity'), cell: (row) => row.severity },
            { title: say('column.owner'), cell: (row) => ownerOf(row.owner) },
            { title: say('column.proposed'), cell: (row) => row.action },
            { title: say('column.detail'), cell: (row) => row.detail },
            { title: say('column.state'), cell: (row) => row.state },
            { title: say('column.since'), cell: (row) => row.openedAt },
          ],
          flags.json === true,
        )
      }),
    )

  hubCommand(parent, shell, 'close', say('findings.close'))
    .argument('<id>', say('findings.id'))
    .requiredOption('--note <text>', say('findings.note'))
    .option('--accept', say('findings.accept'))
    .action(
      withHub<HubCommandFlags & { readonly note: string; readonly accept?: boolean }>(shell, async (client, flags, id = '') => {
        const finding = await client.send('POST', `/v1/findings/${encodeURIComponent(id)}/close`, {
          note: flags.note,
          accept: flags.accept === true,
        })
        if (flags.json) printJson(shell, finding)
        else shell.out(`${say('findings.closed', { code: String(finding.code), key: String(finding.key) })}\n`)
      }),
    )

  hubCommand(parent, shell, 'act', say('findings.act'))
    .argument('<id>', say('findings.id'))
    .requiredOption('--note <text>', say('findings.actNote'))
    .option('--key <key>', say('findings.actKey'))
    .action(
      withHub<HubCommandFlags & { readonly note: string; readonly key?: string }>(shell, async (client, flags, id = '') => {
        const { note, key } = flags
        const finding = await client.send('POST', `/v1/findings/${encodeURIComponent(id)}/act`, {
          note,
          ...(key === undefined ? {} : { key }),
        })
        const { action, code, key: of, state } = finding
        if (flags.json) printJson(shell, finding)
        else shell.out(`${say('findings.acted', { action: String(action), code: String(code), key: String(of), state: String(state) })}\n`)
      }),
    )

  hubCommand(parent, shell, 'assign', say('findings.assign'))
    .argument('<id>', say('findings.id'))
    .option('--person <name>', say('findings.person'))
    .option('--party <key>', say('findings.party'))
    .option('--nobody', say('findings.nobody'))
    .action(
      withHub<AssignFlags>(shell, async (client, flags, id = '') => {
        const given = [flags.person, flags.party, flags.nobody].filter((one) => one !== undefined)
        if (given.length !== 1) throw usage(say('findings.oneOwner'))
        const name = flags.person ?? flags.party
        const owner = name === undefined ? null : { kind: flags.person === undefined ? 'party' : 'person', name }
        const finding = await client.send('POST', `/v1/findings/${encodeURIComponent(id)}/assign`, { owner })
        const { code, key: of } = finding
        if (flags.json) printJson(shell, finding)
        else
          shell.out(`${say('findings.assigned', { code: String(code), key: String(of), owner: String(ownerOf(finding.owner) ?? '-') })}\n`)
      }),
    )

  hubCommand(parent, shell, 'counts', say('findings.counts')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const answer = await client.get('/v1/findings/counts')
      if (flags.json) return printJson(shell, answer)
      await printRows(
        shell,
        objects(answer.counts),
        [
          { title: say('column.band'), cell: (row) => row.band },
          { title: say('column.severity'), cell: (row) => row.severity },
          { title: say('column.code'), cell: (row) => row.code },
          { title: say('column.owner'), cell: (row) => row.owner },
          { title: say('column.count'), cell: (row) => row.count },
        ],
        false,
      )
    }),
  )

  hubCommand(parent, shell, 'kinds', say('findings.kinds')).action(
    withHub<HubCommandFlags>(shell, async (client, flags) => {
      const { items } = await client.get('/v1/finding-kinds')
      const told = (row: JsonObject, field: string) => {
        const words = row[shell.language]
        return isObject(words) ? words[field] : undefined
      }
      await printRows(
        shell,
        objects(items),
        [
          { title: say('column.code'), cell: (row) => row.code },
          { title: say('column.severity'), cell: (row) => row.severity },
          { title: say('column.detail'), cell: (row) => told(row, 'what') },
          { title: say('column.proposed'), cell: (row) => told(row, 'action') },
        ],
        flags.json === true,
      )
    }),
  )
}

const ownerOf = (owner: Json | undefined): Json | undefined => (isObject(owner) ? `${owner.kind}/${owner.name}` : undefined)
const objects = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
