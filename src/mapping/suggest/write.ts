import { formatPath } from '../path.ts'
import type { LookupTable, Rule, RuleOrPath } from '../types.ts'
import { type Derived, derivedLines } from './derive.ts'
import { type Draft, leafRule } from './leaf-rule.ts'
import { chargeKinds } from './phrases.ts'
import type { ListPlan, Pair, Plan } from './plan.ts'
import type { Steps } from './steps.ts'
import { pathOf, propertiesOf, type TargetStep } from './target.ts'
import type { Evidence, OpenCodes, SuggestedLine } from './types.ts'

/** What the rules of a draft gather while they are written. */
interface Writing {
  readonly draft: Draft
  readonly lines: SuggestedLine[]
  readonly tell: (evidence: Evidence) => string
  readonly steps: Steps
}
/** Where a scope stands: rule path and source path in front of its own. */
interface Place {
  readonly field: string
  readonly from: string
  readonly document: string
}
export interface WrittenDraft {
  readonly fields: Readonly<Record<string, RuleOrPath>>
  readonly lookups: Readonly<Record<string, LookupTable>>
  readonly lines: readonly SuggestedLine[]
  readonly openCodes: readonly OpenCodes[]
}

/** Writes the rules of a plan, in the order of the target schema. */
export function writeDraft(plan: Plan, document: string, tell: Writing['tell'], steps: Steps): WrittenDraft {
  const lookups: Record<string, LookupTable> = {}
  const openCodes: OpenCodes[] = []
  const lookup: Draft['lookup'] = (name, codes, open) => {
    const table = Object.fromEntries([...codes].filter(([code]) => code !== '$back'))
    let key = name
    for (let twin = 2; lookups[key] !== undefined && JSON.stringify(lookups[key]) !== JSON.stringify(table); twin++) key = `${name}${twin}`
    lookups[key] = table
    if (open.length > 0) openCodes.push({ lookup: key, codes: open })
    return key
  }
  const money = plan.pairs.find(({ target }) => target.path === 'currency')?.source
  const currency = money && formatPath({ root: { kind: 'document' }, segments: money.segments })
  const writing: Writing = { draft: { currency, lookup }, lines: [], tell, steps }
  const fields = writeScope(plan, { field: '', from: '', document }, writing)
  return { fields, lookups, lines: writing.lines, openCodes }
}

/** A group of rules, a list written entry by entry, or one rule. */
interface Node {
  rule?: Rule
  readonly fields: Map<string, Node>
  readonly entries: Map<string, Node>
}
const node = (rule?: Rule): Node => ({ ...(rule === undefined ? {} : { rule }), fields: new Map(), entries: new Map() })

function writeScope(plan: Plan, place: Place, writing: Writing): Record<string, RuleOrPath> {
  const root = node()
  const say = (score: number, evidence: readonly Evidence[], field: string, from: readonly string[]): string => {
    const confidence = Math.round(score * 100)
    writing.lines.push({ field: place.field + field, from: from.map((path) => sourcePath(path, place.from)), confidence, evidence })
    return `${confidence} %: ${evidence.map(writing.tell).join('; ')}`
  }
  const write = ({ target, source, score, evidence }: Pair): void => {
    const { rule, evidence: more } = leafRule(target, source, writing.draft)
    const always = !target.required || (source.share === 1 && source.parts.length === 0)
    const field = target.kind === 'line-link' ? `${target.path}.key` : target.path
    const note = say(score, [...evidence, ...more], field, source.parts.length > 0 ? source.parts : [source.path])
    put(root, target.steps, { ...rule, ...(always ? {} : { missing: 'reject' }), note }, source.path)
  }
  const derive = ({ steps, rule, score, evidence, from }: Derived): void => {
    const field = pathOf(steps)
    const required = rule.expr !== undefined && plan.targets.leaves.some((leaf) => leaf.path === field && leaf.required)
    put(root, steps, { ...rule, ...(required ? { missing: 'reject' } : {}), note: say(score, evidence, field, from) })
  }
  const derived = derivedLines(plan, place.document, writing.draft.currency, writing.steps)
  const proven = new Set(derived.map(({ steps }) => pathOf(steps)))
  for (const pair of plan.pairs) if (!proven.has(pair.target.path)) write(pair)
  for (const one of derived) derive(one)
  for (const [path, lists] of Map.groupBy(plan.lists, ({ list }) => list.path)) {
    const rules = lists.map((one) => listRule(one, path, place, writing, say))
    const [first, ...others] = rules
    const steps = lists[0]?.list.steps
    if (first !== undefined && steps !== undefined) put(root, steps, others.length === 0 ? first : { list: rules })
  }
  const order = propertiesOf(plan.cursor)
  return Object.fromEntries(Object.entries(fieldsOf(root)).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)))
}

function listRule(
  { list, source, score, fields, items }: ListPlan,
  path: string,
  place: Place,
  writing: Writing,
  say: (score: number, evidence: readonly Evidence[], field: string, from: readonly string[]) => string,
): Rule {
  const evidence: readonly Evidence[] = [
    { code: 'name', words: source.words.join(' ') },
    { code: 'list', fields },
  ]
  const note = say(score, evidence, `${path}[]`, [source.path])
  if (items === undefined) return { each: source.path, item: '.', note }
  const inner: Place = { field: `${place.field}${path}[].`, from: `${sourcePath(source.path, place.from)}[]`, document: list.definition }
  const written = writeScope(items, inner, writing)
  const kind = list.name === 'charges' && written.kind === undefined ? kindOfCharges(source.words) : undefined
  const key = items.pairs.find(({ target }) => target.path === 'key')?.source.path
  return {
    each: source.path,
    ...(key === undefined ? {} : { key }),
    fields: kind === undefined ? written : { kind: { value: kind }, ...written },
    note,
  }
}

const kindOfCharges = (words: readonly string[]): string | undefined =>
  words.map((word) => chargeKinds[word]).find((kind) => kind !== undefined)

const sourcePath = (path: string, head: string): string =>
  head === '' || path.startsWith('@') || path.startsWith('$')
    ? path
    : path === '.'
      ? head
      : path.startsWith('[')
        ? head + path
        : `${head}.${path}`

/** Puts a rule where its steps lead; the entries of a list that a constant tells apart stand only where their value is. */
function put(root: Node, steps: readonly TargetStep[], rule: Rule, path?: string): void {
  let here = root
  for (const step of steps) {
    const branch = step.kind === 'entry' ? here.entries : here.fields
    let next = branch.get(step.name)
    if (next === undefined) {
      const constants = step.kind === 'entry' ? Object.entries(step.constants) : []
      next = node(path === undefined ? undefined : whenOf(step, path))
      for (const [name, value] of constants) next.fields.set(name, node({ value }))
      branch.set(step.name, next)
    }
    here = next
  }
  here.rule = rule
}

/** An entry stands only where its value is; an amount of nothing is none. */
function whenOf(step: TargetStep, path: string): Rule | undefined {
  if (step.kind !== 'entry') return undefined
  if (step.only.includes('amount')) return { when: `${path} != 0` }
  return Object.keys(step.constants).length > 0 ? { when: `has(${path})` } : undefined
}

const fieldsOf = ({ fields }: Node): Record<string, RuleOrPath> =>
  Object.fromEntries([...fields].map(([name, field]) => [name, ruleOf(field)]))

function ruleOf(node: Node): Rule {
  if (node.entries.size > 0) return { list: [...node.entries.values()].map(ruleOf) }
  return node.fields.size > 0 ? { ...node.rule, fields: fieldsOf(node) } : (node.rule ?? {})
}
