import { relative } from 'node:path'
import type { Command } from 'commander'
import type { Fault } from '../model/errors.ts'
import { enFaults } from '../model/messages/en-faults.ts'
import { loadWorkspace } from '../workspace.ts'
import { formatFaults } from '../workspace-faults.ts'
import { configOf } from './client.ts'
import { exitCode } from './exit-code.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly workspace?: string
  readonly json?: boolean
  /** false with --no-secrets */
  readonly secrets: boolean
}

/** `crossdock check`: every fault of a workspace and of everything it stands on, in one go. */
export function registerCheck(program: Command, shell: Shell): void {
  program
    .command('check')
    .description(shell.say('check.about'))
    .option('--workspace <folder>', shell.say('flag.workspace'))
    .option('--no-secrets', shell.say('check.noSecrets'))
    .option('--json', shell.say('flag.json'))
    .action(async (flags: Flags) => {
      const { workspace: folder } = configOf(shell, flags)
      const workspace = await loadWorkspace(folder, { env: shell.env })
      const faults = [...(flags.secrets ? workspace.faults : withoutSecrets(workspace.faults))].sort(byPlace)
      const errors = faults.filter(({ severity }) => severity === 'error').length
      const { catalogue } = workspace
      if (flags.json)
        printJson(shell, {
          workspace: folder,
          ok: errors === 0,
          errors,
          warnings: faults.length - errors,
          faults: faults.map((fault) => ({ ...fault })),
          ...(catalogue ? { revision: catalogue.revision, ...sizes(catalogue) } : {}),
        })
      else {
        printFaults(shell, faults)
        const checked = catalogue ? sizes(catalogue) : undefined
        if (checked) shell.out(`${shell.say('check.sizes', { folder: relative(shell.folder, folder) || '.', ...checked })}\n`)
        shell.out(`${shell.say(errors === 0 ? 'check.good' : 'check.bad', { errors, warnings: faults.length - errors })}\n`)
      }
      if (errors > 0) shell.end(exitCode.found)
    })
}

/** Faults by file, each as one line that editors and terminals link: `file:line:column severity code message (suggestion)`; then once for each code what it means. */
export function printFaults(shell: Shell, faults: readonly Fault[]): void {
  let file: string | undefined
  for (const fault of [...faults].sort(byPlace)) {
    if (file !== undefined && file !== fault.file) shell.out('\n')
    file = fault.file
    shell.out(`${formatFaults([fault])}\n`)
  }
  if (faults.length > 0) shell.out('\n')
  const known = [...new Set(faults.map(({ code }) => `fault.${code}`))].filter(isMessage).sort()
  for (const key of known) shell.out(`${key.slice('fault.'.length)}: ${shell.say(key)}\n`)
  if (known.length > 0) shell.out('\n')
}

type FaultMessage = keyof typeof enFaults & `fault.${string}`
const isMessage = (key: string): key is FaultMessage => Object.hasOwn(enFaults, key)

/** On a machine that does not know the secrets (a build server) a reference that leads nowhere is a warning, and what its value would have to be is not judged. */
export function withoutSecrets(faults: readonly Fault[]): readonly Fault[] {
  const place = ({ file, line, column }: Fault) => `${file}:${line}:${column}`
  const unknown = new Set(faults.filter(({ code }) => code === 'missing-reference').map(place))
  return faults
    .filter((fault) => fault.code !== 'config' || !unknown.has(place(fault)))
    .map((fault) => (fault.code === 'missing-reference' ? { ...fault, severity: 'warning' } : fault))
}

const byPlace = (a: Fault, b: Fault): number => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column

const sizes = (catalogue: {
  readonly connections: ReadonlyMap<string, unknown>
  readonly routes: readonly unknown[]
  readonly mappings: ReadonlyMap<string, unknown>
}) => ({ connections: catalogue.connections.size, routes: catalogue.routes.length, mappings: catalogue.mappings.size })
