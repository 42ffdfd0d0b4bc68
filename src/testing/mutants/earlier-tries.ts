import { type Mutant, oneEdit } from './mutant.ts'

const write = 'src/connector/write.ts'
const matches = 'src/connector/matches.ts'

/** Safeguards of the question whether an unanswered try had its effect. */
export const earlierTryMutants: readonly Mutant[] = [
  oneEdit(
    'any-row',
    '7',
    "figures are written to the first of the partner's rows that have one key",
    ['src/connector/steps.ts', 'row !== undefined && twins.length + others.length === 0', 'row !== undefined'],
    ['src/connector/steps.test.ts', 'two rows of one key'],
  ),
  oneEdit(
    'looked-up-late',
    '7',
    'what an unanswered try moved a step further is asked for its old state first, so the try is taken for refused, or made again on what is left',
    [write, "context.ambiguous && once.kind === 'find' ?", "context.ambiguous && command.requires === undefined && once.kind === 'find' ?"],
    ['connectors/odoo/books.test.ts', 'moves the goods once'],
  ),
  oneEdit(
    'uncompared',
    '7',
    'an unanswered change that is at the partner is refused when the partner went on',
    [write, 'context.ambiguous && read?.matches !== undefined', 'context.ambiguous && read?.matches === null'],
    ['src/connector/write.test.ts', 'is known by its content'],
  ),
  oneEdit(
    'any-content',
    '7',
    'an unanswered change that never arrived is taken for done when the partner went on',
    [write, 'difference = firstDifference(read.matches, record, roots.input ?? null)', 'difference = undefined'],
    ['src/connector/write.test.ts', 'that did not arrive'],
  ),
  oneEdit(
    'rows-left-over',
    '7',
    'a sale with more lines than were sent is taken for what was sent',
    [matches, 'if (mine === undefined) return', 'if (mine === undefined) return undefined &&'],
    ['src/connector/matches.test.ts', 'a row that was not sent'],
  ),
  oneEdit(
    'compared-as-floats',
    '9',
    'what was sent is compared with what is there through binary floats',
    [matches, 'compareExact(left, right) === 0', 'Number(a) === Number(b)'],
    ['src/connector/matches.test.ts', 'the last digit'],
  ),
]
