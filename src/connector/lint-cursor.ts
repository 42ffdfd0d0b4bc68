import { baseScope, isRequired, lintTemplates } from './lint-calls.ts'
import type { Report } from './lint-report.ts'
import { isZone } from './time.ts'
import type { Connector, Cursor, Stream, TimeCursor } from './types.ts'

/** `sends`: whether the call of the stream has this root. */
export function lintCursor(
  report: Report,
  path: string,
  connector: Connector,
  cursor: Cursor,
  stream: Stream,
  sends: (root: string) => boolean,
): void {
  if (!sends('since'))
    report.error(path, 'cursor-not-sent', 'a cursor is declared, but the call never sends {since}: every read would read everything')
  const certain = cursor.paths.at(-1)
  if (certain === undefined) report.error(`${path}.paths`, 'no-cursor-path', 'the cursor names no path in the record')
  else if (!isRequired(stream.schema, certain))
    report.error(
      `${path}.paths`,
      'cursor-not-required',
      `the schema does not require "${certain}": a record without it would never move the checkpoint`,
    )
  if (cursor.format === 'counter') {
    if (!(Number.isSafeInteger(cursor.lookback) && cursor.lookback >= 0 && Number.isSafeInteger(cursor.first) && cursor.first >= 0))
      report.error(path, 'bad-counter', 'where a counter begins, and how far a run goes back, are whole numbers from 0 on')
    if (!['number', 'single'].includes(stream.page.kind) || stream.group !== undefined || stream.bulk !== undefined)
      report.error(
        path,
        'counter-paging',
        'a list that is counted is read on from its highest number: page by number, and leave group and bulk out',
      )
  } else lintTimes(report, path, connector, cursor, stream, sends)
}

function lintTimes(
  report: Report,
  path: string,
  connector: Connector,
  cursor: TimeCursor,
  stream: Stream,
  sends: (root: string) => boolean,
): void {
  if (cursor.lookbackMs < 0) report.error(`${path}.lookbackMs`, 'bad-lookback', 'a look-back cannot be negative')
  if (cursor.lookbackMs === 0)
    report.warning(`${path}.lookbackMs`, 'no-lookback', 'without any look-back a row that becomes visible late is lost')
  if ((cursor.format === 'local' || cursor.format === 'local-space') && cursor.zone === null)
    report.error(`${path}.zone`, 'no-zone', 'wall times need a zone: an IANA name or {config.timeZone}')
  if (cursor.zone !== null) lintZone(report, `${path}.zone`, connector, cursor.zone)
  if (cursor.first !== undefined) lintFirst(report, `${path}.first`, connector, cursor.first)
  if (cursor.windowMs !== undefined) {
    if (cursor.windowMs <= 0) report.error(`${path}.windowMs`, 'bad-window', 'a query cannot span no time')
    if (!sends('until')) report.error(path, 'window-not-sent', 'queries are limited in time, but the call never sends {until}')
    if (cursor.first === undefined)
      report.error(`${path}.first`, 'no-first', 'queries are limited in time, so a first read needs to know where it begins')
  }
  if (cursor.order === 'none' && sends('until') && ['number', 'offset', 'link', 'nextLink'].includes(stream.page.kind))
    report.warning(
      path,
      'page-shift',
      'a row that changes while the list is read leaves the window and shifts the rows behind it across the page border, where one is lost',
      'order by key and leave {until} out, or page by token',
    )
}

function lintFirst(report: Report, path: string, connector: Connector, first: string): void {
  const [named] = lintTemplates(report, path, first, { config: baseScope(connector).config ?? [] })
  if (named === undefined && Number.isNaN(Date.parse(first))) report.error(path, 'bad-time', `"${first}" is no ISO time`)
  if (named !== undefined && !isRequired(connector.config, named.path.split('.').slice(1).join('.')))
    report.error(
      path,
      'config-optional',
      `{${named.path}} must be required by the config: without it nothing says where a first read begins`,
    )
}

export function lintZone(report: Report, path: string, connector: Connector, zone: string): void {
  const found = lintTemplates(report, path, zone, baseScope(connector))
  const [only] = found
  if (only === undefined) {
    if (!isZone(zone)) report.error(path, 'bad-zone', `"${zone}" is no time zone; write an IANA name such as Europe/Berlin`)
  } else if (!isRequired(connector.config, only.path.split('.').slice(1).join('.')))
    report.error(path, 'zone-optional', `{${only.path}} must be required by the config: without it times cannot be read`)
}
