import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { packageRoot } from '../package-root.ts'
import { commandOf } from '../small-heap.ts'
import { reportError } from './report-error.ts'
import type { Shell } from './shell.ts'

type Register = (program: Command, shell: Shell) => void

/** Every command, in the order of the help. */
const everyPlace: readonly { readonly names: readonly string[]; readonly load: () => Promise<Register> }[] = [
  { names: ['demo'], load: async () => (await import('./demo.ts')).registerDemo },
  { names: ['init'], load: async () => (await import('./init.ts')).registerInit },
  { names: ['check'], load: async () => (await import('./check.ts')).registerCheck },
  { names: ['serve', 'api', 'worker'], load: async () => (await import('./serve.ts')).registerServe },
  { names: ['stop'], load: async () => (await import('./stop.ts')).registerStop },
  { names: ['reload'], load: async () => (await import('./reload.ts')).registerReload },
  { names: ['inbox'], load: async () => (await import('./inbox.ts')).registerInbox },
  { names: ['deliveries'], load: async () => (await import('./deliveries.ts')).registerDeliveries },
  { names: ['hold'], load: async () => (await import('./hold.ts')).registerHold },
  { names: ['dead'], load: async () => (await import('./dead.ts')).registerDead },
  { names: ['replay'], load: async () => (await import('./replay.ts')).registerReplay },
  { names: ['ledger'], load: async () => (await import('./ledger.ts')).registerLedger },
  { names: ['orders'], load: async () => (await import('./orders.ts')).registerOrders },
  { names: ['replenishment'], load: async () => (await import('./replenishment.ts')).registerReplenishment },
  { names: ['sales'], load: async () => (await import('./sales.ts')).registerSales },
  { names: ['payouts'], load: async () => (await import('./payouts.ts')).registerPayouts },
  { names: ['returns'], load: async () => (await import('./returns.ts')).registerReturns },
  { names: ['deposits'], load: async () => (await import('./deposits.ts')).registerDeposits },
  { names: ['stock'], load: async () => (await import('./stock.ts')).registerStock },
  { names: ['routing'], load: async () => (await import('./routing.ts')).registerRouting },
  { names: ['books'], load: async () => (await import('./books.ts')).registerBooks },
  { names: ['prices'], load: async () => (await import('./prices.ts')).registerPrices },
  { names: ['tiers'], load: async () => (await import('./tiers.ts')).registerTiers },
  { names: ['numbers'], load: async () => (await import('./numbers.ts')).registerNumbers },
  { names: ['explain'], load: async () => (await import('./explain.ts')).registerExplain },
  { names: ['purchase'], load: async () => (await import('./purchase.ts')).registerPurchase },
  { names: ['invoices'], load: async () => (await import('./invoices.ts')).registerInvoices },
  { names: ['payables'], load: async () => (await import('./payables.ts')).registerPayables },
  { names: ['statements'], load: async () => (await import('./statements.ts')).registerStatements },
  { names: ['findings'], load: async () => (await import('./findings.ts')).registerFindings },
  { names: ['crosswalk'], load: async () => (await import('./crosswalk.ts')).registerCrosswalk },
  { names: ['connection'], load: async () => (await import('./connection.ts')).registerConnection },
  { names: ['pull'], load: async () => (await import('./pull.ts')).registerPull },
  { names: ['backfills'], load: async () => (await import('./backfills.ts')).registerBackfills },
  { names: ['plans'], load: async () => (await import('./plans.ts')).registerPlans },
  { names: ['drift'], load: async () => (await import('./drift.ts')).registerDrift },
  { names: ['alarms'], load: async () => (await import('./alarms.ts')).registerAlarms },
  { names: ['events'], load: async () => (await import('./events.ts')).registerEvents },
  { names: ['audit'], load: async () => (await import('./audit.ts')).registerAudit },
  { names: ['reconcile'], load: async () => (await import('./reconcile.ts')).registerReconcile },
  { names: ['map'], load: async () => (await import('./map.ts')).registerMap },
  { names: ['schema'], load: async () => (await import('./schema.ts')).registerSchema },
  { names: ['connector'], load: async () => (await import('./connector.ts')).registerConnector },
  { names: ['simulate'], load: async () => (await import('./simulate.ts')).registerSimulate },
  { names: ['contracts'], load: async () => (await import('./parties.ts')).registerContracts },
  { names: ['onboarding'], load: async () => (await import('./parties.ts')).registerOnboarding },
  { names: ['keys'], load: async () => (await import('./keys.ts')).registerKeys },
  { names: ['secrets'], load: async () => (await import('./secrets.ts')).registerSecrets },
  { names: ['migrate'], load: async () => (await import('./migrate.ts')).registerMigrate },
  { names: ['doctor'], load: async () => (await import('./doctor.ts')).registerDoctor },
]

/** What the command line names; where it names no command, all. A start is mostly loading, and most commands need little of the program. */
function placesFor(argv: readonly string[]): typeof everyPlace {
  const name = commandOf(argv)
  const named = everyPlace.filter(({ names }) => names.some((one) => one === name))
  return named.length > 0 ? named : everyPlace
}

/** The command line, as far as `argv` needs it: the whole when it names no command. Commands write through the shell only. */
export async function createProgram(shell: Shell, argv: readonly string[] = []): Promise<Command> {
  // where JSON is asked for, what is wrong with the command line is told as JSON too: by reportError
  const outputError = (words: string, write: (words: string) => void) => (argv.includes('--json') ? undefined : write(words))
  const output = { writeOut: shell.out, writeErr: shell.note, outputError }
  const program = new Command('crossdock')
    .description(shell.say('program.about'))
    .version(programVersion(), '-V, --version', shell.say('flag.version'))
    .option('--lang <language>', shell.say('flag.lang'))
    .configureHelp({ showGlobalOptions: true })
    .helpOption('-h, --help', shell.say('flag.help'))
    .configureOutput(output)
    .exitOverride()
    .helpCommand(false)
  for (const register of await Promise.all(placesFor(argv).map(({ load }) => load()))) register(program, shell)
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput(output).helpOption('-h, --help', shell.say('flag.help'))
  }
  return program
}

const programVersion = (): string => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
  return version
}

/** Runs one command line and tells the shell how it ended; never throws. */
export async function runProgram(shell: Shell, argv: readonly string[]): Promise<void> {
  const program = await createProgram(shell, argv)
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
