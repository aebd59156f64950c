-- Archives a closed sale in which nothing is reserved any more: its last sums stay, all else leaves Redis, and every
-- other script answers NO_SALE from now on.
-- KEYS     3 reservations  4 buyers  5 shares
-- RETURNS  ARCHIVED | STILL_OPEN | STILL_RESERVED:tickets
if redis.call('HGET', STOCK, 'state') == 'ARCHIVED' then return {'ARCHIVED'} end
local closed = look()
if closed then return closed end
if stock.state ~= 'CLOSED' then return reply('STILL_OPEN') end
if stock.reserved > 0 then return reply('STILL_RESERVED:' .. stock.reserved) end
stock.remaining, stock.returning, stock.restock_at_ms = stock.remaining + stock.returning, 0, 0
-- First, because it is what makes room in a Redis that is full.
redis.call('UNLINK', MOVEMENTS, KEYS[3], KEYS[4], KEYS[5])
save()
redis.call('HSET', STOCK, 'state', 'ARCHIVED')
return {'ARCHIVED'}
