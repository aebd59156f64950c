-- Restores a reservation of which a payment is the proof, in a sale that is being rebuilt: it is held a whole hold time again.
-- Whether the sale is open, and how many its buyer has, was decided when it was made; its tickets were taken then, too.
-- KEYS     3 reservations (hash)  4 buyers (hash)
-- ARGV     1 reservation id  2 buyer  3 quantity
-- RETURNS  RESTORED | THERE:record | NOT_ENOUGH:remaining
-- KEEPS    remaining + returning + reserved + sold = capacity
local id, buyer, quantity = ARGV[1], ARGV[2], tonumber(ARGV[3])
local closed = enter()
if closed then return closed end
local record = redis.call('HGET', KEYS[3], id)
if record then return reply('THERE:' .. record) end
if stock.remaining < quantity then return reply('NOT_ENOUGH:' .. stock.remaining) end
stock.remaining, stock.reserved = stock.remaining - quantity, stock.reserved + quantity
redis.call('HSET', KEYS[3], id, 'R|' .. quantity .. '|' .. stock.now_ms .. '|' .. stock.hold_ms .. '|' .. buyer)
if buyer ~= '' then redis.call('HINCRBY', KEYS[4], buyer, quantity) end
move('RESTORED', 'due_ms', stock.now_ms + stock.hold_ms, 'amount_minor', stock.amount_minor, id, quantity .. '|' .. buyer)
save()
return reply('RESTORED')
