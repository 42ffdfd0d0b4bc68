import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LogLevel } from './model/log.ts'
import { packageRoot } from './package-root.ts'
import { workspaceFile } from './workspace.ts'

/** What a process is started with: flags win over the environment, the environment over defaults. */
export interface HubConfig {
  readonly workspace: string
  readonly data: string
  readonly host: string
  /** undefined: nothing is listened on (a worker without --port) */
  readonly port: number | undefined
  readonly logLevel: LogLevel
  readonly watch: boolean
  /** what this process does: everything (when left out), the API alone, or the work alone */
  readonly role?: Role
  /** begins with all deliveries held, as after a restore */
  readonly hold?: boolean
  /** `mysql://…`; a file in the data folder when left out */
  readonly database?: string
  /** `redis://…`; rings and budgets stay in this process when left out */
  readonly redis?: string
}

export type Role = 'serve' | 'api' | 'worker'

export interface ConfigFlags {
  readonly workspace?: string
  readonly data?: string
  readonly host?: string
  readonly port?: string
  readonly log?: string
  readonly watch?: boolean
  readonly holdDeliveries?: boolean
  readonly database?: string
  readonly redis?: string
}

export const defaultPort = 4600
const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

/**
 * npm runs scripts in the package folder; the caller's own folder is in INIT_CWD. The workspace is that folder when it holds a crossdock.json, else the demo's.
 * @throws Error with the flag to mend
 */
export function readConfig(flags: ConfigFlags, env: NodeJS.ProcessEnv = process.env, role: Role = 'serve'): HubConfig {
  const caller = env.INIT_CWD ?? process.cwd()
  const port = Number(flags.port ?? env.CROSSDOCK_PORT ?? defaultPort)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${flags.port ?? env.CROSSDOCK_PORT} is no port; use a number from 0 to 65535`)
  const logLevel = (flags.log ?? env.CROSSDOCK_LOG ?? 'info') as LogLevel
  if (!levels.includes(logLevel)) throw new Error(`--log ${logLevel} is no level; use ${levels.join(', ')}`)
  const named = flags.workspace ?? env.CROSSDOCK_WORKSPACE
  const own = existsSync(join(caller, workspaceFile)) ? caller : join(packageRoot, 'workspaces', 'demo')
  const database = flags.database ?? (env.DATABASE_URL || undefined)
  const redis = flags.redis ?? (env.REDIS_URL || undefined)
  if (role !== 'serve' && database === undefined)
    throw new Error(
      `${role} shares its database with other processes: set DATABASE_URL=mysql://…, or run everything in one process with \`crossdock serve\``,
    )
  return {
    role,
    ...(database === undefined ? {} : { database }),
    ...(redis === undefined ? {} : { redis }),
    workspace: named ? resolve(caller, named) : own,
    data: resolve(caller, flags.data ?? env.CROSSDOCK_DATA ?? 'data'),
    host: flags.host ?? env.CROSSDOCK_HOST ?? '127.0.0.1',
    port: role === 'worker' && flags.port === undefined && env.CROSSDOCK_PORT === undefined ? undefined : port,
    logLevel,
    watch: flags.watch === true,
    ...(flags.holdDeliveries === true ? { hold: true } : {}),
  }
}
