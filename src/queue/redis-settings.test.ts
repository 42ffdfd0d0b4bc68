import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PrivateRedis, redisMissing, startPrivateRedis } from '../testing/private-redis.ts'
import { testShell } from '../testing/test-shell.ts'
import { redisRisks } from './redis-settings.ts'

let redis: PrivateRedis | undefined
beforeAll(async () => {
  redis = await startPrivateRedis()
})
afterAll(() => redis?.stop())
const server = (): PrivateRedis => {
  if (redis === undefined) throw new Error('no Redis')
  return redis
}
/** What the doctor says of Redis. */
const told = async (url: string) => {
  const { out } = await testShell({ env: { REDIS_URL: url } }).run('doctor --json')
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { check: string; state: string; detail: string })
    .filter(({ check }) => check === 'redis')
}

describe.skipIf(redisMissing !== undefined)('settings of Redis', () => {
  test('that make it forget are told, also by the doctor; those of a new server are good', async () => {
    const { url, ask } = server()
    expect(await redisRisks(url)).toEqual([])
    expect(await told(url)).toMatchObject([{ state: 'ok' }])
    await ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await redisRisks(url), 'without a limit nothing is thrown away').toEqual([])
    await ask('CONFIG', 'SET', 'maxmemory', '100mb')
    expect(await redisRisks(url)).toEqual([{ setting: 'maxmemory-policy', found: 'allkeys-lru', wanted: 'noeviction' }])
    expect(await told(url)).toMatchObject([{ state: 'warning', detail: expect.stringContaining('allkeys-lru') }])
    await ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    expect(await redisRisks(url)).toEqual([])
  })

  test('of one that is away, or refuses the login, are not known, and no password is told', async () => {
    const away = 'redis://:hidden-password@127.0.0.1:1/0'
    await expect(redisRisks(away)).rejects.toMatchObject({ detail: { code: 'redis-away' } })
    await expect(redisRisks(server().url.replace('//', '//:hidden-password@'))).resolves.toEqual([])
    expect(JSON.stringify(await told(away))).not.toContain('hidden-password')
  })
})
