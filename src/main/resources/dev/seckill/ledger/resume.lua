-- Ends a rebuild: the sale goes on on this server. Tickets that nodes have seen taken, and of which nothing tells who has them,
-- are owed: as many are held back for the longest that anybody may still have them, and nobody else gets one before.
-- ARGV     1 who rebuilt it
-- RETURNS  RESUMED:owed:until (ms)
-- KEEPS    remaining + returning + reserved + sold = capacity
local closed = enter()
if closed then return closed end
local values = redis.call('HMGET', STOCK, 'known_taken', 'base_taken')
-- What payments have proved since may be among it or not, so it counts as if it were not.
local owed = math.max(0, values[1] - values[2])
if owed > 0 then
  local tickets = math.min(owed, stock.remaining)
  stock.owed, stock.owed_until_ms = held_back() + owed, stock.now_ms + stock.hold_ms
  stock.taken = math.max(stock.taken, tonumber(values[1]))
  stock.remaining, stock.returning = stock.remaining - tickets, stock.returning + tickets
  stock.restock_at_ms = stock.returning > stock.owed and stock.now_ms + stock.rest_ms or stock.owed_until_ms
  move('HELD_BACK', 'quantity', tickets, 'owed', stock.owed, 'until_ms', stock.owed_until_ms, 'taken', stock.taken,
    'restock_at_ms', stock.restock_at_ms, 'operator', ARGV[1])
  redis.call('HSET', STOCK, 'owed', stock.owed, 'owed_until_ms', stock.owed_until_ms)
  save()
end
redis.call('HSET', STOCK, 'run_id', run_id())
return reply('RESUMED:' .. stock.owed .. ':' .. stock.owed_until_ms)
