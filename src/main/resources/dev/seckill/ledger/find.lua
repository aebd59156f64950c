-- Finds a reservation. When it is not there and its deadline has passed, the time is kept if it must be: once "it is not
-- there" was said after a deadline, nothing is reserved under it, even if the server's clock goes back.
-- KEYS     3 reservations (hash)  4 payments (hash)
-- ARGV     1 reservation id  2 deadline (ms, Redis time) that the reservation was asked under, 0 if not known
-- RETURNS  FOUND:record | NOT_FOUND, and the id of what was bought instead of it after it had expired ('' if nothing was)
local id, deadline_ms = ARGV[1], tonumber(ARGV[2])
local closed = look()
if closed then return closed end
local record = redis.call('HGET', KEYS[3], id)
if record then
  local expired = string.sub(record, 1, 1) == 'E'
  return reply('FOUND:' .. record, expired and redis.call('HGET', KEYS[4], 'successor:' .. id) or '')
end
local kept_ms = tonumber(redis.call('HGET', STOCK, 'now_ms'))
if kept_ms <= deadline_ms and deadline_ms < stock.now_ms then redis.call('HSET', STOCK, 'now_ms', stock.now_ms) end
return reply('NOT_FOUND', '')
