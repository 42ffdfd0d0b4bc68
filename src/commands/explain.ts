import type { Command } from 'commander'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Client } from './client.ts'
import { CommandError } from './exit-code.ts'
import { type HubCommandFlags, hubCommand, withHub } from './hub-command.ts'
import { leaves } from './leaves.ts'
import { printJson, printPairs, printRows, shown } from './print.ts'
import type { Shell } from './shell.ts'

/** Most fields explained at once. */
const most = 200

/** `crossdock explain`: where a value of the ledger came from, down to the partner's bytes and the line of the mapping; without a path every value of the document. */
export function registerExplain(program: Command, shell: Shell): void {
  const { say } = shell
  hubCommand(program, shell, 'explain', say('explain.about'))
    .argument('<type>', say('ledger.type'))
    .argument('<key>', say('ledger.key'))
    .argument('[path]', say('explain.path'))
    .action(
      withHub<HubCommandFlags>(shell, async (client, flags, type = '', key = '', path) => {
        if (path === undefined) return explainAll(shell, client, flags, type, key)
        await printExplained(shell, client, { type, key, path }, flags.json === true)
      }),
    )
}

/** One value with where it came from, down to the partner's own field and the bytes of the message. */
export async function printExplained(
  shell: Shell,
  client: Client,
  { type, key, path }: { readonly type: string; readonly key: string; readonly path: string },
  json: boolean,
): Promise<void> {
  const { say } = shell
  const found = await explainOne(client, type, key, path)
  if (json) return printJson(shell, found)
  const source = isObject(found.source) ? found.source : {}
  const rule = isObject(found.rule) ? found.rule : {}
  printPairs(shell, [
    [say('column.field'), found.path],
    [say('column.value'), found.value],
    [say('explain.before'), found.before],
    [say('column.version'), found.version],
    [say('column.at'), found.at],
    [say('explain.mapping'), placeOf(rule)],
    [say('explain.rule'), rule.rule],
    [say('explain.hash'), rule.hash],
    [say('column.revision'), found.revision],
    ...objectsOf(found.raw).map((raw): [string, Json] => [say('explain.partner'), `${raw.path} = ${raw.found ? shown(raw.value) : '?'}`]),
    ...(Array.isArray(rule.settings) ? rule.settings : []).map((setting): [string, Json] => [say('column.connection'), setting]),
    ...lookupsOf(shell, found, rule),
    ...objectsOf(found.notes)
      .filter(({ to }) => isAbout(String(to), path))
      .map((note): [string, Json] => [say('explain.note'), `${note.code}: ${note.message}`]),
    ...objectsOf(found.choices).map((choice): [string, Json] => [say('explain.choice'), choiceText(shell, choice)]),
    [say('column.connection'), source.connection],
    [say('column.stream'), source.stream],
    [say('column.key'), source.key],
    [say('column.received'), source.receivedAt],
    [say('column.envelope'), source.envelope],
    ...receiptsOf(shell, source).map((receipt): [string, string] => [say('explain.receipt'), receipt]),
  ])
}

async function explainOne(client: Client, type: string, key: string, path: string): Promise<JsonObject> {
  return client.get(`/v1/documents/${encodeURIComponent(type)}/explain`, { key, path })
}

async function explainAll(shell: Shell, client: Client, flags: HubCommandFlags, type: string, key: string): Promise<void> {
  const { say } = shell
  const { document } = await client.get(`/v1/documents/${encodeURIComponent(type)}/one`, { key })
  const rows: JsonObject[] = []
  for (const [path] of leaves(document)) {
    if (rows.length === most) break
    try {
      rows.push(await explainOne(client, type, key, path))
    } catch (error) {
      // what the hub itself adds to a document (type, key, findings) came from nowhere
      if (!(error instanceof CommandError && error.code === 'no-value')) throw error
    }
  }
  await printRows(
    shell,
    rows,
    [
      { title: say('column.field'), cell: (row) => row.path },
      { title: say('column.value'), cell: (row) => row.value },
      {
        title: say('column.from'),
        cell: (row) => (isObject(row.rule) && Array.isArray(row.rule.paths) ? row.rule.paths.join(', ') : undefined),
      },
      { title: say('explain.mapping'), cell: (row) => (isObject(row.rule) ? placeOf(row.rule) : undefined) },
      { title: say('column.version'), cell: (row) => row.version },
      { title: say('column.connection'), cell: (row) => (isObject(row.source) ? row.source.connection : undefined) },
    ],
    flags.json === true,
  )
  if (flags.json === true) return
  const notes = new Set(
    rows
      .flatMap((row) => objectsOf(row.notes))
      .map(({ code, to, rule, message }) =>
        say('map.note', { code: String(code), to: String(to), rule: String(rule), message: String(message) }),
      ),
  )
  for (const note of notes) shell.note(`${note}\n`)
}

/** A note is about the value itself, something inside it, or something around it. */
function isAbout(to: string, path: string): boolean {
  const [note, asked] = [to, path.startsWith('/') ? path : `/${path.replaceAll('.', '/')}`].map((pointer) => `${pointer}/`)
  return note !== undefined && asked !== undefined && (note.startsWith(asked) || asked.startsWith(note))
}

const placeOf = (rule: JsonObject): string | undefined =>
  typeof rule.mapping === 'string' ? `${rule.file ?? `${rule.mapping}.json`}:${rule.line ?? '?'} (${rule.version})` : undefined

const receiptsOf = ({ say }: Shell, source: JsonObject): readonly string[] =>
  objectsOf(source.receipts).map(({ receipt, from, to, removed }) => {
    const place = from === null ? String(receipt) : `${receipt} [${from}..${to}]`
    return removed === true ? `${place}: ${say('explain.removed')}` : place
  })

const objectsOf = (list: Json | undefined): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : [])

/** The entry of each table the value went through; its name alone where no entry is known. */
function lookupsOf({ say }: Shell, found: JsonObject, rule: JsonObject): readonly [string, Json][] {
  const entries = objectsOf(found.entries)
  const bare = (Array.isArray(rule.lookups) ? rule.lookups : []).filter((name) => !entries.some(({ lookup }) => lookup === name))
  return [
    ...entries.map(({ lookup, code, value }): [string, Json] => [say('explain.lookup'), `${lookup}: ${code} -> ${shown(value)}`]),
    ...bare.map((name): [string, Json] => [say('explain.lookup'), name]),
  ]
}

function choiceText({ say }: Shell, { kind, number, rule }: JsonObject): string {
  const text =
    kind === 'default'
      ? say('explain.choseDefault')
      : kind === 'else'
        ? say('explain.choseElse')
        : say('explain.chosePath', { number: Number(number) })
  return `${rule}: ${text}`
}
