-- Expires reservations whose hold time is over, longest due first, and gives back what they hold. Atomic; a second time
-- changes nothing.
-- KEYS     3 reservations (hash)  4 due (sorted set)  5 buyers (hash)
-- ARGV     1 most reservations to expire in this call
-- RETURNS  reservations expired, time (ms) before which nothing more is due
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, DUE, BUYERS = KEYS[3], KEYS[4], KEYS[5]
local most = tonumber(ARGV[1])
local closed = enter()
if closed then return closed end

local expired, ended, tickets, new_records = {}, {}, 0, {}
local ids = redis.call('ZRANGEBYSCORE', DUE, '-inf', stock.now_ms, 'LIMIT', 0, most)
if #ids > 0 then
  for i, record in ipairs(redis.call('HMGET', RESERVATIONS, unpack(ids))) do
    local status, quantity, rest, buyer = string.match(record or '', '^(%u)|(%d+)|(%d+|%d+)|(.*)$')
    if status == 'R' then
      expired[#expired + 1] = {quantity = tonumber(quantity), buyer = buyer}
      new_records[#new_records + 1] = ids[i]
      new_records[#new_records + 1] = 'E|' .. quantity .. '|' .. rest .. '|' .. buyer
      ended[#ended + 1] = ids[i]
      ended[#ended + 1] = quantity .. '|' .. buyer
      tickets = tickets + tonumber(quantity)
    end
  end
  redis.call('ZREM', DUE, unpack(ids))
end
if #expired > 0 then
  redis.call('HSET', RESERVATIONS, unpack(new_records))
  stock.reserved = stock.reserved - tickets
  for _, each in ipairs(expired) do
    if each.buyer ~= '' then redis.call('HINCRBY', BUYERS, each.buyer, -each.quantity) end
  end
  move('EXPIRED', 'to', give_back(tickets), unpack(ended))
  save()
end

-- A reservation made from now on is due a hold time later at the earliest.
local quiet_until_ms = stock.now_ms + stock.hold_ms
local next_due = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
if next_due[2] then quiet_until_ms = math.min(quiet_until_ms, tonumber(next_due[2])) end
return reply(#expired, quiet_until_ms)
