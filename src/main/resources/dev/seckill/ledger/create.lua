-- Puts a sale on: writes its stock once.
-- ARGV     1 name  2 capacity (tickets)  3 amount_minor  4 currency  5 opens_at (ms; 0 = now)  6 closes_at (ms; 0 = never)
--          7 hold (ms)  8 limit_per_buyer (tickets)  9 rest (ms) of given-back tickets before they are on sale again
--          10 operator ('' = nobody)
-- RETURNS  CREATED | EXISTS
local name, capacity, amount_minor, currency = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local opens_at_ms, closes_at_ms = tonumber(ARGV[5]), tonumber(ARGV[6])
local hold_ms, limit_per_buyer, rest_ms = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local operator = ARGV[10]
if redis.call('EXISTS', STOCK) == 1 then return {'EXISTS'} end

stock = {epoch = 1, seq = 0, sellable = 1, capacity = capacity, remaining = capacity, returning = 0, reserved = 0, sold = 0,
  restock_at_ms = 0, taken = 0, now_ms = clock(0)}
if opens_at_ms == 0 then opens_at_ms = stock.now_ms end
redis.call('HSET', STOCK, 'name', name, 'state', 'OPEN', 'run_id', run_id(), 'epoch', stock.epoch,
  'amount_minor', amount_minor, 'currency', currency, 'opens_at_ms', opens_at_ms, 'closes_at_ms', closes_at_ms,
  'hold_ms', hold_ms, 'limit_per_buyer', limit_per_buyer, 'rest_ms', rest_ms,
  'expired_to', '0-0', 'owed', 0, 'owed_until_ms', 0)
move('CREATED', 'name', name, 'quantity', capacity, 'amount_minor', amount_minor, 'currency', currency,
  'opens_at_ms', opens_at_ms, 'closes_at_ms', closes_at_ms, 'hold_ms', hold_ms, 'limit_per_buyer', limit_per_buyer,
  'rest_ms', rest_ms, 'operator', operator)
save()
return {'CREATED'}
