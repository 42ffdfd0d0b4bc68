import type { Json } from '../model/json.ts'
import { build, rootScope, runSafely, type Unit } from './build.ts'
import { unprovenIn } from './check.ts'
import { code, createBlock, lines } from './code.ts'
import { compileMapping } from './compile.ts'
import { booleanOf, emitExpr } from './emit-expression.ts'
import { emitStep, refuseItem, type Writing } from './emit-step.ts'
import type { Faults } from './faults.ts'
import { readLayers } from './layers.ts'
import { parseMapping } from './parse.ts'
import type { Formula, Program } from './program.ts'
import { pointer } from './read-place.ts'
import { withSchemas } from './read-program.ts'
import { createRun, type Run, skip } from './run.ts'
import { type Cursor, cursorAt, cursorOf, isSensitive, itemsAt } from './schema-path.ts'
import { chainLets, createCompilation, type Scope } from './scope.ts'
import { refusalsOf } from './stream-check.ts'
import { type FoundEach, findEach, isRefusal } from './stream-find.ts'
import type { CompileOptions, Fault, MapContext, MapError, Note } from './types.ts'

/** What one item of a list became. `left-out`: `where` or a condition around the list does not hold, or `onError` is `skipItem`. */
export type ItemResult =
  | { readonly kind: 'written'; readonly value: Json; readonly notes: readonly Note[] }
  | { readonly kind: 'left-out'; readonly notes: readonly Note[] }
  | { readonly kind: 'failed'; readonly errors: readonly MapError[] }

/** Maps the item with this number in its list, from 0. Items come in order; position() counts those that were written. */
export type ItemMap = (item: Json, index: number) => ItemResult

/** The `each` of one rule, compiled on its own. */
export interface ItemMapping {
  /** `shop.orders@1.0.0` */
  readonly label: string
  readonly rule: string
  /** names from the root of the document to the list */
  readonly list: readonly string[]
  /** it reads hub documents */
  readonly push: boolean
  /** Begins a run over one list; pure but for the count of written items. Never throws for data. */
  readonly start: (context: MapContext) => ItemMap
}

/**
 * Compiles the `each` of one rule so that it can be fed item by item. Besides the faults of the file, E_STREAM names everything in the rule
 * that needs more than the item and the context: paths from `$`, `^` above the item, sums over the list itself, conditions on the document.
 */
export function compileStream(
  text: string,
  rule: string,
  options: CompileOptions,
): { readonly stream?: ItemMapping; readonly faults: readonly Fault[] } {
  const { mapping, faults: known } = compileMapping(text, options)
  const { source, faults } = readLayers(text, options)
  if (mapping === undefined || source === undefined) return { faults: known }
  const program = parseMapping(source.value, faults, options)
  if (program === undefined) return { faults: known }
  const found = findEach(program, rule)
  const refusals = isRefusal(found) ? [found] : refusalsOf(found)
  for (const { place, rule: where, message, suggestion } of refusals) faults.add('E_STREAM', place, where, message, suggestion)
  if (isRefusal(found) || faults.failed()) return { faults: [...known, ...faults.list().filter(({ code }) => code === 'E_STREAM')] }
  const isPush = program.push.some(({ step }) => found.around.includes(step))
  const unit = compileItem(program, found, isPush, faults, options)
  if (faults.failed()) return { faults: faults.list() }
  return { stream: itemMapping(`${mapping.id}@${mapping.version}`, found, unit, isPush), faults: known }
}

function compileItem(program: Program, found: FoundEach, isPush: boolean, faults: Faults, options: CompileOptions): Unit {
  const forward = !isPush || program.direction === 'push'
  const c = createCompilation(
    faults,
    program.objectItems,
    isPush ? 'push' : 'pull',
    forward ? 'forward' : 'back',
    unprovenIn(program, faults, withSchemas(program, options)),
  )
  const source = cursorAt(options.sourceSchema ?? options.schemas?.get(program.source), options.schemas)
  const target = cursorAt(options.targetSchema ?? options.schemas?.get(program.target), options.schemas)
  const [read, written] = forward ? [source, target] : [target, source]
  const block = createBlock()
  const item = c.unit.name('v')
  const outer = rootScope(item, itemsAt(cursorOf(read, found.list)), { lets: found.lets })
  const scope: Scope = {
    ...outer,
    isObject: program.objectItems.has(found.each),
    lets: chainLets(found.each.lets, outer.lets),
    sensitive: found.list.some((_, i) => isSensitive(cursorOf(read, found.list.slice(0, i + 1)))),
    position: code`run.context.position`,
  }
  const list = found.to.reduce<Cursor | undefined>((here, name) => cursorOf(here, [{ kind: 'name', name }]), written)
  const writing: Writing = { rule: found.each.item.rule, to: [], outs: [], written: itemsAt(list) }
  const leave = (when: Formula | undefined): void => {
    if (when === undefined) return
    const site = { c, scope, block, target: { ...writing, rule: found.step.rule }, at: when.at }
    block.lines.push(code`if (!(${testOf(when, site)})) return undefined;`)
  }
  for (const { when } of found.around) leave(when)
  if (scope.isObject === true) block.lines.push(refuseItem(c, scope, writing, code``))
  leave(found.each.where)
  const made = emitStep(c, found.each.item, scope, block, writing)
  return build(c, code`(run, ${item}) => { ${lines(block)} return ${made.code}; }`, [])
}

const testOf = (when: Formula, site: Parameters<typeof booleanOf>[2]) => booleanOf(emitExpr(when.expr, site), when.expr, site)

/** The context of a run, and how many items have been written with this one: what position() gives. */
interface ItemContext extends MapContext {
  position: number
}

function itemMapping(label: string, found: FoundEach, unit: Unit, push: boolean): ItemMapping {
  const list = found.list.map((segment) => (segment.kind === 'name' ? segment.name : ''))
  const skipping = found.step.onError === 'skipItem'
  const start = (context: MapContext): ItemMap => {
    const here: ItemContext = { ...context, position: 1 }
    return (item, index) => {
      const run = createRun(label, item, here, unit.sites, {})
      const value = runSafely(run, unit.main, item)
      const failed = run.errors.length > 0
      if (failed && skipping) skip(run, 0)
      const place = { from: pointer([...list, index]), to: pointer([...found.to, here.position - 1]) }
      if (run.errors.length > 0) return { kind: 'failed', errors: run.errors.map((error) => placed(error, place)) }
      const notes = notesOf(run, place)
      if (failed || value === undefined) return { kind: 'left-out', notes }
      here.position++
      return { kind: 'written', value, notes }
    }
  }
  return { label, rule: found.step.rule, list, push, start }
}

interface PlacedAt {
  readonly from: string
  readonly to: string
}

/** Pointers inside the item become pointers into the file and into the whole result. */
const placed = <T extends { readonly from?: string; readonly to: string }>(told: T, { from, to }: PlacedAt): T => ({
  ...told,
  to: to + told.to,
  ...(told.from === undefined ? {} : { from: from + told.from }),
})

const notesOf = (run: Run, place: PlacedAt): readonly Note[] =>
  run.notes.map((note) => placed(note.error === undefined ? note : { ...note, error: placed(note.error, place) }, place))
