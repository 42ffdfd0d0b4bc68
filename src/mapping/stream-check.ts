import { formatPath, formatSegments } from './path.ts'
import { type Env, type PathRead, tellReads } from './paths-read.ts'
import { chainLets } from './scope.ts'
import { type FoundEach, listText, type StreamRefusal } from './stream-find.ts'

/** Everything in an `each` that reads more than its item: none of it is there while the items pass by. */
export function refusalsOf(found: FoundEach): readonly StreamRefusal[] {
  const refusals: StreamRefusal[] = []
  // outside of the item there is nothing but names of `let` and the context
  const outside: Env = { parent: undefined, lets: chainLets(found.lets, undefined), of: 'document' }
  const tell = tellReads((read) => {
    if (read.path.root.kind === 'document' || read.start === undefined || read.start.of === outside.of)
      refusals.push(refusalOf(read, found))
  })
  for (const step of found.around) {
    if (step.when !== undefined) tell.formula(step.when, outside, step.rule)
    if (step.onError === 'omit')
      refusals.push({
        place: { at: [...step.at, 'onError'] },
        rule: step.rule,
        message: '"onError": "omit" leaves out the whole list for one bad item',
        suggestion: 'write "onError": "skipItem"',
      })
  }
  tell.item(found.each, outside, found.step.rule)
  return refusals
}

function refusalOf({ path, at, inText, rule, currencyOf }: PathRead, { list }: FoundEach): StreamRefusal {
  const whole = path.root.kind === 'document' && formatSegments(path.segments) === formatSegments(list)
  const text = formatPath(path)
  return {
    place: { at, inText },
    rule,
    message: whole
      ? `'${text}' is the streamed list: its items pass by one after the other, and none is kept`
      : `'${text}' leads out of the item: what stands around ${listText(list)} is not there while its items pass by`,
    suggestion:
      currencyOf === undefined
        ? 'read it from the item or from the connection (@.config), or map the file without streaming'
        : `'${currencyOf}' takes the currency's path in the item, or the code itself: "${currencyOf}:currency", "${currencyOf}:'USD'"`,
  }
}
