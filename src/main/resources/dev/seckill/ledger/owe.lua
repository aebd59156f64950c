-- Writes down again that the money of a payment is due back, in a sale that is being rebuilt: it was decided so, and lost.
-- KEYS     3 payments (hash)
-- ARGV     1 payment id  2 reservation id  3 reason
-- RETURNS  REFUND_DUE | DECIDED:decision
-- KEEPS    remaining + returning + reserved + sold = capacity
local payment, id, reason = ARGV[1], ARGV[2], ARGV[3]
local closed = enter()
if closed then return closed end
local before = redis.call('HGET', KEYS[3], 'payment:' .. payment)
if before then return reply('DECIDED:' .. before) end
redis.call('HSET', KEYS[3], 'payment:' .. payment, 'REFUND_DUE|' .. id .. '|' .. reason)
move('REFUND_DUE', 'payment', payment, 'reservation', id, 'reason', reason)
save()
return reply('REFUND_DUE')
