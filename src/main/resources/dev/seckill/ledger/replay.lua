-- Replays some of the movements of a sale that is being rebuilt: makes of them the stock, reservations, buyers and payments that
-- they had left. After the last of them a new epoch begins.
-- KEYS     3 reservations  4 buyers  5 payments
-- ARGV     1 epoch that begins  2 most movements and reservations in this call, about
-- RETURNS  MORE | REPLAYED | UNREADABLE:id (of a movement)
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, BUYERS, PAYMENTS = KEYS[3], KEYS[4], KEYS[5]
local epoch, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local closed = take_stock()
if closed then return closed end
if stock.epoch == epoch then return reply('REPLAYED') end

local now_ms, fields, ids, parts

local function number(field)
  return tonumber(fields[field]) or error(field)
end

-- The reservations of this movement as they stand: status, quantity, reserved_at, held for, buyer.
local function records()
  local all = {}
  for i, record in ipairs(redis.call('HMGET', RESERVATIONS, unpack(ids))) do
    all[i] = {string.match(record, '^(%u)|(%d+)|(%d+)|(%d+)|(.*)$')}
  end
  return all
end

local function put(all)
  local flat = {}
  for i, record in ipairs(all) do
    flat[2 * i - 1], flat[2 * i] = ids[i], table.concat(record, '|')
  end
  redis.call('HSET', RESERVATIONS, unpack(flat))
end

local function count(buyer, tickets)
  if buyer ~= '' then redis.call('HINCRBY', BUYERS, buyer, tickets) end
end

-- New reservations, born so.
local function take(status)
  local all, tickets = {}, 0
  for i, part in ipairs(parts) do
    all[i] = {status, part.quantity, now_ms, number('due_ms') - now_ms, part.buyer}
    count(part.buyer, part.quantity)
    tickets = tickets + part.quantity
  end
  put(all)
  stock.remaining = stock.remaining - tickets
  -- What was restored had been taken before.
  if fields.movement ~= 'RESTORED' then stock.taken = stock.taken + tickets end
  return tickets
end

local function return_to(tickets)
  if fields.to == 'remaining' then
    stock.remaining = stock.remaining + tickets
    return
  end
  local held, before = held_back(), stock.returning
  stock.returning = before + tickets
  if before <= held and stock.returning > held then stock.restock_at_ms = now_ms + stock.rest_ms end
end

-- Reservations end, unpaid.
local function finish(status)
  local all, tickets = records(), 0
  for i, record in ipairs(all) do
    record[1] = status
    count(record[5], -record[2])
    tickets = tickets + record[2]
  end
  put(all)
  stock.reserved = stock.reserved - tickets
  return_to(tickets)
end

local replay = {}

function replay.CREATED()
  stock.capacity, stock.remaining = number('quantity'), number('quantity')
  stock.hold_ms, stock.rest_ms = number('hold_ms'), number('rest_ms')
  redis.call('HSET', STOCK, 'state', 'OPEN', 'name', fields.name, 'amount_minor', fields.amount_minor,
    'currency', fields.currency, 'opens_at_ms', fields.opens_at_ms, 'closes_at_ms', fields.closes_at_ms,
    'hold_ms', fields.hold_ms, 'limit_per_buyer', fields.limit_per_buyer, 'rest_ms', fields.rest_ms)
end

function replay.RESERVED()
  stock.reserved = stock.reserved + take('R')
end

replay.RESTORED = replay.RESERVED

function replay.EXTENDED()
  local all = records()
  for _, record in ipairs(all) do record[4] = number('due_ms') - record[3] end
  put(all)
end

function replay.PAID()
  local id = ids[1]
  redis.call('HSET', PAYMENTS, 'payment:' .. fields.payment, 'CONFIRMED|' .. id .. '|0')
  if fields.succeeds then
    redis.call('HSET', PAYMENTS, 'successor:' .. fields.succeeds, id)
    stock.sold = stock.sold + take('P')
    return
  end
  local all = records()
  all[1][1] = 'P'
  put(all)
  stock.reserved, stock.sold = stock.reserved - all[1][2], stock.sold + all[1][2]
end

function replay.REFUND_DUE()
  redis.call('HSET', PAYMENTS, 'payment:' .. fields.payment, 'REFUND_DUE|' .. fields.reservation .. '|' .. fields.reason)
end

function replay.REFUNDED()
  local all, part = records(), parts[1]
  local left = number('left')
  if left == 0 then
    all[1][1] = 'F'
    put(all)
  end
  count(part.buyer, -part.quantity)
  redis.call('HSET', PAYMENTS, 'payment:' .. fields.payment, 'CONFIRMED|' .. ids[1] .. '|' .. all[1][2] - left,
    'refund:' .. fields.refund, fields.payment .. '|' .. part.quantity, 'refunded:' .. ids[1], all[1][2] - left)
  stock.sold = stock.sold - part.quantity
  return_to(part.quantity)
end

function replay.CANCELLED()
  if parts[1].quantity > 0 then return finish('C') end
  redis.call('HSET', RESERVATIONS, ids[1], 'C|0|' .. now_ms .. '|0|' .. parts[1].buyer)
  redis.call('HINCRBY', STOCK, 'cancelled_ahead', 1)
  count(parts[1].buyer, 0)
end

function replay.EXPIRED()
  finish('E')
end

function replay.RESTOCKED()
  stock.remaining, stock.returning = stock.remaining + number('quantity'), stock.returning - number('quantity')
  stock.sellable = number('sellable')
  stock.restock_at_ms = stock.returning > 0 and stock.owed_until_ms or 0
end

function replay.STATE_CHANGED()
  redis.call('HSET', STOCK, 'state', fields.state)
end

function replay.CAPACITY_ADDED()
  stock.capacity = stock.capacity + number('quantity')
  return_to(number('quantity'))
end

function replay.CORRECTED()
  local remaining, returning = string.match(fields.is, '^%-?%d+|(%-?%d+)|(%-?%d+)|')
  local _, was_remaining, was_returning = string.match(fields.was, '^(%-?%d+)|(%-?%d+)|(%-?%d+)|')
  stock.remaining, stock.returning = assert(tonumber(remaining)), assert(tonumber(returning))
  if remaining ~= was_remaining or returning ~= was_returning then
    stock.restock_at_ms = stock.returning > 0 and now_ms + stock.rest_ms or 0
  end
  redis.call('HSET', STOCK, 'corrected_to', stock.seq)
end

function replay.ADOPTED()
end

function replay.HELD_BACK()
  stock.taken, stock.owed, stock.owed_until_ms = number('taken'), number('owed'), number('until_ms')
  stock.remaining, stock.returning = stock.remaining - number('quantity'), stock.returning + number('quantity')
  stock.restock_at_ms = number('restock_at_ms')
  redis.call('HSET', STOCK, 'owed', fields.owed, 'owed_until_ms', fields.until_ms)
end

local function replay_one(entry)
  fields, ids, parts = {}, {}, {}
  for i = 1, #entry[2], 2 do
    local name, value = entry[2][i], entry[2][i + 1]
    if #name == 22 then
      local quantity, buyer = string.match(value, '^(%d+)|(.*)$')
      ids[#ids + 1], parts[#parts + 1] = name, {quantity = tonumber(quantity), buyer = buyer}
    else
      fields[name] = value
    end
  end
  now_ms = number('at_ms')
  stock.now_ms = now_ms
  local epoch_here, seq_here = string.match(entry[1], '^(%d+)-(%d+)$')
  stock.epoch, stock.seq = tonumber(epoch_here), tonumber(seq_here)
  replay[fields.movement]()
end

-- Changes nothing, but fails where memory is full: a script that has written once may go on, and no movement is to blame then.
redis.call('HSET', STOCK, 'seq', stock.seq)
local after, done = stock.epoch .. '-' .. stock.seq, 0
while done < most do
  local entry = redis.call('XRANGE', MOVEMENTS, '(' .. after, '+', 'COUNT', 1)[1]
  if not entry then
    stock.epoch, stock.now_ms = epoch, clock(stock.now_ms)
    move('ADOPTED', 'run_id', run_id())
    redis.call('HSET', STOCK, 'epoch', epoch, 'base_taken', stock.taken)
    save()
    return reply('REPLAYED')
  end
  if not pcall(replay_one, entry) then return {'UNREADABLE:' .. entry[1]} end
  after, done = entry[1], done + 1 + #ids
end
redis.call('HSET', STOCK, 'epoch', stock.epoch)
save()
return reply('MORE')
