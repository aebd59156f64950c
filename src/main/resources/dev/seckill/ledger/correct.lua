-- Corrects a stock that is not what its movements add up to, also one that is damaged, and writes down why: as a movement that
-- moves nothing, because what it brings back is what all before it say. Nothing happens unless the stock stands exactly where
-- and as it was seen, so a second time, or on two nodes at once, changes nothing.
-- Tickets that go back on sale always rest: while the stock was wrong somebody may have been refused for want of them, and
-- that limit_per_buyer remain is no proof of the contrary. Of those that are taken off, what rests stays at rest.
-- ARGV     1 epoch and 2 seq and 3 capacity and 4 remaining and 5 returning and 6 reserved and 7 sold as they were seen
--          8 capacity and 9 reserved and 10 sold, by how many tickets more or less  11 reason
-- RETURNS  CORRECTED | MOVED (it does not stand as it was seen) | IMPOSSIBLE (something would be less than nothing)
-- KEEPS    remaining + returning + reserved + sold = capacity
local seen = {epoch = ARGV[1], seq = ARGV[2], capacity = ARGV[3], remaining = ARGV[4], returning = ARGV[5],
  reserved = ARGV[6], sold = ARGV[7]}
local closed = take_stock()
if closed then return closed end
for field, value in pairs(seen) do
  if stock[field] ~= tonumber(value) then return {'MOVED'} end
end

local function numbers()
  return table.concat({stock.capacity, stock.remaining, stock.returning, stock.reserved, stock.sold}, '|')
end

local was, remaining, returning = numbers(), stock.remaining, stock.returning
stock.capacity, stock.reserved, stock.sold = stock.capacity + ARGV[8], stock.reserved + ARGV[9], stock.sold + ARGV[10]
local free = stock.capacity - stock.reserved - stock.sold
if free < 0 or stock.reserved < 0 or stock.sold < 0 then return {'IMPOSSIBLE'} end
stock.remaining = math.max(0, math.min(remaining, free - math.max(0, returning)))
stock.returning = free - stock.remaining
if stock.remaining ~= remaining or stock.returning ~= returning then
  stock.restock_at_ms = stock.returning > 0 and stock.now_ms + stock.rest_ms or 0
end
move('CORRECTED', 'was', was, 'is', numbers(), 'reason', ARGV[11])
save()
return reply('CORRECTED')
