import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Service } from './packaged-compose.ts'
import { freePort, holds, type Running, run, start, until } from './packaged-process.ts'

interface RedisOptions {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly tell: (text: string) => void
}

/** Does with a private server what the image's entry point does with its variables, and holds the flags against what the server makes of them. */
export async function prepareMariadb(address: string, { command, environment }: Service, tell: (text: string) => void): Promise<void> {
  const { out } = await run(
    ['mariadbd', '--no-defaults', ...(process.getuid?.() === 0 ? ['--user=mysql'] : []), ...command, '--verbose', '--help'],
    {
      cwd: '/',
      env: process.env,
      limitMs: 20_000,
    },
  )
  const values = new Map(out.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.split(/\s+/).slice(1).join(' ')]))
  const wanted = {
    'innodb-flush-log-at-trx-commit': '1',
    'innodb-doublewrite': 'TRUE',
    'max-allowed-packet': String(64 << 20),
    'character-set-server': 'utf8mb4',
    'collation-server': 'utf8mb4_nopad_bin',
  }
  for (const [name, value] of Object.entries(wanted)) holds(`mariadb ${name}`, values.get(name), value)
  const { MARIADB_DATABASE: database = '', MARIADB_USER: user = '', MARIADB_PASSWORD: password = '' } = environment
  const connection = await createConnection({ uri: address })
  await connection.query(`create database ${database} character set utf8mb4 collate utf8mb4_nopad_bin`)
  await connection.query(`create user ${user}@'%' identified by '${password}'`)
  await connection.query(`grant all on ${database}.* to ${user}@'%'`)
  await connection.end()
  tell('mariadb takes its flags; the database belongs to a user of its own')
}

/** Redis with the command and the variables of the service, on a free port in a folder of its own. */
export async function startRedis(
  { command, environment, healthcheck }: Service,
  { folder, env, tell }: RedisOptions,
): Promise<{ readonly server: Running; readonly port: number; readonly ask: (...words: readonly string[]) => Promise<string> }> {
  const port = await freePort()
  const data = join(folder, 'redis')
  mkdirSync(data)
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', data]
  const server = start([...command, ...place], { cwd: data, env: { ...env, ...environment }, limitMs: 120_000 })
  const [kind, test = ''] = healthcheck?.test ?? []
  holds('health check of redis', kind, 'CMD-SHELL')
  const asks = ['sh', '-c', test.replace('redis-cli', `redis-cli -h 127.0.0.1 -p ${port}`)]
  await until('the health of redis', 10_000, async () => {
    const { code } = await start(asks, { cwd: data, env: { ...env, ...environment }, limitMs: 5000 }).ended
    return code === 0 ? true : undefined
  })
  const ask = async (...words: readonly string[]) =>
    (await run(['redis-cli', '-h', '127.0.0.1', '-p', `${port}`, ...words], { cwd: data, env: { ...env, ...environment }, limitMs: 5000 }))
      .out
  for (const [name, value] of [
    ['maxmemory-policy', 'noeviction'],
    ['appendonly', 'yes'],
  ] as const)
    holds(`redis ${name}`, (await ask('config', 'get', name)).split('\n')[1], value)
  tell('redis takes its flags and its password; its health check succeeds')
  return { server, port, ask }
}
