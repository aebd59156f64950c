-- Finds a reservation. When it is not there, the time is kept: after a deadline was seen, nothing is reserved under it.
-- KEYS     4 reservations (hash)
-- ARGV     1 reservation id
-- RETURNS  FOUND:record | NOT_FOUND
local closed = look()
if closed then return closed end
local record = redis.call('HGET', KEYS[4], ARGV[1])
if record then return reply('FOUND:' .. record) end
redis.call('HSET', STOCK, 'now_ms', stock.now_ms)
return reply('NOT_FOUND')
