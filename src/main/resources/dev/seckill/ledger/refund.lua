-- Refunds tickets of a paid reservation, all or some of them: they are given back, and their money is due back. Atomic; the
-- same refund twice changes nothing.
-- KEYS     3 reservations (hash)  4 buyers (hash)  5 payments (hash)
-- ARGV     1 refund id  2 payment id  3 tickets (all that are left if '')  4 reason  5 operator
-- RETURNS  REFUNDED:tickets:left | NOT_CONFIRMED (that payment has bought nothing) | NOT_ENOUGH:left
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, BUYERS, PAYMENTS = KEYS[3], KEYS[4], KEYS[5]
local refund, payment, wanted, reason, operator = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local closed = enter()
if closed then return closed end

local id, refunded = string.match(redis.call('HGET', PAYMENTS, 'payment:' .. payment) or '', '^CONFIRMED|([^|]*)|(%d+)$')
if not id then return reply('NOT_CONFIRMED') end
local quantity, times, buyer = string.match(redis.call('HGET', RESERVATIONS, id), '^%u|(%d+)|(%d+|%d+)|(.*)$')
local left = quantity - refunded
local before = string.match(redis.call('HGET', PAYMENTS, 'refund:' .. refund) or '', '|(%d+)$')
if before then return reply('REFUNDED:' .. before .. ':' .. left) end
local tickets = wanted or left
if tickets < 1 or tickets > left or tickets % 1 ~= 0 then return reply('NOT_ENOUGH:' .. left) end

left = left - tickets
stock.sold = stock.sold - tickets
if left == 0 then redis.call('HSET', RESERVATIONS, id, 'F|' .. quantity .. '|' .. times .. '|' .. buyer) end
if buyer ~= '' then redis.call('HINCRBY', BUYERS, buyer, -tickets) end
redis.call('HSET', PAYMENTS, 'payment:' .. payment, 'CONFIRMED|' .. id .. '|' .. quantity - left,
  'refund:' .. refund, payment .. '|' .. tickets, 'refunded:' .. id, quantity - left)
move('REFUNDED', 'payment', payment, 'refund', refund, 'reason', reason, 'operator', operator, 'left', left,
  'to', give_back(tickets), id, tickets .. '|' .. buyer)
save()
return reply('REFUNDED:' .. tickets .. ':' .. left)
