import { isObject, type JsonSchema } from '../model/json.ts'
import { baseScope, inputScope, lintCall, type Scope } from './lint-calls.ts'
import { lintMatches } from './lint-matches.ts'
import { nearest, type Report } from './lint-report.ts'
import { lintSchema } from './lint-schema.ts'
import { lintExpression } from './lint-stream.ts'
import type { Action, Command, Connector, LookUp, Once, StateAction, Step } from './types.ts'

export function lintAction(
  report: Report,
  connector: Connector,
  name: string,
  action: Action,
  documents: readonly string[] | undefined,
): void {
  const path = `actions.${name}`
  if (documents !== undefined && !documents.includes(action.document))
    report.error(`${path}.document`, 'unknown-document', `there is no document "${action.document}"`, nearest(action.document, documents))
  if (action.kind === 'state') lintState(report, path, connector, action)
  else {
    lintCommand(report, `${path}.create`, connector, action.create, (action.create.key ?? action.create.keyBefore) !== undefined)
    if (action.change !== undefined) lintCommand(report, `${path}.change`, connector, action.change, true)
    if (action.cancel !== undefined) lintCommand(report, `${path}.cancel`, connector, action.cancel, true)
    const needsKey = [action.change, action.cancel].some((command) => command !== undefined && command.once.kind !== 'header')
    if (needsKey && action.create.key === undefined && action.create.keyBefore === undefined)
      report.warning(
        `${path}.create`,
        'no-key',
        'change and cancel know a thing by its key, but create does not say where the key of what it made is',
      )
  }
}

function lintState(report: Report, path: string, connector: Connector, action: StateAction): void {
  lintInput(report, path, action.input)
  const scope = { ...baseScope(connector), ...inputScope(action.input) }
  const found = lintCall(report, `${path}.call`, action.call, {
    ...scope,
    ...(action.each === undefined ? {} : { item: true as const }),
    contentKey: true,
    ...(action.current === undefined ? {} : { shown: true as const }),
    ...(action.current?.reserved === undefined ? {} : { gross: true as const }),
  })
  if (action.each !== undefined && !found.some(({ root }) => root === 'item'))
    report.error(`${path}.each`, 'item-not-sent', 'each item has a call of its own, but the call never sends {item…}')
  if (action.results !== undefined && action.each !== undefined)
    report.error(`${path}.results`, 'results-of-each', 'an answer tells of many things only where one call sends them: leave each out')
  lintReason(report, `${path}.once`, action.once)
  for (const [place, call] of (action.then ?? []).entries())
    lintCall(report, `${path}.then.${place}`, call, { ...scope, result: true, ...(action.key === undefined ? {} : { key: true as const }) })
  if (action.current === undefined) return
  lintCall(report, `${path}.current.call`, action.current.call, scope)
  lintStreamName(report, `${path}.current.orders`, connector, action.current.orders)
  if (action.current.among !== undefined) lintExpression(report, `${path}.current.among.match`, action.current.among.match)
  if (action.current.reserved !== undefined && !found.some(({ root }) => root === 'gross'))
    report.error(
      `${path}.current.reserved`,
      'gross-not-sent',
      "what the partner's orders have set aside is taken off the figure it shows, but the call never sends {gross}: it would be taken off twice",
    )
}

function lintCommand(report: Report, path: string, connector: Connector, command: Command, knowsKey: boolean): void {
  lintInput(report, path, command.input)
  const scope: Scope = { ...baseScope(connector), ...inputScope(command.input) }
  const isCreate = path.endsWith('.create')
  const keyed: Scope = knowsKey ? { ...scope, key: true } : scope
  const before: Scope = isCreate ? scope : keyed
  if (command.requires !== undefined) {
    lintCall(report, `${path}.requires.call`, command.requires.call, before)
    const { in: allowed, done = [] } = command.requires
    if (done.some((state) => allowed.some((other) => JSON.stringify(other) === JSON.stringify(state))))
      report.error(`${path}.requires.done`, 'bad-states', 'a state either allows the command or says that it was done')
    if (done.length > 0 && command.once.kind !== 'natural')
      report.error(
        `${path}.requires.done`,
        'done-by-rule',
        "what was done before is found by the rule of the command: only one that does no harm twice says it by the partner's state",
      )
    if (command.requires.in.length === 0) report.error(`${path}.requires.in`, 'nothing-allowed', 'no state allows the command')
  }
  const read: Scope = command.requires === undefined ? before : { ...before, before: true }
  const arranged: Scope = command.requires?.arrange === undefined ? read : { ...read, arranged: true }
  const sent = [
    ...lintCall(report, `${path}.call`, command.call, arranged),
    ...(command.prepare ?? []).flatMap((step, place) => lintStep(report, `${path}.prepare.${place}`, step, read)),
  ]
  for (const [place, step] of (command.restore ?? []).entries()) lintStep(report, `${path}.restore.${place}`, step, read)
  if (command.restore !== undefined && command.prepare === undefined)
    report.error(`${path}.restore`, 'nothing-to-restore', 'only what `prepare` took back can be put back')
  if (command.keyBefore !== undefined && (command.requires === undefined || command.key !== undefined))
    report.error(`${path}.keyBefore`, 'key-before', 'keyBefore is a place in what requires reads, and stands instead of key')
  lintOnce(report, `${path}.once`, command.once, before)
  const after: Scope = { ...keyed, result: true, ...(command.requires === undefined ? {} : { before: true as const }) }
  for (const [place, step] of (command.then ?? []).entries()) lintStep(report, `${path}.then.${place}`, step, after)
  if (command.stays !== undefined) {
    lintCall(report, `${path}.stays.call`, command.stays.call, after)
    lintExpression(report, `${path}.stays.match`, command.stays.match)
    if (command.once.kind === 'none')
      report.error(`${path}.stays`, 'never-again', 'what is not there is tried again, and a command without any rule never is')
  }
  if (command.read === undefined) return
  lintCall(report, `${path}.read.call`, command.read.call, after)
  lintStreamName(report, `${path}.read.stream`, connector, command.read.stream)
  lintMatches(report, `${path}.read.matches`, command, sent)
}

function lintStep(report: Report, path: string, step: Step, scope: Scope): ReturnType<typeof lintCall> {
  if (step.only !== undefined) {
    lintCall(report, `${path}.only.call`, step.only.call, scope)
    if ('match' in step.only) lintExpression(report, `${path}.only.match`, step.only.match)
  }
  if (step.each !== undefined && scope.before === undefined)
    report.error(`${path}.each`, 'nothing-before', 'rows are those that requires reads, and the command requires nothing')
  return lintCall(report, path, step, step.each === undefined ? scope : { ...scope, item: true, row: true })
}

function lintOnce(report: Report, path: string, once: Once, scope: Scope): void {
  if (once.kind === 'header') {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(once.name)) report.error(`${path}.name`, 'bad-header', `"${once.name}" is no name of a header`)
  } else if (once.kind === 'find') {
    lintLookUp(report, path, once, scope)
    for (const [place, lookUp] of (once.over ?? []).entries()) lintLookUp(report, `${path}.over.${place}`, lookUp, scope)
  } else lintReason(report, path, once)
}

function lintLookUp(report: Report, path: string, { call, match }: LookUp, scope: Scope): void {
  const found = lintCall(report, `${path}.call`, call, scope)
  if (!found.some(({ root }) => root === 'input' || root === 'effectKey'))
    report.error(`${path}.call`, 'find-finds-all', 'the look-up sends neither {input…} nor {effectKey}: it would find any thing')
  if (match !== undefined) lintExpression(report, `${path}.match`, match)
}

function lintReason(report: Report, path: string, once: { readonly why: string }): void {
  if (once.why.trim().length < 8)
    report.error(`${path}.why`, 'no-reason', 'say why: it is read by the people who have to settle a doubtful delivery')
}

function lintInput(report: Report, path: string, input: JsonSchema): void {
  lintSchema(report, `${path}.input`, input)
  if (!isObject(input.properties))
    report.warning(`${path}.input`, 'open-input', 'the input lists no properties, so a misspelt {input…} cannot be found')
}

export function lintStreamName(report: Report, path: string, connector: Connector, stream: string): void {
  if (!Object.hasOwn(connector.streams, stream))
    report.error(path, 'unknown-stream', `there is no stream "${stream}"`, nearest(stream, Object.keys(connector.streams)))
}
