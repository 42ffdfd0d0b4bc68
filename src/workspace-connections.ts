import { distance } from 'fastest-levenshtein'
import type { Catalog } from './catalog.ts'
import type { Connector, Stream } from './connector/types.ts'
import type { CompiledMapping } from './mapping/types.ts'
import { spanMs } from './model/clock.ts'
import { defaultRetryTable, type RetryTable } from './model/delivery.ts'
import type { Fault } from './model/errors.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import { type CompiledSchemas, compileSchemas } from './model/schema.ts'
import type { ConnectionSetup } from './pipeline/context.ts'
import { resolveReferences } from './secret-reference.ts'

/** File, line, column and path of a value of crossdock.json. */
export type Locate = (path: readonly (string | number)[], part?: 'key' | 'value') => Pick<Fault, 'file' | 'line' | 'column' | 'path'>

export interface Surroundings {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly catalog: Catalog
  readonly mappings: ReadonlyMap<string, CompiledMapping>
  /** names of all mappings, also of those with faults */
  readonly known: ReadonlySet<string>
  readonly schemas: CompiledSchemas
  readonly locate: Locate
  readonly faults: Fault[]
}

/** The connections of a workspace, each checked against its connector. */
export function setUpConnections(
  workspace: JsonObject,
  around: Surroundings,
): { readonly connections: Map<string, ConnectionSetup>; readonly secrets: readonly string[] } {
  const connections = new Map<string, ConnectionSetup>()
  const secrets: string[] = []
  for (const [name, value] of Object.entries(isObject(workspace.connections) ? workspace.connections : {})) {
    if (!isObject(value)) continue
    const path = ['connections', name]
    const connector = around.catalog.connectors.get(String(value.connector))
    if (connector === undefined) {
      around.faults.push({
        code: 'unknown-connector',
        severity: 'error',
        ...around.locate([...path, 'connector']),
        message: `there is no connector '${String(value.connector)}'`,
        ...nearest(String(value.connector), around.catalog.connectors.keys()),
      })
      continue
    }
    const resolved = resolveReferences(value.config ?? {}, around.folder, around.env)
    secrets.push(...resolved.secrets)
    for (const missing of resolved.missing)
      around.faults.push({
        code: missing.code,
        severity: 'error',
        ...around.locate([...path, 'config', ...missing.path]),
        message: missing.message,
        suggestion: missing.suggestion,
      })
    const config = isObject(resolved.value) ? resolved.value : {}
    for (const field of secretFields(connector)) {
      const found = config[field]
      if (typeof found === 'string') secrets.push(found)
    }
    checkConfig(connector, config, [...path, 'config'], around)
    checkZone(value.config, config, [...path, 'config', 'timeZone'], around)
    for (const field of secretFields(connector)) {
      const written = isObject(value.config) ? value.config[field] : undefined
      const referred = resolved.missing.some((missing) => missing.path[0] === field)
      if (typeof written === 'string' && written !== '' && written === config[field] && !referred)
        around.faults.push({
          code: 'open-secret',
          severity: 'warning',
          ...around.locate([...path, 'config', field]),
          message: `the secret '${field}' stands in the file itself`,
          suggestion: 'keep it outside and write $' + '{env:NAME} or $' + '{file:path} here',
        })
    }
    const streams = setUpStreams(connector, value.streams, [...path, 'streams'], around)
    connections.set(name, {
      name,
      connector,
      config,
      openConfig: Object.fromEntries(Object.entries(config).filter(([field]) => !secretFields(connector).includes(field))),
      books: String(value.books),
      ...(typeof value.organisation === 'string' ? { organisation: value.organisation } : {}),
      streams,
      retry: retryTable(value.retry, workspace.settings),
      concurrency: numberAt(value.limits, 'concurrency') ?? connector.http.concurrency ?? 4,
      ...(typeof value.timeoutMs === 'number' ? { timeoutMs: value.timeoutMs } : {}),
      allowPrivate: Array.isArray(value.allowPrivate) ? value.allowPrivate.map(String) : [],
      paused: value.paused === true,
    })
  }
  return { connections, secrets }
}

/** Fields of the connector's config that hold secrets. */
export function secretFields(connector: Connector): readonly string[] {
  const properties = isObject(connector.config.properties) ? connector.config.properties : {}
  return Object.entries(properties).flatMap(([name, schema]) => (isObject(schema) && schema.writeOnly === true ? [name] : []))
}

function checkConfig(connector: Connector, config: JsonObject, path: readonly string[], around: Surroundings): void {
  const id = `connector:${connector.name}`
  const compiled = compileSchemas([{ file: connector.name, text: JSON.stringify({ ...connector.config, $id: id }) }])
  for (const fault of compiled.inspectors.get(id)?.(config) ?? [])
    around.faults.push({
      code: 'config',
      severity: 'error',
      ...around.locate([...path, ...fault.path.split('/').slice(1)]),
      message: fault.message,
      suggestion: `see connectors/${connector.name}/README.md`,
    })
}

/** The zone decides on which day something happened: a wrong one must not be found out by its figures. A value behind a reference is not shown. */
function checkZone(written: Json | undefined, config: JsonObject, path: readonly string[], around: Surroundings): void {
  const zone = config.timeZone
  if (typeof zone !== 'string' || isZone(zone) || zone.startsWith('${')) return
  const open = isObject(written) && written.timeZone === zone
  around.faults.push({
    code: 'time-zone',
    severity: 'error',
    ...around.locate(path),
    message: open ? `'${zone}' is no IANA time zone` : 'what it refers to is no IANA time zone',
    ...(open ? { suggestion: 'write a name such as Europe/Berlin', ...nearest(zone, Intl.supportedValuesOf('timeZone')) } : {}),
  })
}

function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function setUpStreams(
  connector: Connector,
  value: Json | undefined,
  path: readonly string[],
  around: Surroundings,
): ConnectionSetup['streams'] {
  const streams = new Map<string, { everyMs: number; lookbackMs?: number }>()
  for (const [name, setting] of Object.entries(isObject(value) ? value : {})) {
    const stream = connector.streams[name]
    if (stream === undefined) {
      around.faults.push({
        code: 'unknown-stream',
        severity: 'error',
        ...around.locate([...path, name], 'key'),
        message: `${connector.name} has no stream '${name}'`,
        ...nearest(name, Object.keys(connector.streams)),
      })
      continue
    }
    if (!isObject(setting) || setting.enabled === false) continue
    checkMappings(connector, name, stream, [...path, name], around)
    if (stream.call === null && setting.every !== undefined)
      around.faults.push({
        code: 'never-polled',
        severity: 'warning',
        ...around.locate([...path, name, 'every'], 'key'),
        message: `the stream '${name}' comes by webhook only, 'every' has no effect`,
        suggestion: `write "${name}": {}`,
      })
    const lookbackMs = typeof setting.lookback === 'string' ? spanMs(setting.lookback) : undefined
    streams.set(name, {
      everyMs: (typeof setting.every === 'string' ? spanMs(setting.every) : undefined) ?? 300_000,
      ...(lookbackMs === undefined ? {} : { lookbackMs }),
    })
  }
  return streams
}

function checkMappings(connector: Connector, name: string, stream: Stream, path: readonly string[], around: Surroundings): void {
  const parts = [...stream.parts, ...(stream.children ?? []).flatMap((child) => (child.as.kind === 'records' ? child.as.parts : []))]
  for (const part of parts) {
    if ('link' in part) continue
    if (!around.schemas.validators.has(`${part.document}@1`))
      around.faults.push({
        code: 'unknown-document',
        severity: 'error',
        ...around.locate(path),
        message: `stream '${name}' of ${connector.name} feeds '${part.document}', which has no schema`,
      })
    if (part.mapping !== undefined && !around.known.has(part.mapping))
      around.faults.push({
        code: 'unknown-mapping',
        severity: 'error',
        ...around.locate(path),
        message: `stream '${name}' of ${connector.name} needs the mapping '${part.mapping}', which is missing`,
        ...nearest(part.mapping, around.known),
      })
  }
}

function retryTable(own: Json | undefined, settings: Json | undefined): RetryTable {
  const merged: JsonObject = { ...(isObject(settings) && isObject(settings.retry) ? settings.retry : {}), ...(isObject(own) ? own : {}) }
  return {
    waitsMs: Array.isArray(merged.waitsMs) ? merged.waitsMs.map(Number) : defaultRetryTable.waitsMs,
    retryAfterMinMs: numberAt(merged, 'retryAfterMinMs') ?? defaultRetryTable.retryAfterMinMs,
    retryAfterMaxMs: numberAt(merged, 'retryAfterMaxMs') ?? defaultRetryTable.retryAfterMaxMs,
  }
}

function numberAt(value: Json | undefined, name: string): number | undefined {
  const found = isObject(value) ? value[name] : undefined
  return typeof found === 'number' ? found : undefined
}

/** The known name that was probably meant. */
export function nearest(name: string, known: Iterable<string>): { readonly suggestion?: string } {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  const all = [...known]
  for (const candidate of all) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps < least) {
      best = candidate
      least = steps
    }
  }
  if (best !== undefined) return { suggestion: `did you mean '${best}'?` }
  return all.length > 0 && all.length <= 12 ? { suggestion: `known: ${all.sort().join(', ')}` } : {}
}
