import type { Mutant } from './mutant.ts'

const one = (
  name: string,
  invariant: string,
  breaks: string,
  [file, find, replace]: readonly [string, string, string],
  test: Mutant['test'],
): Mutant => ({ name, invariant, breaks, file, edits: [{ find, replace }], test })

const told = (name: string): Mutant['test'] => ({ file: 'src/pipeline/tell-events.test.ts', name })
const again = (name: string): Mutant['test'] => ({ file: 'src/pipeline/replay-events.test.ts', name })

/** Safeguards of events and those who hear of them. */
export const eventMutants: readonly Mutant[] = [
  one(
    'told-for-nothing',
    '11',
    'the journal tells the payment of an order again and again, though nothing moved',
    [
      'src/ledger/order-moves.ts',
      'return moved ? { before: told(before), after: told(after) } : undefined',
      'return { before: told(before), after: told(after) }',
    ],
    { file: 'src/ledger/order-moves.test.ts', name: 'repeats tell nothing' },
  ),
  one(
    'deaf-while-paused',
    '3',
    'effects while a receiver is paused make no event for it',
    ['src/store/event-subscription.ts', "'state', '<>', 'closed'", "'state', '=', 'active'"],
    told('loses nothing'),
  ),
  one(
    'newest-event-first',
    '4',
    'the newest event about a document is told first',
    [
      'src/store/event-message.ts',
      ".where('subject', 'in', list).orderBy('event')",
      ".where('subject', 'in', list).orderBy('event', 'desc')",
    ],
    told('holds back those of its document'),
  ),
  one(
    'head-stepped-over',
    '4',
    'an event whose try failed is stepped over by those behind it',
    [
      'src/pipeline/event-round.ts',
      'await delaySubject(tx, tenant, id, message.subject, until)',
      "await settleMessage(tx, message, { state: 'dead', due_at: until })",
    ],
    told('holds back those of its document'),
  ),
  one(
    'event-id-anew',
    '2',
    'every try of an event has an id of its own',
    ['src/pipeline/event-body.ts', '    id: line.id,', '    id: line.id + process.hrtime.bigint(),'],
    told('under the same id'),
  ),
  one(
    'two-tellers',
    '12',
    'a receiver is told by two processes at once',
    ['src/store/event-subscription.ts', "      .where('lease_until', '<=', now)\n      .executeTakeFirst()", '      .executeTakeFirst()'],
    told('two senders'),
  ),
  one(
    'lost-in-outage',
    '10',
    'events are given up while the receiver takes nothing at all',
    ['src/pipeline/event-round.ts', 'if (isLast(message) && wasTaken)', 'if (isLast(message))'],
    told('loses nothing'),
  ),
  one(
    'stormed-receiver',
    '4',
    'a receiver that is down is asked by all its messages at once',
    ['src/pipeline/event-round.ts', 'export const circuitFails = 5', 'export const circuitFails = 5000'],
    told('asked by one message at a time'),
  ),
  one(
    'told-after-all',
    'input',
    'a receiver that answered 410 is asked on and on',
    ['src/pipeline/event-round.ts', "=== 'http-410')", "=== 'http-4100')"],
    told('410'),
  ),
  one(
    'people-told',
    '13',
    'names and addresses go to every receiver of events',
    ['src/pipeline/event-body.ts', "content === 'full' ? body", 'content !== undefined ? body'],
    told('nothing that is hidden'),
  ),
  one(
    'unknown-told',
    '13',
    'what a schema does not know of a document is shown to everybody',
    [
      'src/mapping/redact-document.ts',
      "found.kind === 'found' && field !== undefined ? open(field, found.cursor) : undefined",
      "found.kind === 'found' && field !== undefined ? open(field, found.cursor) : field",
    ],
    { file: 'src/mapping/redact-document.test.ts', name: 'does not know' },
  ),
  one(
    'former-secret-for-ever',
    '13',
    'a secret that was changed signs for ever',
    ['src/pipeline/event-secret.ts', 'now < former_until', 'now > 0'],
    told('both sign for a while'),
  ),
  one(
    'any-receiver',
    'input',
    'events may be sent to any address that somebody writes down',
    [
      'src/pipeline/event-subscribe.ts',
      "if (fault !== undefined) throw reject('bad-url', fault)",
      "if (fault === '') throw reject('bad-url', fault)",
    ],
    { file: 'src/http/event-subscriptions.test.ts', name: 'is refused' },
  ),
  one(
    'replay-of-all',
    '13',
    'a replay tells a receiver what its filter keeps from it',
    [
      'src/pipeline/replay-events.ts',
      'events.filter((event) => isWanted(filter, event, originOf))',
      'events.filter((event) => originOf(event.line) !== "")',
    ],
    again('only what its filter takes'),
  ),
  one(
    'log-to-the-last',
    '10',
    'whoever reads the log of events page by page passes those of slower transactions',
    ['src/pipeline/event-feed.ts', 'firstId(now - idsSettleMs)', 'firstId(now + idsSettleMs)'],
    again('before the last moments'),
  ),
  one(
    'hidden-behind-put-off',
    '4',
    'many messages of a document that wait for its next try hide those of others',
    ['src/pipeline/tell-events.ts', 'round.length === 0 && blocked.length > 0', 'round.length < 0'],
    told('hold up no other document'),
  ),
  one(
    'replay-for-ever',
    'input',
    'a replay of which little matches goes through the whole journal in one request',
    ['src/pipeline/replay-events.ts', 'if (seen + page >= most)', 'if (seen < 0)'],
    again('looks through a part'),
  ),
]
