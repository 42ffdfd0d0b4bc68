import { lintCall, type Scope } from './lint-calls.ts'
import type { Report } from './lint-report.ts'
import type { Bulk, Connector, Stream } from './types.ts'

/** A job whose name is lost, or whose file cannot be read as records, would read nothing for ever. */
export function lintBulk(report: Report, path: string, connector: Connector, stream: Stream, bulk: Bulk, scope: Scope): void {
  const { create, look, cancel, children } = bulk
  const { cursor } = stream
  const found = lintCall(report, `${path}.create`, create, cursor === null ? scope : { ...scope, since: true, until: true })
  if (cursor !== null && !found.some(({ root }) => root === 'since'))
    report.error(`${path}.create`, 'since-not-sent', 'the job never gets {since}: every range would be a file of everything')
  if (cursor !== null && bulk.first === undefined)
    report.error(`${path}.first`, 'no-first', 'say the time where everything begins: without it the job of a first load has no {since}')
  if (bulk.first !== undefined && Number.isNaN(Date.parse(bulk.first)))
    report.error(`${path}.first`, 'bad-time', `"${bulk.first}" is no time; write one such as 1970-01-01T00:00:00Z`)
  for (const [name, call] of [
    ['look', look],
    ['cancel', cancel],
  ] as const)
    if (call !== undefined && !lintCall(report, `${path}.${name}`, call, { ...scope, job: true }).some(({ root }) => root === 'job'))
      report.error(`${path}.${name}`, 'job-not-sent', 'the call never sends {job}: it would speak of whichever job there is')
  lintStates(report, path, bulk)
  if (stream.call === null) report.error(path, 'bulk-without-call', 'what a job cannot do is read by page: the stream needs a call')
  if (stream.pokes !== undefined || stream.group !== undefined || stream.columns !== undefined)
    report.error(path, 'bulk-rows', 'lines of a file are records as they are: leave pokes, group and columns out')
  if (connector.http.codec?.parse !== undefined || connector.http.codec?.decode !== undefined)
    report.error(path, 'bulk-codec', 'the file has lines of JSON, which no codec reads')
  const into = Object.values(children?.of ?? {}).map((place) => place.into)
  const others = (stream.children ?? []).flatMap(({ name, as }) => (as.kind === 'embed' ? [name] : []))
  for (const name of into)
    if (others.includes(name) || into.filter((other) => other === name).length > 1)
      report.error(`${path}.children.of`, 'field-twice', `two kinds of children would become the field "${name}"`)
  if (children !== undefined && into.length === 0)
    report.error(`${path}.children.of`, 'no-children', 'say which lines become which field, or leave children out')
}

function lintStates(report: Report, path: string, { running, done, failed, everyMs, mostMs, leastMs, size, partial, hosts }: Bulk): void {
  const states = [...running, ...done, ...failed].map((state) => JSON.stringify(state))
  const doubled = states.filter((state, place) => states.indexOf(state) !== place)
  if (running.length === 0 || done.length === 0 || doubled.length > 0)
    report.error(
      `${path}.running`,
      'bad-states',
      `each state means one thing, and there is one at least for running and done: ${doubled.join(', ')}`,
    )
  if (partial !== undefined && failed.length === 0)
    report.error(`${path}.partial`, 'never-failed', 'no state says that the job failed, so nobody looks for a part of its rows')
  if (!(everyMs >= 1000 && mostMs >= everyMs && mostMs <= 30 * 86_400_000 && leastMs >= 0))
    report.error(`${path}.everyMs`, 'bad-times', 'a job is looked at every second at most, and is waited for between that and thirty days')
  if (!(Number.isInteger(size) && size >= 1 && size <= 1000)) report.error(`${path}.size`, 'bad-page-size', 'a page has 1 to 1000 records')
  for (const host of hosts)
    if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(host))
      report.error(`${path}.hosts`, 'bad-host', `"${host}" is no name of a host`)
}
