import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type CompareReport, emptyReport, mergeReports } from '../mapping/compare-report.ts'
import { isDecimal } from '../model/decimal.ts'
import { type JsonObject, parseJson } from '../model/json.ts'
import type { Client } from './client.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, timeOf, withHub } from './hub-command.ts'
import { printJson } from './print.ts'
import { printDiff } from './print-diff.ts'
import type { Shell } from './shell.ts'

interface DiffFlags extends HubCommandFlags {
  readonly mapping?: string
  readonly last?: string
  readonly since?: string
  readonly connection?: string
  readonly tolerance?: string
}

/** Records of one request: they are read on the hub, and only what differs comes back. */
const page = 500
/** A run that takes longer says how far it is, as often as this. */
const tellEveryMs = 3_000

/** `crossdock map diff`: two versions of a mapping over what came in. */
export function registerMapDiff(parent: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(parent, shell, 'diff', say('map.diff'))
    .argument('<old>', say('map.diffOld'))
    .argument('<new>', say('map.diffNew'))
    .option('--mapping <name>', say('map.diffMapping'))
    .option('--last <records>', say('map.diffLast'))
    .option('--since <time>', say('map.diffSince'))
    .option('--connection <name>', say('map.diffConnection'))
    .option('--tolerance <number>', say('map.diffTolerance'), 'none')
    .action(
      withHub<DiffFlags>(shell, async (client, flags, old = '', now = '') => {
        const versions = [await versionOf(shell, old), await versionOf(shell, now)] as const
        const mapping = flags.mapping ?? (await nameOf(client, versions))
        if (mapping === undefined) throw usage(say('map.diffNoName'))
        const report = await diffAll(shell, client, lastOf(shell, flags), {
          mapping,
          before: versions[0],
          after: versions[1],
          ...filtersOf(shell, flags),
        })
        if (flags.json) printJson(shell, { mapping, ...JSON.parse(JSON.stringify(report)) })
        else printDiff(shell, report)
        if (report.newErrors.length > 0) shell.end(exitCode.found)
        else if (report.different > 0) shell.end(exitCode.differs)
      }),
    )
}

export interface DiffReport extends CompareReport {
  readonly unreadable: number
  readonly filtered: number
}

/** Page after page; what is held is one report, however many records there are. */
export async function diffAll(shell: Shell, client: Pick<Client, 'where' | 'send'>, most: number, ask: JsonObject): Promise<DiffReport> {
  let report: DiffReport = { ...emptyReport, unreadable: 0, filtered: 0 }
  let beyond: string | undefined
  let told = Date.now()
  for (let left = most; left > 0; ) {
    const limit = Math.min(left, page)
    const answer = await client.send('POST', '/v1/mappings/diff', { ...ask, limit, ...(beyond === undefined ? {} : { beyond }) })
    if (!isPage(answer)) throw new CommandError(exitCode.unreachable, 'bad-answer', shell.say('map.diffBadAnswer', { where: client.where }))
    const { next, ...one } = answer
    report = { ...mergeReports(report, one), unreadable: report.unreadable + one.unreadable, filtered: report.filtered + one.filtered }
    left -= one.compared + one.unreadable + one.filtered
    if (next === null) break
    beyond = next
    if (Date.now() - told < tellEveryMs) continue
    told = Date.now()
    shell.note(`${shell.say('map.diffSoFar', { compared: report.compared, different: report.different })}\n`)
  }
  return report
}

interface DiffPage extends DiffReport {
  readonly next: string | null
}
const isPage = (answer: JsonObject): answer is JsonObject & DiffPage =>
  ['compared', 'different', 'unreadable', 'filtered', 'more'].every((name) => typeof answer[name] === 'number') &&
  ['rules', 'newErrors', 'goneErrors', 'money'].every((name) => Array.isArray(answer[name])) &&
  (answer.next === null || typeof answer.next === 'string')

function lastOf(shell: Shell, { last }: DiffFlags): number {
  if (last === undefined) return Number.POSITIVE_INFINITY
  const records = Number(last)
  if (!Number.isInteger(records) || records < 1) throw usage(shell.say('flag.badLimit', { limit: last }))
  return records
}

function filtersOf(shell: Shell, flags: DiffFlags): JsonObject {
  const { tolerance = 'none', connection } = flags
  if (tolerance !== 'none' && (!isDecimal(tolerance) || tolerance.startsWith('-')))
    throw usage(shell.say('map.diffBadTolerance', { tolerance }))
  const from = timeOf(shell, flags.since)
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(from === undefined ? {} : { from }),
    ...(tolerance === 'none' ? {} : { tolerance }),
  }
}

/** A version as the API takes it. @throws CommandError not found */
async function versionOf(shell: Shell, given: string): Promise<{ readonly text?: string; readonly hash?: string }> {
  if (given === 'current') return {}
  const file = resolve(shell.folder, given)
  if (existsSync(file)) return { text: (await readFile(file, 'utf8')).replace(/^\uFEFF/, '') }
  if (/^[0-9a-f]{64}$/.test(given)) return { hash: given }
  throw new CommandError(exitCode.notFound, 'no-version', shell.say('map.diffNoVersion', { version: given }))
}

/** `shop.order` in a text is `shop/order` to the streams; a stored text says it as well as a file. */
async function nameOf(
  client: Client,
  versions: readonly { readonly text?: string; readonly hash?: string }[],
): Promise<string | undefined> {
  for (const { text, hash } of versions) {
    const name = mappingId(text ?? (hash === undefined ? undefined : await storedText(client, hash)))
    if (name !== undefined) return name.replace('.', '/')
  }
  return undefined
}

const mappingId = (text: string | undefined): string | undefined => {
  try {
    const file = text === undefined ? undefined : (parseJson(text) as { readonly mapping?: unknown } | null)
    return typeof file?.mapping === 'string' ? file.mapping : undefined
  } catch {
    // the hub says what is wrong with the text, line by line
    return /"mapping"\s*:\s*"([^"]+)"/.exec(text ?? '')?.[1]
  }
}

async function storedText(client: Client, hash: string): Promise<string | undefined> {
  try {
    return Buffer.from(await client.bytes(`/v1/texts/${hash}`)).toString('utf8')
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === exitCode.notFound) return undefined
    throw error
  }
}
