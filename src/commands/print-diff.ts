import { type ErrorDifference, maxRules, type RuleDifference } from '../mapping/compare-report.ts'
import type { Json } from '../model/json.ts'
import type { DiffReport } from './map-diff.ts'
import { shown } from './print.ts'
import type { Shell } from './shell.ts'

/** What differs between two versions of a mapping, for a person: fields by rule, errors, money. */
export function printDiff(shell: Shell, report: DiffReport): void {
  const { say, out } = shell
  for (const rule of report.rules) printRule(shell, rule)
  if (report.more > 0) out(`${say('map.diffMore', { most: maxRules, more: report.more })}\n`)
  printErrors(shell, say('map.diffNewErrors'), report.newErrors)
  printErrors(shell, say('map.diffGoneErrors'), report.goneErrors)
  if (report.money.length > 0) out(`${say('map.diffMoney')}\n`)
  for (const one of report.money) out(`  ${say('map.diffAmount', { ...one, currency: one.currency === '' ? '-' : one.currency })}\n`)
  const { compared, different, unreadable, filtered } = report
  if (unreadable + filtered > 0) out(`${say('map.diffSkipped', { unreadable, filtered })}\n`)
  out(`${say('map.diffCount', { compared, different, same: compared - different })}\n`)
}

function printRule({ say, out }: Shell, rule: RuleDifference & { readonly line?: Json }): void {
  const { changed, added, removed } = rule
  const what = [
    ...(changed > 0 ? [say('map.diffChanged', { count: changed })] : []),
    ...(added > 0 ? [say('map.diffAdded', { count: added })] : []),
    ...(removed > 0 ? [say('map.diffRemoved', { count: removed })] : []),
  ].join(', ')
  out(`${say('map.diffRule', { rule: rule.rule, line: shown(rule.line), what })}\n`)
  for (const { envelope, path, before, after } of rule.examples)
    out(`  ${say('map.diffExample', { envelope, path, before: shown(before), after: shown(after) })}\n`)
}

function printErrors({ say, out }: Shell, title: string, errors: readonly ErrorDifference[]): void {
  if (errors.length > 0) out(`${title}\n`)
  for (const { count, code, rule, expected, examples } of errors) {
    out(`  ${say('map.diffError', { count, code, rule: rule === '' ? '-' : rule, expected })}\n`)
    for (const { envelope, to, found } of examples)
      out(`    ${say('map.diffErrorExample', { envelope, to: to === '' ? '/' : to, found: found ?? '-' })}\n`)
  }
}
