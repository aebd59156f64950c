-- Archives a closed sale in which nothing is reserved any more: its last sums stay, all else leaves Redis, and every
-- other script answers NO_SALE from now on.
-- Nothing leaves that must be kept elsewhere first and is not.
-- KEYS     3 reservations  4 buyers  5 shares  6 payments
-- ARGV     1 epoch and 2 seq of the last movement that is kept elsewhere ('' if none has to be)
-- RETURNS  ARCHIVED | STILL_OPEN | STILL_RESERVED:tickets | STILL_UNWRITTEN:movements
local kept_epoch, kept_seq = tonumber(ARGV[1]), tonumber(ARGV[2])
if redis.call('HGET', STOCK, 'state') == 'ARCHIVED' then return {'ARCHIVED'} end
local closed = look()
if closed then return closed end
if stock.state ~= 'CLOSED' then return reply('STILL_OPEN') end
if stock.reserved > 0 then return reply('STILL_RESERVED:' .. stock.reserved) end
if kept_seq and (kept_epoch ~= stock.epoch or kept_seq ~= stock.seq) then
  return reply('STILL_UNWRITTEN:' .. math.max(stock.seq - kept_seq, 1))
end
stock.remaining, stock.returning, stock.restock_at_ms = stock.remaining + stock.returning, 0, 0
-- First, because it is what makes room in a Redis that is full.
redis.call('UNLINK', MOVEMENTS, KEYS[3], KEYS[4], KEYS[5], KEYS[6])
save()
redis.call('HSET', STOCK, 'state', 'ARCHIVED')
return {'ARCHIVED'}
