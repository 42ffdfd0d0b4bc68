import { createHash } from 'node:crypto'
import { bug } from '../model/errors.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { build, rootScope, runSafely, type Unit } from './build.ts'
import { type Code, code, createBlock, createUnit, joinCode, lines } from './code.ts'
import { emitGuards } from './emit-guards.ts'
import { checkRequired, emitFields, emitStep, type Writing } from './emit-step.ts'
import { collectFaults, type Faults } from './faults.ts'
import { lineageOf } from './lineage.ts'
import { parseMapping } from './parse.ts'
import type { Program } from './program.ts'
import { derivePush } from './put.ts'
import { planReverse } from './reverse.ts'
import { createRun, type Run } from './runtime.ts'
import { cursorAt, cursorOf } from './schema-path.ts'
import { type Compilation, contextFields } from './scope.ts'
import { readSourceText, type SourceText } from './source-text.ts'
import type { CompiledMapping, CompileOptions, CompileResult, MapContext, MapResult, Position } from './types.ts'
import { checkPushTarget, writePush } from './write-path.ts'

/**
 * Compiles the text of a mapping file. All faults of the file come together; with an error among them nothing is compiled.
 * Never throws for what stands in the file.
 */
export function compileMapping(text: string, given: CompileOptions): CompileResult {
  const { source, faults: unread } = readSourceText(text, given.file)
  if (source === undefined) return { faults: unread }
  const faults = collectFaults(given.file, (place) => {
    const offset = source.offsetOf(place.at, place.part)
    return source.positionOf(place.inText === undefined ? offset : offset + 1 + place.inText)
  })
  for (const { name, offset } of source.duplicates) {
    const position = source.positionOf(offset)
    faults.addAt(position, 'E_DUPLICATE', name, `'${name}' stands twice in one object`)
  }
  const program = parseMapping(source.value, faults, given)
  if (program === undefined) return { faults: faults.list() }
  const options: CompileOptions = {
    ...given,
    sourceSchema: given.sourceSchema ?? given.schemas?.get(program.source),
    targetSchema: given.targetSchema ?? given.schemas?.get(program.target),
  }
  const plan = planReverse(program, faults, options)
  const pull = program.direction === 'push' ? undefined : compilePull(program, faults, options, plan.guarded)
  const push = program.push.length === 0 ? undefined : compilePush(program, faults, options)
  if (faults.failed()) return { faults: faults.list() }
  const units = { pull: pull?.(), push: push?.() }
  return { mapping: assemble(text, source, program, plan, units), faults: faults.list() }
}

function compilePull(program: Program, faults: Faults, options: CompileOptions, guarded: Parameters<typeof emitGuards>[1]): () => Unit {
  const c: Compilation = { unit: createUnit(), faults, sites: [], mode: 'pull', tables: 'forward', contextFields }
  const block = createBlock()
  const document = c.unit.name('v')
  const scope = rootScope(document, cursorAt(options.sourceSchema, options.schemas), program)
  const writing: Writing = {
    rule: '',
    at: ['fields'],
    to: [],
    outs: [],
    written: cursorAt(options.targetSchema, options.schemas),
    provided: options.provided ?? [],
  }
  const made = emitFields(c, program.fields, scope, block, writing)
  const guards = emitGuards(c, guarded)
  return () => build(c, code`(run, ${document}) => { ${lines(block)} return ${made.code} ?? {}; }`, guards)
}

function compilePush(program: Program, faults: Faults, options: CompileOptions): () => Unit {
  const c: Compilation = {
    unit: createUnit(),
    faults,
    sites: [],
    mode: 'push',
    tables: program.direction === 'push' ? 'forward' : 'back',
    contextFields,
  }
  const [read, written] =
    program.direction === 'push' ? [options.sourceSchema, options.targetSchema] : [options.targetSchema, options.sourceSchema]
  const block = createBlock()
  const document = c.unit.name('v')
  const scope = rootScope(document, cursorAt(read, options.schemas), program)
  const target = cursorAt(written, options.schemas)
  const values: Code[] = program.push.map((rule) => {
    checkPushTarget(rule, target, faults)
    const writing: Writing = {
      rule: rule.step.rule,
      at: rule.step.at,
      to: [rule.text],
      outs: [],
      written: cursorOf(target, rule.path.segments),
    }
    return emitStep(c, rule.step, scope, block, { ...writing, to: rule.path.segments.map(stepName) }).code
  })
  const names = new Set(program.push.map(({ path }) => stepName(path.segments[0])))
  if (program.direction === 'push')
    checkRequired(c, names, { rule: '', at: ['push'], to: [], outs: [], written: target, provided: options.provided ?? [] })
  return () => build(c, code`(run, ${document}) => { ${lines(block)} return [${joinCode(values, ',')}]; }`, [])
}

const stepName = (segment: Program['push'][number]['path']['segments'][number] | undefined): string =>
  segment === undefined
    ? ''
    : segment.kind === 'index'
      ? String(segment.index)
      : segment.kind === 'match'
        ? `${segment.name}=${segment.value}`
        : segment.name

function assemble(
  text: string,
  source: SourceText,
  program: Program,
  plan: ReturnType<typeof planReverse>,
  units: { readonly pull: Unit | undefined; readonly push: Unit | undefined },
): CompiledMapping {
  const label = `${program.id}@${program.version}`
  const name = JSON.stringify(label)
  const get = (document: Json, context: MapContext, keep: boolean): { readonly run: Run; readonly value: Json | undefined } => {
    const unit = units.pull
    if (unit === undefined) throw bug('mapping-direction', `mapping ${name} has direction push; it cannot pull`)
    const run = createRun(label, document, context, unit.sites, keep)
    return { run, value: runSafely(run, () => unit.main(run, document)) }
  }
  const values = (document: Json, context: MapContext): { readonly run: Run; readonly value: readonly (Json | undefined)[] } => {
    const run = createRun(label, document, context, units.push?.sites ?? [], false)
    return { run, value: (runSafely(run, () => units.push?.main(run, document)) ?? []) as readonly Json[] }
  }
  const derived =
    program.direction === 'both'
      ? derivePush({
          program,
          plan,
          label,
          guards: units.pull?.guards ?? new Map(),
          get,
          values,
          guardRun: (context) => createRun(label, {}, context, units.pull?.sites ?? [], false),
        })
      : undefined
  const push = (document: Json, context: MapContext, base?: Json): MapResult => {
    if (derived !== undefined) return derived(document, context, base)
    if (program.direction === 'pull') throw bug('mapping-direction', `mapping ${name} has direction pull; it cannot push`)
    const { run, value } = values(document, context)
    return run.errors.length > 0 ? { ok: false, errors: run.errors } : { ok: true, value: writePush(program.push, value, base), notes: [] }
  }
  const lineage = lineageOf(program)
  return {
    id: program.id,
    version: program.version,
    hash: createHash('sha256').update(text).digest('hex'),
    source: program.source,
    target: program.target,
    direction: program.direction,
    pull: (record, context) => {
      const { run, value } = get(record, context, false)
      return run.errors.length > 0 ? { ok: false, errors: run.errors } : { ok: true, value: value as JsonObject, notes: [] }
    },
    push,
    report: plan.report,
    lines: rulePositions(program, source),
    sources: (targetPath) => lineage.get(targetPath.replace(/\[\d+\]/g, '[]')),
  }
}

function rulePositions(program: Program, source: SourceText): ReadonlyMap<string, Position> {
  const found = new Map<string, Position>()
  const visit = (step: Program['push'][number]['step']): void => {
    if (!found.has(step.rule)) found.set(step.rule, source.positionOf(source.offsetOf(step.at, 'key')))
    const { body } = step
    if (body.kind === 'group') for (const field of body.fields) visit(field.step)
    else if (body.kind === 'each') visit(body.item)
    else if (body.kind === 'list') for (const entry of body.entries) visit(entry)
  }
  for (const field of program.fields) visit(field.step)
  for (const rule of program.push) visit(rule.step)
  return found
}
