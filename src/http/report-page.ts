import { html } from 'hono/html'
import { canonicalJson, type Json } from '../model/json.ts'
import { type Language, type Say, speaker } from '../model/messages.ts'
import { differenceKinds, type ReconcileReport } from '../pipeline/reconcile-report.ts'
import type { SideTally } from '../pipeline/reconcile-tally.ts'
import type { ReportTable } from '../store/tables.ts'
import { partsOf } from './report-shape.ts'
import { iso } from './values.ts'

/** A report as one page that stands by itself: no script, nothing loaded. Everything of the partner's goes through the template's escaping. */
export async function reportPage(row: ReportTable, language: Language): Promise<string> {
  const say = speaker(language)
  const range = `${row.from_day ?? '…'} – ${row.until_day ?? '…'}`
  const page = await html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say('reconcile.title', { connection: row.connection })}</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1a2230; background: #fff }
table { border-collapse: collapse; margin: .75rem 0 1.5rem; width: 100% }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid #d9dee6; vertical-align: top; overflow-wrap: anywhere }
th { font-weight: 600; background: #f3f5f8 }
.differs { background: #fff4e5 } .good { color: #11683a } .bad { color: #a33c00 } code { font-size: .92em }
@media print { body { margin: 0; max-width: none } }
</style>
</head>
<body>
<h1>${say('reconcile.title', { connection: row.connection })}</h1>
<p>${range} · ${iso(row.created_at)} · <code>${row.id}</code></p>
<p class="${row.same === 1 ? 'good' : 'bad'}">${row.same === 1 ? say('reconcile.same') : say('reconcile.differ', { count: row.differences })}</p>
${partsOf(row).map((part) => section(say, part))}
</body>
</html>
`
  return String(page)
}

const section = (say: Say, part: ReconcileReport) => html`<h2>${part.stream}</h2>
<p>${say('reconcile.records', { count: part.records })}${differenceKinds.filter((kind) => part.counts[kind] > 0).map((kind) => html` · ${say(`reconcile.${kind}`)}: ${part.counts[kind]}`)}</p>
<table>
<thead><tr><th>${say('column.document')}</th><th>${say('reconcile.day')}</th><th>${say('reconcile.there')}</th><th>${say('reconcile.here')}</th></tr></thead>
<tbody>${part.days.map((day) => html`<tr class="${day.same ? 'same' : 'differs'}"><td>${day.type}</td><td>${day.day}</td><td>${tally(day.there)}</td><td>${tally(day.here)}</td></tr>`)}</tbody>
</table>
${
  part.differences.length === 0
    ? ''
    : html`<table>
<thead><tr><th>${say('column.kind')}</th><th>${say('column.document')}</th><th>${say('column.partnerKey')}</th><th>${say('column.key')}</th><th>${say('column.detail')}</th></tr></thead>
<tbody>${part.differences.map(
        (one) =>
          html`<tr><td>${say(`reconcile.${one.kind}`)}${one.heal === null ? '' : html` → ${say(`reconcile.${one.heal}`)}`}</td><td>${one.type} ${one.day}</td><td>${one.externalKey}</td><td>${one.key ?? ''}</td><td>${one.detail ?? ''}${one.changes.map(
            ({ path, before, after }) => html`<div><code>${path}</code>: ${shown(before)} → ${shown(after)}</div>`,
          )}</td></tr>`,
      )}</tbody>
</table>`
}`

const tally = ({ count, sums }: SideTally): string =>
  [String(count), ...Object.entries(sums).map(([name, value]) => `${name} ${value}`)].join(' · ')
const longest = 200
const shown = (value: Json): string => (typeof value === 'string' ? value : canonicalJson(value)).slice(0, longest)
