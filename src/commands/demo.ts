import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import cliProgress from 'cli-progress'
import type { Command } from 'commander'
import type { DayNews } from '../demo/day.ts'
import { printReport, reportJson, reportOf } from '../demo/report.ts'
import { isObject } from '../model/json.ts'
import { codeRoot, codeSuffix, packageRoot } from '../package-root.ts'
import { type PairName, pairNames } from '../simulator/day/pair-names.ts'
import { demoBreaks, mutants } from '../testing/mutants/list.ts'
import { withClient } from './client.ts'
import { exitCode, usage } from './exit-code.ts'
import { printExplained } from './explain.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly seed: string
  readonly scale?: string
  readonly pair: string
  readonly pace?: string
  readonly faults: boolean
  readonly patience: string
  readonly break?: string
  readonly stay?: boolean
  readonly data?: string
  readonly port: string
  readonly database?: string
  readonly redis?: string
  readonly json?: boolean
}

/** `crossdock demo`: a day of trade, and its proof. Exit code 1 when one figure differs. */
export function registerDemo(program: Command, shell: Shell): void {
  program
    .command('demo')
    .description(shell.say('demo.about'))
    .option('--seed <number>', shell.say('demo.seed'), '1')
    .option('--scale <number>', shell.say('demo.scale'))
    .option('--pair <systems>', shell.say('demo.pair', { names: pairNames.join(', ') }), pairNames[0])
    .option('--pace <seconds>', shell.say('demo.pace'))
    .option('--patience <seconds>', shell.say('demo.patience'), '60')
    .option('--no-faults', shell.say('demo.faults'))
    .option('--break <safeguard>', shell.say('demo.break', { names: demoBreaks.join(', ') }))
    .option('--stay', shell.say('demo.stay'))
    .option('--data <folder>', shell.say('demo.data'))
    .option('--port <number>', shell.say('demo.port'), '0')
    .option('--database <address>', shell.say('flag.database'))
    .option('--redis <address>', shell.say('flag.redis'))
    .option('--json', shell.say('flag.json'))
    .action(async (flags: Flags) => {
      if (flags.break !== undefined && process.env.CROSSDOCK_MUTANT !== flags.break) return shell.end(await playBroken(shell, flags.break))
      await demo(shell, flags)
    })
}

async function demo(shell: Shell, flags: Flags): Promise<void> {
  const seed = numberOf(shell, '--seed', flags.seed, 1, 1_000_000_000)
  const pair = pairOf(shell, flags.pair)
  const scale = numberOf(shell, '--scale', flags.scale ?? (pair === pairNames[0] ? '1' : '0.1'), 0.01, 1)
  const pace = flags.pace === undefined ? Math.max(6, Math.round(20 * scale)) : numberOf(shell, '--pace', flags.pace, 1, 600)
  const own = flags.data === undefined ? mkdtempSync(join(tmpdir(), 'crossdock-demo-')) : undefined
  const data = own ?? resolve(shell.folder, flags.data ?? '')
  const config = {
    workspace: join(packageRoot, 'workspaces', pair === pairNames[0] ? 'demo' : `demo-${pair.replace('+', '-')}`),
    data,
    host: '127.0.0.1',
    port: numberOf(shell, '--port', flags.port, 0, 65_535),
    logLevel: 'silent' as const,
    watch: false,
    ...(flags.database === undefined ? {} : { database: flags.database }),
    ...(flags.redis === undefined ? {} : { redis: flags.redis }),
  }
  if (flags.database !== undefined) await migrateEmpty(shell, flags.database)
  const bar = flags.json ? undefined : openBar(shell)
  const tell = flags.json ? () => {} : (text: string) => shell.out(`${text}\n`)
  // a hub is much to load, and most commands start none
  const [{ playDay }, { hubCounts }] = await Promise.all([import('../demo/day.ts'), import('../demo/counts.ts')])
  const day = await playDay(
    config,
    {
      seed,
      scale,
      pace,
      pair,
      faults: flags.faults ? 'on' : 'off',
      patienceMs: numberOf(shell, '--patience', flags.patience, 1, 600) * 1000,
    },
    newsOf(shell, seed, tell, bar),
  )
  bar?.stop()
  try {
    const report = reportOf(day, await hubCounts(day.hub.context))
    if (flags.json) {
      printJson(shell, reportJson(report))
      for (const problem of report.problems) shell.note(`${problem}\n`)
    } else {
      printReport(shell, report)
      await explainOne(shell, data)
      const { lost, doubled, outOfOrder } = report
      shell.out(
        `\n${
          report.problems.length === 0
            ? shell.say('demo.proved', {
                figures: Object.keys(report.foots).length,
                lost,
                doubled,
                outOfOrder,
                seconds: (report.elapsedMs / 1000).toFixed(1),
              })
            : shell.say('demo.failed', { problems: report.problems.map((problem) => `\n  - ${problem}`).join('') })
        }\n`,
      )
    }
    if (report.problems.length > 0) shell.end(exitCode.found)
    if (flags.stay) {
      shell.note(`${shell.say('demo.stays', { address: day.hub.address, data })}\n`)
      await shell.untilStopped()
    }
  } finally {
    await day.stop()
    if (own !== undefined) rmSync(own, { recursive: true, force: true })
  }
}

/** The day needs a database of its own: what is in one already would be counted with it. @throws CommandError usage */
async function migrateEmpty(shell: Shell, url: string): Promise<void> {
  const [{ migrate }, { openMysql }] = await Promise.all([import('../store/migrate.ts'), import('../store/mysql.ts')])
  const database = await openMysql(url)
  try {
    await migrate(database)
    const { count } = await database.read
      .selectFrom('receipt')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) > 0) throw usage(shell.say('demo.notEmpty'))
  } finally {
    await database.close()
  }
}

type Bar = ReturnType<typeof openBar>

function openBar(shell: Shell) {
  if (!shell.colour) return undefined
  return new cliProgress.SingleBar(
    { format: ' {clock} {bar} {value}/{total}  {scene}', hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  )
}

function newsOf(shell: Shell, seed: number, tell: (text: string) => void, bar: Bar): DayNews {
  let scene = ''
  let running = false
  return {
    started: ({ shops, supplier }) =>
      tell(shell.say('demo.start', { seed, orders: shops['shop-us'].orders + shops['shop-eu'].orders, purchases: supplier.purchases })),
    up: (address) => tell(shell.say('demo.up', { address })),
    baseline: (seconds) => tell(shell.say('demo.baseline', { seconds: seconds.toFixed(1) })),
    progress(progress) {
      if (bar !== undefined) {
        if (!running) bar.start(progress.total, 0, { clock: progress.clock, scene: '' })
        running = true
        return bar.update(progress.done, { clock: progress.clock, scene: shell.say(`demo.scene.${progress.scene}`) })
      }
      if (progress.scene === scene) return
      scene = progress.scene
      tell(`${progress.clock} ${shell.say(`demo.scene.${progress.scene}`)}`)
    },
    crosswalk(line) {
      if (bar === undefined) tell(shell.say('demo.crosswalk', { line }))
    },
    rest() {
      bar?.stop()
      tell(shell.say('demo.rest'))
    },
  }
}

/** One figure of the day, down to the bytes it came from. */
async function explainOne(shell: Shell, data: string): Promise<void> {
  await withClient(shell, { data }, async (client) => {
    const { items } = await client.get('/v1/documents/sales-order', { limit: 1 })
    const [first] = Array.isArray(items) ? items.filter(isObject) : []
    if (typeof first?.key !== 'string') return
    const path = 'totals.grandTotal'
    shell.out(`\n${shell.say('demo.explain')}\n  crossdock explain sales-order ${first.key} ${path}\n`)
    await printExplained(shell, client, { type: 'sales-order', key: first.key, path }, false)
  })
}

/** Plays the same command line again in a process that loads the program without one safeguard. */
async function playBroken(shell: Shell, name: string): Promise<0 | 1 | 2> {
  const mutant = mutants.find((candidate) => candidate.name === name)
  if (mutant === undefined || !demoBreaks.includes(name)) throw usage(shell.say('demo.badBreak', { name, names: demoBreaks.join(', ') }))
  if (codeSuffix !== '.ts') throw usage(shell.say('demo.breakNeedsSource', { name }))
  shell.note(`${shell.say('demo.broken', { name, what: mutant.breaks })}\n`)
  const register = join(codeRoot, 'src', 'testing', 'mutants', 'register.ts')
  const child = spawn(process.execPath, ['--import', register, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, CROSSDOCK_MUTANT: name },
  })
  return new Promise((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (code) => resolve(code === 0 ? 0 : 1))
  })
}

/** @throws CommandError usage */
function pairOf(shell: Shell, name: string): PairName {
  const pair = pairNames.find((known) => known === name)
  if (pair === undefined) throw usage(shell.say('demo.badPair', { name, names: pairNames.join(', ') }))
  return pair
}

function numberOf(shell: Shell, flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < least || value > most) throw usage(shell.say('demo.badNumber', { flag, value: text, least, most }))
  return value
}
