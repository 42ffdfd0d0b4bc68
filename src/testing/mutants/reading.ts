import type { Mutant } from './mutant.ts'

const one = (
  name: string,
  invariant: string,
  breaks: string,
  at: readonly [file: string, find: string, replace: string],
  test: readonly [file: string, name: string],
): Mutant => ({
  name,
  invariant,
  breaks,
  file: at[0],
  edits: [{ find: at[1], replace: at[2] }],
  test: { file: test[0], name: test[1] },
})

/** Safeguards of pulls, ranges, schedules and the watch over silence. */
export const readingMutants: readonly Mutant[] = [
  one(
    'forgotten-page',
    '1',
    'a list that is taken up again after a long rest leaves out rows that moved to the page before',
    ['src/connector/page.ts', 'if (restMs <= shortRestMs) return ask', 'if (restMs >= 0) return ask'],
    ['src/pipeline/backfill.test.ts', 'after a long rest'],
  ),
  {
    name: 'late-checkpoint',
    invariant: '1',
    breaks: 'a first load that is taken up again counts from its last page, so changes on earlier pages are never read',
    file: 'src/connector/read.ts',
    edits: [
      { find: 'asOf: resume?.asOf }', replace: 'asOf: undefined }' },
      { find: '{ ...window, until: resume.until }', replace: 'window' },
    ],
    test: { file: 'src/pipeline/baseline.test.ts', name: 'knows no change later' },
  },
  one(
    'one-list',
    '2',
    'one list of keys that misses a row deletes its record',
    [
      'src/pipeline/deletes.ts',
      'const twice = once.length === 0 ? once : without(once, await keysOf(context, setup, stream, signal))',
      'const twice = once',
    ],
    ['src/pipeline/deletes.test.ts', 'a row that one list misses'],
  ),
  one(
    'judged-late',
    '5',
    'a record that came while the lists of keys were read is taken for deleted',
    ['src/pipeline/deletes.ts', 'twice.filter((key) => unchanged.has(key))', 'twice'],
    ['src/pipeline/deletes.test.ts', 'what changes while the lists are read'],
  ),
  one(
    'live-lanes',
    '4',
    'a range is worked off in the lanes of what is live',
    [
      'src/pipeline/drafts.ts',
      'return background ? liveLanes + laneOf(backgroundLanes, ...name) : laneOf(liveLanes, ...name)',
      'return laneOf(liveLanes, ...name)',
    ],
    ['src/pipeline/backfill.test.ts', 'live work never stands behind'],
  ),
  one(
    'flooded-lanes',
    '4',
    'a range puts everything into the lanes at once',
    ['src/store/envelope.ts', 'return rows.length > limit', 'return rows.length > limit * 1000'],
    ['src/pipeline/backfill.test.ts', 'live work never stands behind'],
  ),
  one(
    'mass-delete',
    'input',
    'a list of keys that is half empty deletes half of the ledger',
    ['src/pipeline/deletes.ts', 'gone * 100 > held * maxPercent', 'gone > held'],
    ['src/pipeline/deletes.test.ts', 'more than the limit is held'],
  ),
  one(
    'whole-release',
    'input',
    'a released plan lets every delete pass that has come up since',
    [
      'src/pipeline/deletes.ts',
      'const fresh = [...new Set([...held, ...gone.keys])].filter((key) => !released.has(key))',
      'const fresh = released.size > 0 ? [] : gone.keys',
    ],
    ['src/pipeline/deletes.test.ts', 'more than the limit is held'],
  ),
  one(
    'zombie-cursor',
    '12',
    'a run from before a pause goes on over a cursor that a person moved',
    ['src/http/streams.ts', '  await seizeRun(tx, hub.tenant, jobOf(call))\n', ''],
    ['src/http/streams.test.ts', 'a run from before the pause'],
  ),
  one(
    'live-cursor',
    '12',
    'a cursor is moved under a run that is under way',
    ['src/http/streams.ts', 'if (!(await isPaused(tx, call)))', 'if ((await isPaused(tx, call)) === undefined)'],
    ['src/http/streams.test.ts', 'a cursor is moved only'],
  ),
  {
    name: 'two-runs',
    invariant: '12',
    breaks: 'one stream is read by several at once',
    file: 'src/store/schedule.ts',
    edits: [
      { find: 'found === undefined || found.lease_until > now', replace: 'found === undefined' },
      {
        find: "...(wanted ? { wanted_at: null } : {}),\n      })\n      .where('lease_until', '<=', now)",
        replace: '...(wanted ? { wanted_at: null } : {}),\n      })',
      },
    ],
    test: { file: 'src/store/schedule.test.ts', name: 'one run at a time' },
  },
  one(
    'catch-up',
    '12',
    'a run that was missed and should be left out is made up for',
    ['src/store/schedule.ts', "if (timing.misfire === 'skip' &&", "if (timing.misfire === 'skip' && found.fails > 0 &&"],
    ['src/store/schedule.test.ts', 'are left out'],
  ),
  one(
    'server-zone',
    '12',
    'a pattern runs by the clock of UTC instead of its zone',
    ['src/model/timing.ts', 'new Cron(cron, { timezone: zone,', "new Cron(cron, { timezone: zone === '' ? zone : 'UTC',"],
    ['src/model/timing.test.ts', '02:30 in Berlin'],
  ),
  one(
    'one-good-day',
    '10',
    'one sale decides what is expected of a topic',
    ['src/pipeline/silence.ts', 'sorted.length > 2 ? -1 : undefined', 'sorted.length > 200 ? -1 : undefined'],
    ['src/pipeline/silence.test.ts', 'is not moved by one sale'],
  ),
  one(
    'unheard-silence',
    '10',
    'what a silent partner may not have told is not asked for',
    ['src/pipeline/watch.ts', "if (alarm.kind === 'silence') await", "if (alarm.kind === 'parked') await"],
    ['src/pipeline/watch.test.ts', 'of a topic that should have come'],
  ),
  one(
    'alarm-flood',
    'input',
    'a flood of alarms is a flood of messages',
    ['src/pipeline/alarms.ts', 'wanted.slice(0, room)', 'wanted'],
    ['src/pipeline/watch.test.ts', 'a flood fills the table'],
  ),
  one(
    'twice-counted',
    '2',
    'webhooks are counted again at every look',
    ['src/pipeline/watch.ts', "      await savePosition(tx, tenant, '', 'traffic', last.id, now)\n", ''],
    ['src/pipeline/watch.test.ts', 'webhooks are counted'],
  ),
  one(
    'open-mail',
    '13',
    'mail goes to any address, whoever it belongs to',
    [
      'src/connector/egress.ts',
      'const refused = refusedName(host) ?? (isIP(host) === 0 ? undefined : rule(host))\n  if (refused !== undefined) return Promise',
      'const refused = undefined\n  if (refused !== undefined) return Promise',
    ],
    ['src/connector/outward.test.ts', 'never to an address inside'],
  ),
]
