-- Corrects a stock that is not what its movements add up to, also one that is damaged, and writes down why: as a movement that
-- moves nothing, because what it brings back is what all before it say.
-- Whoever asks has seen the stock at a place and says by how much it was off there. What scripts do changes nothing of that, so
-- the sale may have gone on since; but nothing happens if it was corrected or adopted since, or is not out of balance by as much
-- as it was. So a second time, or on two nodes at once, changes nothing.
-- Tickets that go back on sale always rest: while the stock was wrong somebody may have been refused for want of them, and
-- that limit_per_buyer remain is no proof of the contrary. Of those that are taken off, what rests stays at rest.
-- ARGV     1 epoch and 2 seq it was seen at
--          3 tickets by which remaining, returning, reserved and sold were more than capacity then
--          4 capacity and 5 reserved and 6 sold, by how many tickets more or less  7 reason
-- RETURNS  CORRECTED | MOVED (it is not what was seen) | IMPOSSIBLE (something would be less than nothing)
-- KEEPS    remaining + returning + reserved + sold = capacity
local epoch, seq, too_many, reason = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[7]
local closed = take_stock()
if closed then return closed end
local corrected_to = tonumber(redis.call('HGET', STOCK, 'corrected_to')) or 0
if stock.epoch ~= epoch or seq < corrected_to
  or stock.remaining + stock.returning + stock.reserved + stock.sold - stock.capacity ~= too_many then
  return {'MOVED'}
end

local function numbers()
  return table.concat({stock.capacity, stock.remaining, stock.returning, stock.reserved, stock.sold}, '|')
end

local was, remaining, returning = numbers(), stock.remaining, stock.returning
stock.capacity, stock.reserved, stock.sold = stock.capacity + ARGV[4], stock.reserved + ARGV[5], stock.sold + ARGV[6]
local free = stock.capacity - stock.reserved - stock.sold
if free < 0 or stock.reserved < 0 or stock.sold < 0 then return {'IMPOSSIBLE'} end
stock.remaining = math.max(0, math.min(remaining, free - math.max(0, returning)))
stock.returning = free - stock.remaining
if stock.remaining ~= remaining or stock.returning ~= returning then
  stock.restock_at_ms = stock.returning > 0 and stock.now_ms + stock.rest_ms or 0
end
move('CORRECTED', 'was', was, 'is', numbers(), 'reason', reason)
save()
redis.call('HSET', STOCK, 'corrected_to', stock.seq)
return reply('CORRECTED')
