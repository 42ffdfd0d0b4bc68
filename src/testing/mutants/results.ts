import { type Mutant, oneEdit } from './mutant.ts'

/** Safeguards of answers that hold several things: members of a union, records inside records, rows among others. */
export const resultMutants: readonly Mutant[] = [
  oneEdit(
    'refused-in-union',
    '10',
    'the member of a result union that says no is taken for a result',
    [
      'src/connector/graphql.ts',
      "if (typeof code !== 'string' || code === '') continue",
      "if (typeof code !== 'string' || code !== '') continue",
    ],
    ['src/connector/graphql.test.ts', 'refusing member of its union'],
  ),
  oneEdit(
    'shrunk-unseen',
    '1',
    'rows that leave a list while it is read by number push others over a page border, where the body tells the total',
    ['src/connector/list.ts', "typeof place === 'object' ? read.reply.body.peek(place.path)", "typeof place === 'object' ? undefined"],
    ['src/connector/inside.test.ts', 'a list that shrinks'],
  ),
  oneEdit(
    'allocated-twice',
    '8',
    'goods that the orders of a shop have set aside are taken off once by the hub and once by the shop',
    ['src/connector/current.ts', 'const sum = add(String(wanted), reserved)', 'const sum = String(wanted)'],
    ['src/connector/write-seen.test.ts', 'goes there with them'],
  ),
  oneEdit(
    'moved-meanwhile',
    '6',
    'goods that leave while a figure is set beside them are shown as if they were still there',
    ['src/connector/write-state.ts', 'if (stands !== undefined && !isWanted', 'if (stands === null && !isWanted'],
    ['src/connector/write-seen.test.ts', 'is set again where it is not what the answer shows'],
  ),
  oneEdit(
    'answered-is-done',
    '7',
    'what a partner answered and then undid is taken for done',
    ['src/connector/write.ts', 'command.stays !== undefined && ', 'command.stays === null && '],
    ['src/connector/stays.test.ts', 'is tried again, and looked up'],
  ),
  oneEdit(
    'left-taken-back',
    '7',
    'what was taken back for a change stays taken back when the partner refuses the change',
    ['src/connector/write.ts', 'if (!isRefused(error) || command.restore', 'if (isRefused(error) || command.restore'],
    ['src/connector/write.test.ts', 'leaves the thing as it stood'],
  ),
  oneEdit(
    'pressed-again',
    '7',
    'a step that asks for its own row takes any row for it',
    ['src/connector/steps.ts', 'some(({ value }) => holds(', 'some(({ value }) => value === null || !holds('],
    ['src/connector/steps.test.ts', 'leaves a step out unless'],
  ),
]
