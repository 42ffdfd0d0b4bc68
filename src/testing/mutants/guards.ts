import type { Mutant } from './mutant.ts'

/** Mutants of one file, each with the name of the test in its test file that must notice. */
const of =
  (invariant: string, file: string, testFile: string) =>
  (name: string, breaks: string, [find, replace]: readonly [string, string], test: string): Mutant => ({
    name,
    invariant,
    breaks,
    file: `src/pipeline/${file}`,
    edits: [{ find, replace }],
    test: { file: `src/pipeline/${testFile}`, name: test },
  })

const falls = of('input', 'duty-fall.ts', 'duty-fall.test.ts')
const deletes = of('input', 'deletes.ts', 'deletes.test.ts')
const snapshot = of('input', 'snapshot.ts', 'pull.test.ts')
const tally = of('10', 'reconcile-tally.ts', 'reconcile-tally.test.ts')
const pages = of('10', 'reconcile-page.ts', 'reconcile.test.ts')
const healing = of('10', 'reconcile.ts', 'reconcile.test.ts')
const coalesce = of('6', 'route.ts', 'state.test.ts')

/** Safeguards of what a run or a route may change at once, of comparisons with a partner, and of a destination that comes back. */
export const guardMutants: readonly Mutant[] = [
  falls(
    'unguarded-wave',
    'a route zeroes as many figures as it likes',
    ['if (fallen > most) return holdBack', 'if (fallen > most * 1000) return holdBack'],
    'a wave that zeroes more',
  ),
  falls(
    'first-of-the-wave',
    'the first figures of a wave are sent before its size is known',
    ['fallen + open <= most) return undefined', 'fallen <= most) return undefined'],
    'before any of it is sent',
  ),
  falls(
    'small-waves',
    'figures that fall in many small waves are never counted together',
    ['await forgetFalls(tx, tenant, route.id, now - limit.withinMs)', 'await forgetFalls(tx, tenant, route.id, now)'],
    'two small waves are one',
  ),
  falls(
    'any-price',
    'a price may become ten times what it was',
    ["if (low === before && type === 'stock-level') return false", 'if (low === before) return false'],
    'a price of ten times does',
  ),
  of('input', 'plan-decision.ts', 'duty-fall.test.ts')(
    'refused-and-sent',
    'figures that a person refused are sent',
    ["if (state === 'refused') {", "if (state === 'refused' && ids.length === 0) {"],
    'refused figures are not sent',
  ),
  deletes(
    'one-too-many',
    'a stream deletes fewer at once than its limit says',
    ['gone * 100 > held * maxPercent', 'gone * 100 >= held * maxPercent'],
    'to the last record',
  ),
  deletes(
    'judged-while-read',
    'a record that changed while the keys were read is deleted',
    ['twice.filter((key) => unchanged.has(key))', 'twice.filter((key) => unchanged.has(key) || twice.length > 0)'],
    'what changes while the lists are read',
  ),
  deletes(
    'plan-for-ever',
    'a plan whose cause is gone waits for a person for ever',
    ['if (gone.whole) await closePlans(', 'if (gone.whole && tooMany) await closePlans('],
    'a plan whose cause is gone',
  ),
  snapshot(
    'empty-snapshot',
    'a snapshot that shows next to nothing zeroes all the rest',
    ['missing.length * 100 > known.length * mostMissingPercent', 'missing.length > known.length'],
    'lacks more than half of its members',
  ),
  of('input', 'snapshot-plan.ts', 'pull.test.ts')(
    'unasked-zeroes',
    'what a snapshot misses is zero at its next read, though nobody released it',
    ["some(({ state }) => state === 'released')", "some(({ state }) => state === 'released' || state === 'held')"],
    'lacks more than half of its members',
  ),
  tally(
    'keys-only',
    'two sides with the same documents count as equal, whatever is in them',
    ['sha256(key, hash).slice', 'sha256(key).slice'],
    'added or changed makes its day differ',
  ),
  tally(
    'float-sums',
    'the sums of a comparison go through binary floats',
    ["add(sums.sums.get(name) ?? '0', value)", "String(Number(sums.sums.get(name) ?? '0') + Number(value))"],
    'sums are exact',
  ),
  pages(
    'lost-not-late',
    'what waits in the inbox is reported as lost',
    ['if (waiting === undefined) return tell(', 'if (waiting !== null) return tell('],
    'is late, not lost',
  ),
  pages(
    'blamed-partner',
    'what another mapping makes of a record is told as an edit by the partner',
    ["isKnown ? 'remapped' : 'edited-there'", "isKnown && row.key === '' ? 'remapped' : 'edited-there'"],
    'is told apart from what the partner changed',
  ),
  pages(
    'unseen-twin',
    'a document that stands twice at the partner counts as one',
    ['if (first !== incoming.externalKey) return', "if (first === '') return"],
    'told when it stands there twice',
  ),
  healing(
    'wet-run',
    'a dry run of a comparison heals',
    ["heal === 'pull' && !dryRun", "heal === 'pull' && dryRun !== undefined"],
    'a dry run change nothing',
  ),
  healing(
    'healed-away',
    'healing deletes as many records as it finds missing',
    ['setup.streams.get(stream)?.ids?.maxPercent ?? defaultMaxPercent', "stream === '' ? defaultMaxPercent : 100"],
    'deletes beyond the limit',
  ),
  of('10', 'reconcile-figures.ts', 'reconcile-figures.test.ts')(
    'unasked-push',
    'a comparison overwrites the figures of the partner although nobody asked for that',
    ["if (ask.heal === 'push' && !ask.dryRun) await", 'if (!ask.dryRun) await'],
    'is compared and nothing healed',
  ),
  coalesce(
    'eager-route',
    'a route does not wait for further changes',
    ["op === 'state' ? now + route.coalesceMs : now", 'now'],
    'are one push',
  ),
  coalesce(
    'a-duty-each',
    'every change of a state that waits makes a duty of its own',
    ['if (waiting === undefined || !(await renew(plan, waiting, change))) add', 'if (waiting !== null) add'],
    'are one push',
  ),
  of('4', 'circuit.ts', 'circuit.test.ts')(
    'stormed-probe',
    'a destination that was down is asked by every lane at once',
    ['asks ? { probing: true, downs }', 'asks ? { probing: false, downs: 0 }'],
    'asked by one lane at a time',
  ),
  {
    name: 'narrow-for-ever',
    invariant: '4',
    breaks: 'a destination that is back gets its deliveries one after the other',
    file: 'src/pipeline/deliver.ts',
    edits: [
      { find: 'await work(run, nextSuspect, () => circuit.probing)', replace: 'await work(run, nextSuspect)' },
      { find: 'run.crew.size < run.most && !run', replace: 'run.crew.size < run.most && run.crew.size > 0 && !run' },
    ],
    test: { file: 'src/pipeline/circuit.test.ts', name: 'gets the others side by side' },
  },
]
