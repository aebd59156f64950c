-- Shows a sale as it stands, archived or not; changes nothing.
-- RETURNS  NO_SALE | OK or RECOVERING, now (ms), then the stock's fields and values, none if it was lost and is not replayed yet
local fields = redis.call('HGETALL', STOCK)
if #fields == 0 then return {'NO_SALE'} end
local values = redis.call('HMGET', STOCK, 'run_id', 'now_ms', 'state', 'epoch', 'rebuilt_in')
local shows = (values[3] == 'ARCHIVED' or values[1] == run_id()) and 'OK' or 'RECOVERING'
local is_replayed = values[5] and values[4] == values[5]
if string.sub(values[1], 1, 4) == 'lost' and not is_replayed then return {shows, clock(tonumber(values[2]) or 0)} end
return {shows, clock(tonumber(values[2])), unpack(fields)}
