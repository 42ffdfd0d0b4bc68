import type { JsonObject } from '../model/json.ts'
import type { Proof } from './proof.ts'

/** One run, as it is printed. */
export interface Run {
  readonly seed: number
  readonly scale: number
  readonly store: string
  readonly proof: Proof
  readonly trouble: { readonly kills: number; readonly flushes: number; readonly restarts: number }
  /** why the day did not end as it should; empty when it did */
  readonly problems: readonly string[]
  /** seconds: set-up, baseline, the day, coming to rest and reading back */
  readonly seconds: Readonly<Record<string, number>>
}

export const isClean = ({ proof, problems }: Run): boolean =>
  [proof.lost, proof.doubled, proof.differences, problems].every((some) => some.length === 0)

/** The object that `--json` prints. */
export const runJson = (run: Run): JsonObject => ({
  clean: isClean(run),
  seed: run.seed,
  scale: run.scale,
  store: run.store,
  trouble: { ...run.trouble },
  figures: Object.fromEntries(Object.entries(run.proof.figures).map(([name, { ledger, systems }]) => [name, { ledger, systems }])),
  records: run.proof.records.map(({ name, ledger, systems, fields, lost, doubled, differences }) => ({
    name,
    ledger,
    systems,
    fields,
    lost: lost.length,
    doubled: doubled.length,
    differences: differences.length,
  })),
  open: Object.fromEntries(Object.entries(run.proof.open).map(([name, { found, expected }]) => [name, { found, expected }])),
  envelopes: run.proof.envelopes,
  deliveries: run.proof.deliveries,
  retries: run.proof.retries,
  lost: run.proof.lost,
  doubled: run.proof.doubled,
  differences: run.proof.differences,
  problems: run.problems,
  seconds: run.seconds,
})

/** Longest list of what is wrong; `--json` has everything. */
const most = 40

/** The tables, what is wrong, and one last line. */
export function runText(run: Run): string {
  const { proof, trouble, problems } = run
  const figures = Object.entries(proof.figures).map(([name, { ledger, systems }]) => [
    name,
    String(ledger),
    String(systems),
    ledger === systems ? '=' : '≠',
  ])
  const records = proof.records.map(({ name, ledger, systems, fields, lost, doubled, differences }) => [
    name,
    String(ledger),
    String(systems),
    String(fields),
    String(lost.length),
    String(doubled.length),
    String(differences.length),
  ])
  const open = Object.entries(proof.open).map(([name, { found, expected }]) => [name, String(found), String(expected)])
  const wrong = [
    ...problems,
    ...proof.lost.map((line) => `lost: ${line}`),
    ...proof.doubled.map((line) => `doubled: ${line}`),
    ...proof.differences,
  ]
  const pairs = (counts: Readonly<Record<string, unknown>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${String(count)}`)
      .join(', ')
  return [
    table(['figure', 'ledger', 'Tryton and shops', ''], figures),
    table(['records', 'ledger', 'systems', 'fields', 'lost', 'doubled', 'differences'], records),
    table(['open for a person', 'found', 'expected'], open),
    `messages: ${pairs(proof.envelopes)}\ndeliveries: ${pairs(proof.deliveries)}; ${proof.retries} retries`,
    `trouble: hub killed ${trouble.kills} times, Redis flushed ${trouble.flushes} times, Tryton killed ${trouble.restarts} times (seed ${run.seed}, ${run.store})`,
    `seconds: ${pairs(run.seconds)}`,
    ...(wrong.length === 0
      ? []
      : [`${wrong.slice(0, most).join('\n')}${wrong.length > most ? `\n… ${wrong.length - most} more, see --json` : ''}`]),
    `lost ${proof.lost.length}, doubled ${proof.doubled.length}, differences ${proof.differences.length}${problems.length === 0 ? '' : `, problems ${problems.length}`}: ${isClean(run) ? 'clean' : 'NOT clean'}`,
  ].join('\n\n')
}

/** Columns of even width, the first to the left and figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
