import type { Catalog } from './catalog.ts'
import { secretValues } from './connector/secrets.ts'
import { isZone } from './connector/time.ts'
import type { Connector } from './connector/types.ts'
import type { CompiledMapping } from './mapping/types.ts'
import { defaultRetryTable, type RetryTable } from './model/delivery.ts'
import type { Fault } from './model/errors.ts'
import { hubOrigin } from './model/hub-origin.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import { type CompiledSchemas, compileSchemas } from './model/schema.ts'
import type { ConnectionSetup } from './pipeline/context.ts'
import { resolveReferences, type SealedLookup } from './secret-reference.ts'
import { nearest } from './workspace-faults.ts'
import { checkShares, setUpOffer } from './workspace-offers.ts'
import { setUpSettlement } from './workspace-settlement.ts'
import { setUpStreams, timingOf } from './workspace-streams.ts'

const nightMs = 86_400_000
/** Business days back that are compared, where the workspace does not say. */
const defaultDays = 7

/** File, line, column and path of a value of crossdock.json. */
export type Locate = (path: readonly (string | number)[], part?: 'key' | 'value') => Pick<Fault, 'file' | 'line' | 'column' | 'path'>

export interface Surroundings {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sealed?: SealedLookup | undefined
  readonly catalog: Catalog
  readonly mappings: ReadonlyMap<string, CompiledMapping>
  /** names of all mappings, also of those with faults */
  readonly known: ReadonlySet<string>
  readonly schemas: CompiledSchemas
  readonly locate: Locate
  readonly faults: Fault[]
}

export interface SetUpConnections {
  readonly connections: Map<string, ConnectionSetup>
  readonly secretsOf: ReadonlyMap<string, readonly string[]>
  /** values of fields that connectors call secret, and of sealed secrets: they are in no answer at all */
  readonly credentials: readonly string[]
  /** names of the sealed secrets that are referred to, and by which connection */
  readonly sealed: Map<string, readonly string[]>
}

/** The connections of a workspace, each checked against its connector. */
export function setUpConnections(workspace: JsonObject, around: Surroundings): SetUpConnections {
  const connections = new Map<string, ConnectionSetup>()
  const secretsOf = new Map<string, string[]>()
  const credentials = new Set<string>()
  const sealed = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(isObject(workspace.connections) ? workspace.connections : {})) {
    if (!isObject(value)) continue
    const path = ['connections', name]
    if (name === hubOrigin)
      around.faults.push({
        code: 'reserved-name',
        severity: 'error',
        ...around.locate(path, 'key'),
        message: `'${hubOrigin}' is the hub itself: documents it keeps have it as their origin`,
        suggestion: 'give the connection another name',
      })
    const connector = around.catalog.connectors.get(String(value.connector))
    if (connector === undefined) {
      // its own fault says more
      if (around.catalog.unloaded?.has(String(value.connector))) continue
      around.faults.push({
        code: 'unknown-connector',
        severity: 'error',
        ...around.locate([...path, 'connector']),
        message: `there is no connector '${String(value.connector)}'`,
        ...nearest(String(value.connector), [...around.catalog.connectors.keys(), ...(around.catalog.others ?? [])]),
      })
      continue
    }
    const resolved = resolveReferences(value.config ?? {}, around)
    for (const each of resolved.sealed) sealed.set(each, [...(sealed.get(each) ?? []), name])
    for (const missing of resolved.missing)
      around.faults.push({
        code: missing.code,
        severity: missing.code === 'sealed-unseen' ? 'warning' : 'error',
        ...around.locate([...path, 'config', ...missing.path]),
        message: missing.message,
        suggestion: missing.suggestion,
      })
    const config = isObject(resolved.value) ? resolved.value : {}
    const hidden = secretValues(connector.config, config)
    const unseen = resolved.missing.map((missing) => missing.path.join('/'))
    for (const secret of [...hidden, ...resolved.opened]) if (!secret.startsWith('${')) credentials.add(secret)
    secretsOf.set(name, [...resolved.secrets, ...hidden])
    checkConfig(connector, config, { path: [...path, 'config'], unseen }, around)
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
          suggestion: 'keep it outside and write $' + '{sealed:NAME}, $' + '{env:NAME} or $' + '{file:path} here',
        })
    }
    const offer = setUpOffer(name, value, around)
    const settlement = setUpSettlement(name, value, around)
    const streams = setUpStreams({ connector, zone: zoneOf(config), path: [...path, 'streams'] }, value.streams, around)
    connections.set(name, {
      name,
      connector,
      config,
      openConfig: Object.fromEntries(Object.entries(config).filter(([field]) => !secretFields(connector).includes(field))),
      books: String(value.books),
      ...(typeof value.organisation === 'string' ? { organisation: value.organisation } : {}),
      ...(value.sales === 'orders' ? { sales: 'orders' as const } : {}),
      streams,
      retry: retryTable(value.retry, workspace.settings),
      concurrency: numberAt(value.limits, 'concurrency') ?? connector.http.concurrency ?? 4,
      ...limitOf(value.limits),
      ...(typeof value.timeoutMs === 'number' ? { timeoutMs: value.timeoutMs } : {}),
      allowPrivate: Array.isArray(value.allowPrivate) ? value.allowPrivate.map(String) : [],
      paused: value.paused === true,
      ...(offer === undefined ? {} : { offer }),
      ...(settlement === undefined ? {} : { settlement }),
      ...(value.sendTrace === true ? { sendTrace: true } : {}),
      ...(isObject(value.reconcile)
        ? {
            reconcile: {
              timing: timingOf({ zone: zoneOf(config), path: [...path, 'reconcile'] }, value.reconcile, nightMs, around),
              days: numberAt(value.reconcile, 'days') ?? defaultDays,
            },
          }
        : {}),
      secrets: resolved.secrets,
    })
  }
  checkShares(
    [...connections.values()].flatMap(({ offer }) => offer ?? []),
    around,
  )
  return { connections, secretsOf, credentials: [...credentials], sealed }
}

/** Fields of the connector's config that hold secrets. */
export function secretFields(connector: Connector): readonly string[] {
  const properties = isObject(connector.config.properties) ? connector.config.properties : {}
  return Object.entries(properties).flatMap(([name, schema]) => (isObject(schema) && schema.writeOnly === true ? [name] : []))
}

/** `unseen`: values that were not looked up, so that nothing can be said of them. */
function checkConfig(
  connector: Connector,
  config: JsonObject,
  { path, unseen }: { readonly path: readonly string[]; readonly unseen: readonly string[] },
  around: Surroundings,
): void {
  const id = `connector:${connector.name}`
  const compiled = compileSchemas([{ file: connector.name, text: JSON.stringify({ ...connector.config, $id: id }) }])
  for (const fault of compiled.inspectors.get(id)?.(config) ?? []) {
    if (unseen.includes(fault.path.slice(1))) continue
    around.faults.push({
      code: 'config',
      severity: 'error',
      ...around.locate([...path, ...fault.path.split('/').slice(1)]),
      message: fault.message,
      suggestion: `see connectors/${connector.name}/README.md`,
    })
  }
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

/** Zone of the system's wall times, where it has one that holds. */
const zoneOf = ({ timeZone }: JsonObject): string => (typeof timeZone === 'string' && isZone(timeZone) ? timeZone : 'UTC')

function retryTable(own: Json | undefined, settings: Json | undefined): RetryTable {
  const merged: JsonObject = { ...(isObject(settings) && isObject(settings.retry) ? settings.retry : {}), ...(isObject(own) ? own : {}) }
  return {
    waitsMs: Array.isArray(merged.waitsMs) ? merged.waitsMs.map(Number) : defaultRetryTable.waitsMs,
    retryAfterMinMs: numberAt(merged, 'retryAfterMinMs') ?? defaultRetryTable.retryAfterMinMs,
    retryAfterMaxMs: numberAt(merged, 'retryAfterMaxMs') ?? defaultRetryTable.retryAfterMaxMs,
  }
}

function limitOf(limits: Json | undefined): Pick<ConnectionSetup, 'limit'> {
  const requests = numberAt(limits, 'requests')
  const perMs = numberAt(limits, 'perMs')
  return requests === undefined || perMs === undefined ? {} : { limit: { requests, perMs } }
}

function numberAt(value: Json | undefined, name: string): number | undefined {
  const found = isObject(value) ? value[name] : undefined
  return typeof found === 'number' ? found : undefined
}
