import { parseArgs } from 'node:util'
import { planDay } from '../simulator/day/plan.ts'
import { untilAtRest, untilBaseline } from './hub-rest.ts'
import { onHandOf } from './ledger-figures.ts'
import { playDay } from './play.ts'
import { missingPrograms } from './programs.ts'
import { proveDay } from './proof.ts'
import { isClean, type Run, runJson, runText } from './report.ts'
import { openSystems, type Systems } from './systems.ts'
import { planTrouble } from './trouble.ts'
import { missingForVendure, nodeForVendure } from './vendure/install.ts'
import { isClean as isCleanShop, playShop, shopText } from './vendure/run-shop.ts'
import { openShopHouse } from './vendure/shop-house.ts'

const usage = `npm run acceptance -- [options]

The day of trade at a tenth of its size against two real Tryton databases and two simulated shops, the hub on MariaDB and Redis;
it is killed ten times and Redis flushed twice. Then every figure and every record is read back and compared.

  --quick       20 orders, 2 kills, for trying
  --embedded    the hub on its own SQLite file, without MariaDB and Redis
  --seed <n>    another day and other moments of trouble (7)
  --pace <s>    seconds that the working day lasts at least (100, quick 30)
  --kills <n>   how often the hub is killed (10, quick 2)
  --shop vendure  instead: 200 orders (quick 20) of a real Vendure, its plugin's webhooks and polls, to a real Tryton and back
  --keep        leave the temporary folder with all logs
  --json        print one object
exit code: 0 clean, 1 something differs, 2 wrong options, 3 programs are missing
`

interface Options {
  readonly seed: number
  readonly scale: number
  readonly pace: number
  readonly kills: number
  readonly flushes: number
  readonly embedded: boolean
  readonly keep: boolean
  readonly json: boolean
  readonly shop: 'woocommerce' | 'vendure'
}

const patienceMs = 90_000

/** @throws TypeError for options that are not there, RangeError for values that make no sense */
function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      embedded: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seed: { type: 'string' },
      pace: { type: 'string' },
      kills: { type: 'string' },
      shop: { type: 'string', default: 'woocommerce' },
    },
  })
  if (values.help) return 'help'
  const { quick, embedded, keep, json, shop } = values
  if (shop !== 'woocommerce' && shop !== 'vendure') throw new RangeError(`--shop ${shop}: there are woocommerce and vendure`)
  const whole = (name: 'seed' | 'pace' | 'kills', fallback: number): number => {
    const value = Number(values[name] ?? fallback)
    if (!Number.isInteger(value) || value < 0 || value > 2 ** 31)
      throw new RangeError(`--${name} ${values[name]} is not a whole number from 0`)
    return value
  }
  return {
    seed: whole('seed', 7),
    scale: quick ? 0.01 : 0.1,
    pace: whole('pace', quick ? 30 : 100),
    kills: whole('kills', quick ? 2 : 10),
    flushes: 2,
    embedded,
    keep,
    json,
    shop,
  }
}

const note = (line: string): void => void process.stderr.write(`${line}\n`)

async function play(
  options: Options,
  systems: Systems,
  lap: (name: string) => void,
  tell: (line: string) => void,
): Promise<Omit<Run, 'seconds'>> {
  const { house, flush } = systems
  const { seed, pace, kills, flushes, embedded, scale } = options
  await untilBaseline(house.hub)
  const opening = onHandOf(await house.hub.get('/v1/stats'))
  lap('baseline')
  tell('the hub has read the morning; the day begins')
  const trouble = planTrouble({ seed, pace, kills, flushes, hub: house.hub, erp: house.harbour.server, ...(flush ? { flush } : {}) })
  const problems = [...(await playDay(house, trouble, { pace, patienceMs }, tell))]
  lap('day')
  if (problems.length === 0) problems.push(...(await untilAtRest(house.hub)))
  lap('rest')
  const proof = await proveDay(house, opening)
  lap('proof')
  return { seed, scale, store: embedded ? 'SQLite' : 'MariaDB and Redis', proof, trouble: trouble.done(), problems }
}

/** The run with a real Vendure. */
async function shopDay(options: Options, tell: (line: string) => void): Promise<number> {
  const { seed, embedded, pace, kills, flushes, scale, keep, json } = options
  const systems = await openShopHouse({ seed, embedded, count: Math.round(scale * 2000), node: nodeForVendure() ?? 'node' }, tell)
  let clean = false
  const interrupted = () => void systems.close(true).finally(() => process.exit(1))
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    const run = await playShop(systems, { seed, pace, kills, flushes }, tell)
    clean = isCleanShop(run)
    process.stdout.write(json ? `${JSON.stringify({ clean, ...run }, undefined, 2)}\n` : `\n${shopText(run)}\n`)
  } finally {
    await systems.close(keep || !clean)
    if (keep || !clean) note(`the logs are in ${systems.folder}`)
  }
  return clean ? 0 : 1
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options | 'help'
  try {
    options = readOptions(args)
  } catch (error) {
    note(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  if (options === 'help') {
    process.stdout.write(usage)
    return 0
  }
  const missing = missingPrograms(options.embedded, options.shop) ?? (options.shop === 'vendure' ? missingForVendure() : undefined)
  if (missing !== undefined) {
    note(missing)
    return 3
  }
  const began = performance.now()
  const seconds: Record<string, number> = {}
  let last = began
  const lap = (name: string) => {
    seconds[name] = Math.round((performance.now() - last) / 100) / 10
    last = performance.now()
  }
  const tell = (line: string) => note(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)}  ${line}`)
  if (options.shop === 'vendure') return shopDay(options, tell)
  const systems = await openSystems(planDay(options.seed, options.scale), options.embedded, tell)
  lap('set-up')
  let clean = false
  const interrupted = () => void systems.close(true).finally(() => process.exit(1))
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    const run: Run = { ...(await play(options, systems, lap, tell)), seconds }
    clean = isClean(run)
    process.stdout.write(options.json ? `${JSON.stringify(runJson(run), undefined, 2)}\n` : `\n${runText(run)}\n`)
  } finally {
    const keep = options.keep || !clean
    await systems.close(keep)
    if (keep) note(`the logs are in ${systems.folder}`)
  }
  return clean ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
