-- Decides what a payment that succeeded has bought. Atomic; one decision for each payment, for ever: asked again, it is the
-- same. What is reserved is paid. What has expired is bought anew, as a reservation born paid under an id of the payment's
-- own, if limit and tickets allow. Otherwise the money is due back, because of ENDED (also what was bought anew already),
-- ALREADY_PAID, SOLD_OUT, LIMIT_REACHED or NO_RESERVATION; or because an operator has REJECTED it before it had bought anything.
-- KEYS     3 reservations (hash)  4 buyers (hash)
--          5 payments (hash: payment:<id> → "CONFIRMED|reservation id|tickets refunded" or "REFUND_DUE|reservation id|reason",
--            refund:<id> → "payment id|tickets", successor:<reservation id> → reservation id,
--            refunded:<reservation id> → tickets)
-- ARGV     1 payment id  2 reservation id  3 id for what is bought anew  4 operator who rejects it ('' = nobody)
-- RETURNS  CONFIRMED:reservation id:record | REFUND_DUE:reason
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, BUYERS, PAYMENTS = KEYS[3], KEYS[4], KEYS[5]
local payment, id, new_id, operator = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local closed = enter()
if closed then return closed end

local decision, decided_id, reason = string.match(redis.call('HGET', PAYMENTS, 'payment:' .. payment) or '',
  '^(%u[%u_]+)|([^|]*)|(.*)$')
if decision == 'CONFIRMED' then
  return reply('CONFIRMED:' .. decided_id .. ':' .. redis.call('HGET', RESERVATIONS, decided_id))
end
if decision == 'REFUND_DUE' then return reply('REFUND_DUE:' .. reason) end

local function refund_due(why, ...)
  redis.call('HSET', PAYMENTS, 'payment:' .. payment, 'REFUND_DUE|' .. id .. '|' .. why)
  move('REFUND_DUE', 'payment', payment, 'reservation', id, 'reason', why, ...)
  save()
  return reply('REFUND_DUE:' .. why)
end

local function confirm(bought_id, record, ...)
  redis.call('HSET', RESERVATIONS, bought_id, record)
  redis.call('HSET', PAYMENTS, 'payment:' .. payment, 'CONFIRMED|' .. bought_id .. '|0')
  move('PAID', 'payment', payment, ...)
  save()
  return reply('CONFIRMED:' .. bought_id .. ':' .. record)
end

if operator ~= '' then return refund_due('REJECTED', 'operator', operator) end
local record = redis.call('HGET', RESERVATIONS, id)
if not record then return refund_due('NO_RESERVATION') end
local status, tickets, times, buyer = string.match(record, '^(%u)|(%d+)|(%d+|%d+)|(.*)$')
local quantity = tonumber(tickets)

if status == 'R' then
  stock.reserved, stock.sold = stock.reserved - quantity, stock.sold + quantity
  return confirm(id, 'P|' .. tickets .. '|' .. times .. '|' .. buyer, id, tickets .. '|' .. buyer)
end
if status == 'P' then return refund_due('ALREADY_PAID') end
if status ~= 'E' or redis.call('HEXISTS', PAYMENTS, 'successor:' .. id) == 1 then return refund_due('ENDED') end
if stock.remaining < quantity then return refund_due('SOLD_OUT') end
if buyer ~= '' and (tonumber(redis.call('HGET', BUYERS, buyer)) or 0) + quantity > stock.limit_per_buyer then
  return refund_due('LIMIT_REACHED')
end
stock.remaining, stock.sold = stock.remaining - quantity, stock.sold + quantity
stock.taken = stock.taken + quantity
if buyer ~= '' then redis.call('HINCRBY', BUYERS, buyer, quantity) end
redis.call('HSET', PAYMENTS, 'successor:' .. id, new_id)
return confirm(new_id, 'P|' .. tickets .. '|' .. stock.now_ms .. '|' .. stock.hold_ms .. '|' .. buyer,
  'succeeds', id, 'due_ms', stock.now_ms + stock.hold_ms, 'amount_minor', stock.amount_minor,
  new_id, tickets .. '|' .. buyer)
