import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'

/** A service of docker-compose.yml with its variables filled in, as far as the packaging suite needs it. */
export interface Service {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[]
  readonly volumes: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly stop_grace_period?: string
  readonly ports?: readonly string[]
  readonly networks?: readonly string[]
}
export type Services = Readonly<Record<string, Service>>

const reference = /\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})/g

/**
 * Fills `${NAME}`, `${NAME:-default}` and `${NAME:?message}` as docker compose does.
 * @throws Error when a variable is wanted and not set
 */
export function interpolate(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text.replace(reference, (whole, name: string | undefined, kind: string | undefined, more = '') => {
    if (name === undefined) return whole === '$$' ? '$' : whole
    const value = variables[name]
    if (value !== undefined && value !== '') return value
    if (kind === '-') return more
    throw new Error(`docker-compose.yml: ${name} is not set: ${more}`)
  })
}

/** Services of the file, merged and filled in. */
export function readServices(text: string, variables: Readonly<Record<string, string | undefined>>): Services {
  const { services } = parse(text, { merge: true }) as { readonly services: Services }
  return filled(services, variables) as Services
}

/** @throws Error when there is none of that name */
export function serviceOf(services: Services, name: string): Service {
  const service = services[name]
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
  return service
}

function filled(value: unknown, variables: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') return interpolate(value, variables)
  if (Array.isArray(value)) return value.map((item) => filled(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, filled(field, variables)]))
}

/** Names of the variables a text refers to. */
export const variablesOf = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(reference)].flatMap(([, name]) => (name === undefined ? [] : [name])))

/** An `.env.example` with the empty values filled by `make`. */
export function filledExample(file: string, make: (name: string) => string): Record<string, string> {
  const entries = Object.entries(parseEnv(readFileSync(file, 'utf8'))).map(([name, value]) => [name, value || make(name)] as const)
  return Object.fromEntries(entries)
}

/** What a container of the service gets besides the image's own variables. @throws Error when an env_file is wanted and missing */
export function environmentOf(service: Service, folder: string): Record<string, string | undefined> {
  const files = (service.env_file ?? []).map(({ path, required }) => {
    const file = join(folder, path)
    if (existsSync(file)) return parseEnv(readFileSync(file, 'utf8'))
    if (required) throw new Error(`docker-compose.yml: there is no ${path}`)
    return {}
  })
  return Object.assign({}, ...files, service.environment) as Record<string, string | undefined>
}

/** Services in the order they start: each after those it depends on. @throws Error for a circle or an unknown name */
export function startOrder(services: Services): string[] {
  const order: string[] = []
  const visit = (name: string, trail: readonly string[]) => {
    const service = services[name]
    if (service === undefined || trail.includes(name))
      throw new Error(`docker-compose.yml: ${[...trail, name].join(' -> ')} does not work out`)
    for (const dependency of Object.keys(service.depends_on ?? {})) visit(dependency, [...trail, name])
    if (!order.includes(name)) order.push(name)
  }
  for (const name of Object.keys(services)) visit(name, [])
  return order
}
