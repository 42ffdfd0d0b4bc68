import { isReadOnly } from './check-push.ts'
import { fieldOf, itemsOf, requiredOf, type Spot } from './check-schema.ts'
import { codesOf, typeAt } from './check-types.ts'
import type { Faults } from './faults.ts'
import { absoluteText, below, type TextScope } from './lineage.ts'
import { formatSegments } from './path.ts'
import type { Place, Program, Step } from './program.ts'
import type { ReversePlan } from './reverse.ts'
import { chainLets } from './scope.ts'

const maxNamed = 20

/**
 * Direction `both`: required fields of the partner that neither the derived push nor a push rule writes, in objects and items that are
 * written. With them missing push can change what is there but not create.
 */
export function checkCreate(program: Program, plan: ReversePlan, partner: Spot | undefined, faults: Faults): void {
  if (partner === undefined) return
  const written = new Set<string>()
  const scope: TextScope = { parent: undefined, base: '', lets: chainLets(program.lets, undefined) }
  for (const { step } of program.fields) visit(step, scope, plan, written)
  for (const { path } of program.push) add(formatSegments(path.segments), written)
  const missing: string[] = []
  collect(partner, '', written, missing, 0)
  if (missing.length === 0) return
  const named = missing.length > maxNamed ? [...missing.slice(0, maxNamed), '…'] : missing
  faults.add(
    'W_NO_CREATE',
    { at: ['fields'], part: 'key' },
    'fields',
    `push cannot create: nothing writes ${named.join(', ')}`,
    'add "push" rules, or set direction "pull"',
  )
}

/** Notes a path and every object above it. Coded items are items like others. */
function add(path: string, written: Set<string>): void {
  let here = ''
  for (const part of path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []) {
    if (part.startsWith('[')) {
      here += '[]'
      const coded = /^\[([^=']+)=/.exec(part)?.[1]
      if (coded !== undefined) written.add(`${here}.${coded}`)
    } else here = here === '' ? part : `${here}.${part}`
    written.add(here)
  }
}

function visit(step: Step, scope: TextScope, plan: ReversePlan, written: Set<string>): void {
  const { body } = step
  const settled = plan.steps.get(step)
  if (settled === undefined || settled.class === 'pull-only' || settled.class === 'constant') return
  const note = (place: Place | undefined): void => {
    const text = place === undefined ? undefined : absoluteText(scope, place.path)
    if (text !== undefined && text !== '') add(text, written)
  }
  if (body.kind === 'group') {
    const [first] = body.from
    const inner = first === undefined ? scope : below(scope, first, '', chainLets(body.lets, undefined))
    for (const field of body.fields) visit(field.step, inner, plan, written)
  } else if (body.kind === 'each') {
    note(body.from)
    for (const { path, value } of settled.whereValues ?? [])
      if (value !== '') add(`${absoluteText(scope, body.from.path) ?? ''}[].${formatSegments(path.segments)}`, written)
    visit(body.item, below(scope, body.from, '[]', chainLets(body.lets, undefined)), plan, written)
  } else if (body.kind === 'leaf' && body.source.kind === 'paths') note(body.source.paths[0])
  else if (body.kind === 'leaf' && body.source.kind === 'expr' && body.source.formula.expr.op === 'path')
    note({ path: body.source.formula.expr.path, at: body.source.formula.at })
}

function collect(spot: Spot, path: string, written: ReadonlySet<string>, missing: string[], depth: number): void {
  if (depth > 16) return
  const under = (name: string): string => (path === '' ? name : `${path}.${name}`)
  for (const name of requiredOf(spot)) {
    const found = fieldOf(spot, name)
    const fills = found.kind === 'found' && (isReadOnly(found.spot) || found.spot.nullable || codesOf(spot, name)?.length === 1)
    if (!fills && !written.has(under(name))) missing.push(under(name))
  }
  for (const name of childrenOf(path, written)) {
    const field = fieldOf(spot, name)
    if (field.kind !== 'found') continue
    const { kinds } = typeAt(field.spot, 'always')
    if (kinds.includes('object')) collect(field.spot, under(name), written, missing, depth + 1)
    const items = kinds.includes('list') ? itemsOf(field.spot).spot : undefined
    if (items !== undefined && written.has(`${under(name)}[]`)) collect(items, `${under(name)}[]`, written, missing, depth + 1)
  }
}

function childrenOf(path: string, written: ReadonlySet<string>): readonly string[] {
  const names = new Set<string>()
  const start = path === '' ? '' : `${path}.`
  for (const one of written) if (one.startsWith(start)) names.add(/^[^.[]+/.exec(one.slice(start.length))?.[0] ?? '')
  names.delete('')
  return [...names]
}
