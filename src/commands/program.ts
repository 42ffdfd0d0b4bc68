import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { packageRoot } from '../package-root.ts'
import { registerAlarms } from './alarms.ts'
import { registerBackfills } from './backfills.ts'
import { registerCheck } from './check.ts'
import { registerConnection } from './connection.ts'
import { registerConnector } from './connector.ts'
import { registerCrosswalk } from './crosswalk.ts'
import { registerDead } from './dead.ts'
import { registerDeliveries } from './deliveries.ts'
import { registerDemo } from './demo.ts'
import { registerDoctor } from './doctor.ts'
import { registerExplain } from './explain.ts'
import { registerFindings } from './findings.ts'
import { registerHold } from './hold.ts'
import { registerInbox } from './inbox.ts'
import { registerInit } from './init.ts'
import { registerKeys } from './keys.ts'
import { registerLedger } from './ledger.ts'
import { registerMap } from './map.ts'
import { registerMigrate } from './migrate.ts'
import { registerPlans } from './plans.ts'
import { registerPull } from './pull.ts'
import { registerReconcile } from './reconcile.ts'
import { registerReload } from './reload.ts'
import { registerReplay } from './replay.ts'
import { reportError } from './report-error.ts'
import { registerSchema } from './schema.ts'
import { registerSecrets } from './secrets.ts'
import { registerServe } from './serve.ts'
import type { Shell } from './shell.ts'
import { registerSimulate } from './simulate.ts'
import { registerStop } from './stop.ts'

/** Every command, in the order of the help. */
const everyRegister: readonly ((program: Command, shell: Shell) => void)[] = [
  registerDemo,
  registerInit,
  registerCheck,
  registerServe,
  registerStop,
  registerReload,
  registerInbox,
  registerDeliveries,
  registerHold,
  registerDead,
  registerReplay,
  registerLedger,
  registerExplain,
  registerFindings,
  registerCrosswalk,
  registerConnection,
  registerPull,
  registerBackfills,
  registerPlans,
  registerAlarms,
  registerReconcile,
  registerMap,
  registerSchema,
  registerConnector,
  registerSimulate,
  registerKeys,
  registerSecrets,
  registerMigrate,
  registerDoctor,
]

/** The whole command line. Commands write through the shell only. */
export function createProgram(shell: Shell): Command {
  const program = new Command('crossdock')
    .description(shell.say('program.about'))
    .version(programVersion(), '-V, --version', shell.say('flag.version'))
    .option('--lang <language>', shell.say('flag.lang'))
    .configureHelp({ showGlobalOptions: true })
    .helpOption('-h, --help', shell.say('flag.help'))
    .configureOutput({ writeOut: shell.out, writeErr: shell.note })
    .exitOverride()
    .helpCommand(false)
  for (const register of everyRegister) register(program, shell)
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({ writeOut: shell.out, writeErr: shell.note }).helpOption('-h, --help', shell.say('flag.help'))
  }
  return program
}

const programVersion = (): string => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
  return version
}

/** Runs one command line and tells the shell how it ended; never throws. */
export async function runProgram(shell: Shell, argv: readonly string[]): Promise<void> {
  const program = createProgram(shell)
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    shell.end(reportError(shell, error, argv.includes('--json')))
  }
}

/** The program's commands, parents before their children. */
export function everyCommand(parent: Command): Command[] {
  return parent.commands.flatMap((command) => [command, ...everyCommand(command)])
}
