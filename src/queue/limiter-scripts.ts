/**
 * What the processes of a hub do to a budget in Redis, each in one step there. Times are those of Redis, in ms, so that clocks of machines do not matter.
 *
 * `KEYS`: 1 bucket (hash: `tokens`, `at`, `held`), 2 slots (sorted set: holder, end of its lease), 3 line (who waits for a slot: arrival in µs), 4 seen (who waits: last asked).
 */
const now = `
local time = redis.call('TIME')
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(micros / 1000)
`

/** Who waits and has not asked for so long is dead and keeps nobody else waiting. */
const unseenMs = 2000

/**
 * A slot and a token, or neither. `ARGV`: holder, concurrency, requests (0: no limit), perMs, longest wait in ms, lease in ms, tokens this request takes.
 * Answers `{1, wait}`: taken, send after the wait; `{0, 0}`: no slot, ask again; `{-1, wait, held}`: too far away (`held` 1: by the partner's wish).
 */
export const takeScript = `${now}
local id, concurrency, requests, per = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local longest, lease, cost = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now - ${unseenMs})) do
  redis.call('ZREM', KEYS[3], gone)
  redis.call('ZREM', KEYS[4], gone)
end
redis.call('ZADD', KEYS[3], 'NX', micros, id)
if redis.call('ZRANK', KEYS[3], id) >= concurrency - redis.call('ZCARD', KEYS[2]) then
  redis.call('ZADD', KEYS[4], now, id)
  redis.call('PEXPIRE', KEYS[3], ${unseenMs * 5})
  redis.call('PEXPIRE', KEYS[4], ${unseenMs * 5})
  return {0, 0, 0}
end
redis.call('ZREM', KEYS[3], id)
redis.call('ZREM', KEYS[4], id)
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'held')
local held = math.max(0, tonumber(kept[3] or '0') - now)
if held > longest then return {-1, math.ceil(held), 1} end
local wait = held
local tokens = requests
if requests > 0 then
  if kept[1] then tokens = math.min(requests, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * requests / per) end
  if tokens < cost then wait = math.max(wait, (cost - tokens) * per / requests) end
  if wait > longest then return {-1, math.ceil(wait), 0} end
  tokens = tokens - cost
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', now, 'held', string.format('%d', now + held))
redis.call('PEXPIRE', KEYS[1], math.ceil(held + wait + per * 2 + 1000))
redis.call('ZADD', KEYS[2], now + lease, id)
redis.call('PEXPIRE', KEYS[2], lease)
return {1, math.ceil(wait), 0}
`

/** Gives a slot or a place in the line back. `ARGV`: holder, tokens that go back too because nothing was sent, else 0. */
export const giveScript = `
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
if ARGV[2] ~= '0' and redis.call('HEXISTS', KEYS[1], 'tokens') == 1 then redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[2]) end
return 1
`

/** Nobody sends before the span is over. `ARGV`: span in ms. */
export const holdScript = `${now}
local span = tonumber(ARGV[1])
local held = math.max(now + span, tonumber(redis.call('HGET', KEYS[1], 'held') or '0'))
redis.call('HSET', KEYS[1], 'held', string.format('%d', held))
if redis.call('PTTL', KEYS[1]) < held - now then redis.call('PEXPIRE', KEYS[1], held - now + 1000) end
return 1
`

/** The holders live: their leases begin again, also where Redis has forgotten them. `ARGV`: lease in ms, holders. */
export const renewScript = `${now}
local lease = tonumber(ARGV[1])
for i = 2, #ARGV do redis.call('ZADD', KEYS[2], now + lease, ARGV[i]) end
redis.call('PEXPIRE', KEYS[2], lease)
return 1
`
