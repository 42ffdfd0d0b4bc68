import type { ChangeEntry } from '../ledger/change-journal.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { KeyedChange } from '../model/keyed-difference.ts'
import { type Language, type MessageKey, speaker } from '../model/messages.ts'
import { fieldTitle } from './field-titles.ts'

/** Longest value in a sentence; the entry itself has all of it. */
const longest = 120
const figures: ReadonlySet<string> = new Set([
  'payment',
  'paid',
  'refunded',
  'fulfilment',
  'shipped',
  'received',
  'rejected',
  'restocked',
  'moreLines',
])

/** One change as a sentence for people. */
export function changeWords(
  schemas: ReadonlyMap<string, JsonObject> | undefined,
  type: string,
  { steps, change, before, after, ...entry }: KeyedChange & Partial<Pick<ChangeEntry, 'derived'>>,
  language: Language,
): string {
  const say = speaker(language)
  if (steps.length === 0) return say('changes.created')
  const [list, line, ...inLine] = steps
  const isOfLine = list !== undefined && 'name' in list && list.name === 'lines' && line !== undefined && 'key' in line
  const last = steps.at(-1)
  const name = last !== undefined && 'name' in last ? last.name : ''
  const field =
    entry.derived === true && figures.has(name)
      ? say(`changes.${name}` as MessageKey & 'changes.paid')
      : titled(schemas, type, steps, language, isOfLine && inLine.length > 0 ? 2 : 0)
  const told = { field, before: shown(before), after: shown(after) }
  if (change === 'ordered') return say('changes.ordered', told)
  if (!isOfLine) {
    if (change === 'changed') return say('changes.field', told)
    return say(change === 'added' ? 'changes.added' : 'changes.removed', told)
  }
  const ofLine = { ...told, line: line.number }
  if (inLine.length === 0) return say(change === 'added' ? 'changes.lineAdded' : 'changes.lineRemoved', ofLine)
  if (change === 'changed') return say('changes.line', ofLine)
  return say(change === 'added' ? 'changes.lineSet' : 'changes.lineCleared', ofLine)
}

function titled(
  schemas: ReadonlyMap<string, JsonObject> | undefined,
  type: string,
  steps: KeyedChange['steps'],
  language: Language,
  from: number,
): string {
  const title = fieldTitle(schemas, type, steps, language, from)
  const last = steps.at(-1)
  return last !== undefined && 'key' in last ? `${title} ${last.number}` : title
}

function shown(value: Json): string {
  if (value === null) return '-'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}
