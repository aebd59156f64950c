-- Finds a reservation. When it is not there and its deadline has passed, the time is kept if it must be: once "it is not
-- there" was said after a deadline, nothing is reserved under it, even if the server's clock goes back.
-- KEYS     3 reservations (hash)  4 payments (hash)
-- ARGV     1 reservation id  2 deadline (ms, Redis time) that the reservation was asked under, 0 if not known
-- RETURNS  FOUND:record | NOT_FOUND, the id of what was bought instead of it after it had expired ('' if nothing was), and how
--          many of its tickets were refunded
local id, deadline_ms = ARGV[1], tonumber(ARGV[2])
local closed = look()
if closed then return closed end
local record = redis.call('HGET', KEYS[3], id)
if record then
  local status, successor, refunded = string.sub(record, 1, 1), '', 0
  if status == 'E' then successor = redis.call('HGET', KEYS[4], 'successor:' .. id) or '' end
  if status == 'P' or status == 'F' then refunded = tonumber(redis.call('HGET', KEYS[4], 'refunded:' .. id) or 0) end
  return reply('FOUND:' .. record, successor, refunded)
end
local kept_ms = tonumber(redis.call('HGET', STOCK, 'now_ms'))
if kept_ms <= deadline_ms and deadline_ms < stock.now_ms then redis.call('HSET', STOCK, 'now_ms', stock.now_ms) end
return reply('NOT_FOUND', '', 0)
