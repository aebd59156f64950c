-- Releases what a reservation holds because its buyer cancels it. Atomic; a second time changes nothing.
-- A reservation that is not there yet but provably the buyer's own leaves a cancelled record without tickets,
-- so a reserve that arrives later finds itself cancelled.
-- KEYS     3 reservations (hash)  4 buyers (hash)
-- ARGV     1 reservation id  2 buyer  3 1 if the buyer has shown the key the id derives from
--          4 most cancellations kept ahead of their reserve
-- RETURNS  CANCELLED:record | ALREADY_ENDED:record | NOT_FOUND | BUSY (too many cancellations ahead of their reserve)
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, BUYERS = KEYS[3], KEYS[4]
local id, buyer, is_own, most_ahead = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local closed = enter()
if closed then return closed end

local record = redis.call('HGET', RESERVATIONS, id)
if not record then
  if not is_own then return reply('NOT_FOUND') end
  if redis.call('HINCRBY', STOCK, 'cancelled_ahead', 1) > most_ahead then
    redis.call('HINCRBY', STOCK, 'cancelled_ahead', -1)
    return reply('BUSY')
  end
  local cancelled = 'C|0|' .. stock.now_ms .. '|0|' .. buyer
  redis.call('HSET', RESERVATIONS, id, cancelled)
  if buyer ~= '' then redis.call('HINCRBY', BUYERS, buyer, 0) end
  move('CANCELLED', id, '0|' .. buyer)
  save()
  return reply('CANCELLED:' .. cancelled)
end

local status, quantity, rest, owner = string.match(record, '^(%u)|(%d+)|(%d+|%d+)|(.*)$')
if owner ~= buyer then return reply('NOT_FOUND') end
if status ~= 'R' then return reply('ALREADY_ENDED:' .. record) end

quantity = tonumber(quantity)
record = 'C|' .. quantity .. '|' .. rest .. '|' .. buyer
redis.call('HSET', RESERVATIONS, id, record)
if buyer ~= '' then redis.call('HINCRBY', BUYERS, buyer, -quantity) end
stock.reserved = stock.reserved - quantity
move('CANCELLED', 'to', give_back(quantity), id, quantity .. '|' .. buyer)
save()
return reply('CANCELLED:' .. record)
