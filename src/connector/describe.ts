import { isObject, type Json } from '../model/json.ts'
import { bodyOf } from './call.ts'
import { signedFormText } from './describe-signed-form.ts'
import { cell, code, list, seconds, words } from './describe-text.ts'
import { type SignatureProof, webhookSection } from './describe-webhook.ts'
import { limitOf } from './limiter.ts'
import { placeholders } from './template.ts'
import type {
  Action,
  Auth,
  Command,
  Connector,
  Cursor,
  FaultRule,
  Http,
  Matches,
  Once,
  Page,
  Pairs,
  Part,
  StateAction,
  Stream,
  Version,
} from './types.ts'

export interface DescribeOptions {
  /** file of the definition; `connector.ts` when left out */
  readonly from?: string
  readonly signatures?: readonly SignatureProof[]
  /** what of the recordings the partner published, and what was made by us */
  readonly recordings?: string
}

/** The README.md of a connector, made from its definition and nothing else, so that it cannot be out of date. Ends with a line feed. */
export function describeConnector(connector: Connector, options: DescribeOptions = {}): string {
  const sections = [
    `# ${connector.title}`,
    `<!-- generated from ${options.from ?? 'connector.ts'}; do not edit -->`,
    `Connector \`${connector.name}\`. Written from <${connector.docs}>.`,
    ...configTable(connector),
    ...setupSections(connector),
    `## Requests`,
    list([
      `authentication: ${authText(connector.http.auth)}`,
      `time limit of a request: ${seconds(connector.http.timeoutMs ?? 60_000)}`,
      limitText(connector.http),
      connector.http.points &&
        `a query takes its points before it is sent and gets back what it did not use; once the partner told of its own bucket (\`${connector.http.points.at}\`), that one holds`,
      connector.http.concurrency === undefined ? undefined : `at most ${connector.http.concurrency} requests at once`,
      connector.http.csrf &&
        `writes carry \`${connector.http.csrf.header}\` and its cookies, fetched from \`${connector.http.csrf.fetch.path}\` and again when the partner says that it is required`,
      ...ruleLines(connector.http.faults),
    ]),
    ...dialectSections(connector.http),
    ...streamSections(connector),
    ...actionSections(connector),
    ...webhookSection(connector, options.signatures ?? []),
    ...(options.recordings === undefined ? [] : ['## Recordings', options.recordings]),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** Where each account has its own limit, that of a config without one. */
function limitText(http: Http): string | undefined {
  const limit = limitOf(http)
  if (limit === undefined) return undefined
  return `at most ${limit.requests} ${http.points === undefined ? 'requests' : 'points'} in ${seconds(limit.perMs)}${typeof http.limit === 'function' ? ', unless the config says what the account was granted' : ''}`
}

function setupSections({ setup }: Connector): readonly string[] {
  if (setup === undefined) return []
  const { credentials, permissions, unproved } = setup
  return [
    '## Credentials',
    list(credentials),
    '## Permissions',
    list(permissions),
    ...(unproved === undefined ? [] : ['## Not proved', list(unproved)]),
  ]
}

const ruleLines = (rules: readonly FaultRule[] = []): readonly string[] =>
  rules.map(
    (rule) =>
      `an answer ${ruleText(rule)} is \`${rule.code}\`: ${rule.then}${rule.waitMs === undefined ? '' : `, and nothing is sent for ${seconds(rule.waitMs)}`}`,
  )

function dialectSections({ dialects }: Http): readonly string[] {
  if (dialects === undefined) return []
  return Object.entries(dialects.of).map(([name, { auth, faults, answer }]) =>
    [
      `### With \`${dialects.field}\` ${name}`,
      '',
      list([
        `authentication: ${authText(auth)}`,
        `the same calls in another envelope; answers stand in \`${answer}\``,
        ...ruleLines(faults),
      ]),
    ].join('\n'),
  )
}

function configTable({ config }: Connector): readonly string[] {
  const required = Array.isArray(config.required) ? config.required : []
  const fields = isObject(config.properties) ? Object.entries(config.properties) : []
  const rows = fields.map(([name, field]) => {
    const known = isObject(field) ? field : {}
    const traits = [required.includes(name) ? 'required' : 'optional', ...(known.writeOnly === true ? ['secret'] : [])]
    return `| \`${name}\` | ${cell(known.title ?? '')} | ${traits.join(', ')} |`
  })
  return ['## Config', ['| field | meaning | |', '|---|---|---|', ...rows].join('\n')]
}

function streamSections(connector: Connector): readonly string[] {
  const streams = Object.entries(connector.streams)
  return streams.length === 0 ? [] : ['## Streams', ...streams.map(([name, stream]) => streamSection(name, stream))]
}

function streamSection(name: string, stream: Stream): string {
  return [
    `### ${name}: ${stream.title}`,
    '',
    list([
      stream.pokes === undefined
        ? `becomes ${stream.parts.map(partText).join('; ') || 'nothing by itself'}`
        : `says by \`${stream.pokes.key}\` which record of ${stream.pokes.stream} to read again${stream.pokes.when === undefined ? '' : ` when \`${cell(stream.pokes.when)}\``}`,
      `key \`${stream.key}\`; version: ${versionText(stream.version)}`,
      stream.call === null ? 'not polled: it comes by webhook only' : `read by ${pageText(stream.page)}; ${cursorText(stream.cursor)}`,
      stream.bulk &&
        `first loads, full passes and ranges of ${seconds(stream.bulk.leastMs)} or more are read from a file that a job of the partner's makes; what a job cannot do is read by page`,
      stream.group === undefined ? undefined : `rows of one key that follow each other are one record, under \`${stream.group}\``,
      ...(stream.children ?? []).map(
        (child) =>
          `with \`${child.name}\` ${child.as.kind === 'embed' ? 'inside it' : `as records of their own (${child.as.parts.map(partText).join('; ')})`}${child.batch > 1 ? `, up to ${child.batch} parents a call` : ''}`,
      ),
      stream.byKey === undefined ? 'one record cannot be read again by its key' : 'one record can be read again by its key',
      stream.ids === undefined
        ? undefined
        : `deletes are found by comparing the list of its keys${stream.ids.into === undefined ? '' : `, once ${stream.ids.into.join(' and ')} told what became of them`}`,
      stream.hubRef === undefined
        ? undefined
        : `\`${stream.hubRef.path}\` carries our ${stream.hubRef.by === 'key' ? 'key' : 'number'} of a ${stream.hubRef.document}`,
    ]),
    '',
    stream.blindSpots.length === 0 ? 'Blind spots: none known.' : `Blind spots: ${stream.blindSpots.join('; ')}.`,
  ].join('\n')
}

function actionSections(connector: Connector): readonly string[] {
  const actions = Object.entries(connector.actions)
  return actions.length === 0
    ? []
    : ['## Actions', ...actions.map(([name, action]) => [`### ${name}: ${action.title}`, '', list(actionLines(action))].join('\n'))]
}

function actionLines(action: Action): readonly (string | undefined)[] {
  const from = `sends ${action.document}`
  if (action.kind === 'state')
    return [
      `${from} by the mapping \`${action.mapping}\``,
      `sets a figure: ${onceText(action.once)}`,
      action.each === undefined ? undefined : `one call for each of \`${action.each}\``,
      action.results === undefined
        ? undefined
        : `one answer tells of each of \`${action.results.of}\`: what is refused is named, what waits is sent again`,
      shownText(action),
      action.current === undefined
        ? undefined
        : `compares the figure the partner shows first, and reads \`${action.current.orders}\` when it is not the expected one`,
      action.current?.answered === undefined ? undefined : 'set again when the answer shows another figure than was wanted',
    ]
  const life = (['create', 'change', 'cancel'] as const).map((operation) => {
    const command = action[operation]
    return command === undefined ? `${operation}: the partner has none; it becomes a finding` : `${operation}: ${commandText(command)}`
  })
  return [from, ...life]
}

const shownText = ({ call }: StateAction): string | undefined =>
  placeholders(bodyOf(call)).some(({ root }) => root === 'shown')
    ? 'compare and set: the partner refuses when another figure stands there than was seen'
    : undefined

function commandText(command: Command): string {
  const parts = [
    `mapping \`${command.mapping}\``,
    `once: ${onceText(command.once)}`,
    command.requires === undefined ? '' : `only while \`${command.requires.path}\` is ${words(command.requires.in)}`,
    ...(command.prepare ?? []).flatMap(({ each }) =>
      each === undefined ? [] : [`\`${each.of}\` one by one, each beside the row of the same \`${each.key}\`; refused where one has none`],
    ),
    command.restore === undefined ? '' : 'what was taken back for it is put back when it is refused',
    command.read?.proves === undefined ? '' : `proved by \`${command.read.proves.path}\` being ${words(command.read.proves.in)}`,
    command.stays === undefined ? '' : 'looked at when all is done, and tried again when it is not there',
    command.read?.matches === undefined ? '' : `later an unanswered try is known by ${matchesText(command.read.matches)}`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function authText(auth: Auth): string {
  switch (auth.kind) {
    case 'none':
      return 'none'
    case 'basic':
      return 'HTTP Basic'
    case 'header':
      return `header \`${auth.name}\``
    case 'session':
      return 'session: one login for all requests, renewed when the partner ends it'
    case 'oauth2':
      return `OAuth 2.0 in the header \`${auth.header?.name ?? 'Authorization'}\`: ${auth.refreshToken === undefined ? '' : 'the refresh token where the config has one, else '}client credentials; renewed before its end by one process for all, and kept sealed before it is used`
    case 'signed-form':
      return signedFormText(auth)
    case 'sign':
      return 'every request is signed'
  }
}

function versionText(version: Version): string {
  switch (version.kind) {
    case 'time':
      return `time at ${code(version.paths)}${version.granularityMs > 1 ? `, exact to ${seconds(version.granularityMs)}` : ''}${version.zone === null || version.zone === 'UTC' ? '' : ', wall time: in the hour that comes twice a year a later change may look older'}`
    case 'counter':
      return `counter at \`${version.path}\``
    case 'read':
      return 'the time it was read'
    case 'additive':
      return 'none: it only tells facts, in any order'
    case 'none':
      return 'none: compared by content'
  }
}

function pageText(page: Page): string {
  const size = 'size' in page ? ` of ${page.size}` : ''
  if (page.kind === 'reverse') return `pages${size} by number, from the last one back`
  if (page.kind === 'nextLink') return `pages${size} by the address in \`${page.path}\``
  return page.kind === 'single' ? 'one request' : page.kind === 'custom' ? `pages${size} of its own kind` : `pages${size} by ${page.kind}`
}

function cursorText(cursor: Cursor | null): string {
  if (cursor === null) return 'complete on every run'
  if (cursor.format === 'counter')
    return `rows from the number at ${code(cursor.paths)} on at which the last read ended, less ${cursor.lookback}; from the beginning again where not even that row is there`
  const span = cursor.windowMs === undefined ? '' : `, in queries of ${seconds(cursor.windowMs)}`
  return `changes since ${code(cursor.paths)}${span}, ${cursor.order === 'asc' ? 'in that order' : 'the checkpoint moves when a read is complete'}; the last ${seconds(cursor.lookbackMs)} are read again`
}

function onceText(once: Once): string {
  switch (once.kind) {
    case 'header':
      return `the partner knows a repeated request by the header \`${once.name}\``
    case 'find':
      return `looked up before every retry that follows an unanswered try${once.over === undefined ? '' : ', also among what it may have become'}`
    case 'natural':
      return `repeating does no harm: ${once.why}`
    case 'none':
      return `**never sent again after an unanswered try**, a person decides: ${once.why}`
  }
}

const matchesText = ({ lists = [], ...pairs }: Matches): string =>
  [
    ...shownPaths(pairs),
    ...lists.map(({ rows, key, more: _more, ...values }) => `\`${rows[0]}\` by \`${key[0]}\` (${shownPaths(values).join(', ')})`),
  ].join(', ')
const shownPaths = ({ equal = [], decimal = [] }: Pairs): readonly string[] => [...equal, ...decimal].map(([path]) => `\`${path}\``)
const ruleText = (rule: {
  readonly status?: readonly number[]
  readonly path?: string
  readonly in?: readonly Json[]
  readonly not?: readonly Json[]
}): string =>
  [
    rule.status === undefined ? '' : `of status ${rule.status.join(' or ')}`,
    rule.path === undefined
      ? ''
      : `with \`${rule.path}\`${rule.in === undefined ? '' : ` being ${words(rule.in)}`}${rule.not === undefined || rule.not.length === 0 ? '' : ` not being ${words(rule.not)}`}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
const partText = (part: Part): string =>
  'link' in part
    ? `a link to the ${part.link} code`
    : `${part.each === undefined ? '' : `for each of \`${part.each.map(({ of, as }) => of || as).join('.')}\` a `}${part.document}${part.mode === 'replace' ? '' : ` (${part.mode})`}${part.when === undefined ? '' : ` when \`${cell(part.when)}\``}`
