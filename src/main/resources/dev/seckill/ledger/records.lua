-- Shows some reservations as they stand, and how many there are; changes nothing. Of a damaged stock too.
-- KEYS     3 reservations (hash)
-- ARGV     reservation ids, 1 000 at most
-- RETURNS  how many reservations there are, then a record for each id, '' where there is none
local closed = take_stock()
if closed then return closed end
local records = #ARGV > 0 and redis.call('HMGET', KEYS[3], unpack(ARGV)) or {}
for i, record in ipairs(records) do records[i] = record or '' end
return reply(redis.call('HLEN', KEYS[3]), unpack(records))
