import { bug } from '../model/errors.ts'
import { textHash } from '../model/id.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { build, rootScope, runSafely, type Unit } from './build.ts'
import { bundleOf } from './bundle.ts'
import { afterCheck, checkTypes } from './check.ts'
import type { Unproven } from './check-types.ts'
import { type Code, code, createBlock, joinCode, lines } from './code.ts'
import { emitGuards } from './emit-guards.ts'
import { emitFields, emitStep, type Writing } from './emit-step.ts'
import type { Faults } from './faults.ts'
import { factsOf } from './field-facts.ts'
import { lineageOf, tablesOf } from './lineage.ts'
import type { Program } from './program.ts'
import { derivePush } from './put.ts'
import { type ReadProgram, readProgram } from './read-program.ts'
import { planReverse } from './reverse.ts'
import { createRun, type Run, type RunOptions } from './run.ts'
import { cursorAt, cursorOf, isSensitive } from './schema-path.ts'
import { createCompilation } from './scope.ts'
import { compileSideBySide, type SideBySide } from './side-by-side.ts'
import type { CompiledMapping, CompileOptions, CompileResult, MapContext, MapResult, RulePosition } from './types.ts'
import { writePush } from './write-path.ts'
import { writtenRules } from './written.ts'

/**
 * Compiles the text of a mapping file. All faults of the file come together; with an error among them nothing is compiled.
 * Never throws for what stands in the file.
 */
export function compileMapping(text: string, given: CompileOptions): CompileResult {
  const read = readProgram(text, given)
  if ('unread' in read) return { faults: read.unread }
  const { program, faults, options } = read
  const plan = planReverse(program, faults, options)
  const unproven = checkTypes(program, faults, options, plan)
  if (faults.failed()) return { faults: faults.list() }
  const generating = afterCheck(faults)
  const pull = program.direction === 'push' ? undefined : compilePull(program, generating, options, plan.guarded, unproven)
  const push = program.push.length === 0 ? undefined : compilePush(program, generating, options, unproven)
  if (faults.failed()) return { faults: faults.list() }
  const units = { pull: pull?.(), push: push?.() }
  const sideBySide = later(() => compileSideBySide(program, plan, options, generating, unproven))
  return {
    mapping: assemble(bundleOf(text, program, given.overlay?.text), read, plan, { ...units, sideBySide }),
    faults: faults.list(),
  }
}

/** Makes something when it is first asked for. */
function later<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function compilePull(
  program: Program,
  faults: Faults,
  options: CompileOptions,
  guarded: Parameters<typeof emitGuards>[1],
  unproven: Unproven,
): () => Unit {
  const c = createCompilation(faults, program.objectItems, 'pull', 'forward', unproven)
  const block = createBlock()
  const document = c.unit.name('v')
  const scope = rootScope(document, cursorAt(options.sourceSchema, options.schemas), program)
  const writing: Writing = {
    rule: '',
    to: [],
    outs: [],
    written: cursorAt(options.targetSchema, options.schemas),
  }
  const made = emitFields(c, program.fields, scope, block, writing)
  const guards = emitGuards(c, guarded)
  return () => build(c, code`(run, ${document}) => { ${lines(block)} return ${made.code} ?? {}; }`, guards)
}

function compilePush(program: Program, faults: Faults, options: CompileOptions, unproven: Unproven): () => Unit {
  const c = createCompilation(faults, program.objectItems, 'push', program.direction === 'push' ? 'forward' : 'back', unproven)
  const [read, written] =
    program.direction === 'push' ? [options.sourceSchema, options.targetSchema] : [options.targetSchema, options.sourceSchema]
  const block = createBlock()
  const document = c.unit.name('v')
  const scope = rootScope(document, cursorAt(read, options.schemas), program)
  const target = cursorAt(written, options.schemas)
  const values: Code[] = program.push.map((rule) => {
    const writing: Writing = {
      rule: rule.step.rule,
      to: [rule.text],
      outs: [],
      written: cursorOf(target, rule.path.segments),
      sensitive: rule.path.segments.some((_, i) => isSensitive(cursorOf(target, rule.path.segments.slice(0, i + 1)))),
    }
    return emitStep(c, rule.step, scope, block, { ...writing, to: rule.path.segments.map(stepName) }).code
  })
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
  { source, program, options }: ReadProgram,
  plan: ReturnType<typeof planReverse>,
  units: {
    readonly pull: Unit | undefined
    readonly push: Unit | undefined
    readonly sideBySide: () => SideBySide
  },
): CompiledMapping {
  const label = `${program.id}@${program.version}`
  const name = JSON.stringify(label)
  const get = (document: Json, context: MapContext, keep: RunOptions): { readonly run: Run; readonly value: Json | undefined } => {
    const unit = units.pull
    if (unit === undefined) throw bug('mapping-direction', `mapping ${name} has direction push; it cannot pull`)
    const run = createRun(label, document, context, unit.sites, keep)
    return { run, value: runSafely(run, unit.main, document) }
  }
  const values = (document: Json, context: MapContext): { readonly run: Run; readonly value: readonly (Json | undefined)[] } => {
    const run = createRun(label, document, context, units.push?.sites ?? [], {})
    const value = units.push === undefined ? [] : (runSafely(run, units.push.main, document) ?? [])
    return { run, value: value as readonly Json[] }
  }
  const derived =
    program.direction === 'both'
      ? derivePush({
          program,
          plan,
          label,
          guards: units.pull?.parts ?? new Map(),
          get: (document, context, keep) => get(document, context, { keep }),
          values,
          sideBySide: units.sideBySide,
          startRun: (document, context, sites) => createRun(label, document, context, sites ?? units.pull?.sites ?? [], {}),
        })
      : undefined
  const push = (document: Json, context: MapContext, base?: Json): MapResult => {
    if (derived !== undefined) return derived(document, context, base)
    if (program.direction === 'pull') throw bug('mapping-direction', `mapping ${name} has direction pull; it cannot push`)
    const { run, value } = values(document, context)
    return run.errors.length > 0
      ? { ok: false, errors: run.errors }
      : { ok: true, value: writePush(program.push, value, base), notes: run.notes }
  }
  const lineage = lineageOf(program)
  return {
    id: program.id,
    version: program.version,
    text,
    hash: textHash(text),
    source: program.source,
    target: program.target,
    direction: program.direction,
    pull: (record, context, pullOptions) => {
      const { run, value } = get(record, context, pullOptions?.choices === true ? { choices: true, keep: true } : {})
      if (run.errors.length > 0) return { ok: false, errors: run.errors }
      const { notes, choices, kept } = run
      return choices === undefined || kept === undefined
        ? { ok: true, value: value as JsonObject, notes }
        : { ok: true, value: value as JsonObject, notes, choices, kept }
    },
    push,
    report: plan.report,
    lines: rulePositions(program, source),
    written: writtenRules(program, plan.steps),
    sources: (targetPath) => lineage.get(targetPath.replace(/\[\d+\]/g, '[]')),
    tables: tablesOf(program),
    facts: factsOf(cursorAt(options.sourceSchema, options.schemas), cursorAt(options.targetSchema, options.schemas), (rule) =>
      lineage.get(rule),
    ),
  }
}

function rulePositions(program: Program, source: ReadProgram['source']): ReadonlyMap<string, RulePosition> {
  const found = new Map<string, RulePosition>()
  const visit = (step: Program['push'][number]['step']): void => {
    if (!found.has(step.rule)) found.set(step.rule, source.place(step.at, 'key'))
    const { body } = step
    if (body.kind === 'group') for (const field of body.fields) visit(field.step)
    else if (body.kind === 'each') visit(body.item)
    else if (body.kind === 'list') for (const entry of body.entries) visit(entry)
  }
  for (const field of program.fields) visit(field.step)
  for (const rule of program.push) visit(rule.step)
  return found
}
