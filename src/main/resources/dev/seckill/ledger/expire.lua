-- Expires reservations whose hold time is over, longest due first, and gives back what they hold. Atomic; a second time
-- expires nothing again.
-- The movements are the index: all reservations of a sale are held equally long, from when they were reserved or restored or
-- their payment began, and its time never goes back; so those movements stand in order of due. expired_to tells
-- up to where all has ended; a call goes on from there to the first one that is not due. What was extended is passed at its
-- RESERVED movement and found at its EXTENDED one.
-- KEYS     3 reservations (hash)  4 buyers (hash)
-- ARGV     1 most reservations to expire in this call  2 most movements and reservations to look at, about
-- RETURNS  reservations expired, time (ms) before which nothing more is due
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, BUYERS = KEYS[3], KEYS[4]
local most, most_looked = tonumber(ARGV[1]), tonumber(ARGV[2])
local closed = enter()
if closed then return closed end

local ended, new_records, returned, tickets = {}, {}, {}, 0

local HOLDS = {RESERVED = true, RESTORED = true, EXTENDED = true}

-- Expires what such a movement says is due; answers until when it must be asked about again, nil if all of it
-- has ended.
local function expire(fields)
  local due_ms = tonumber(fields[6])
  if due_ms > stock.now_ms then return due_ms end
  local ids = {}
  for i = 9, #fields, 2 do ids[#ids + 1] = fields[i] end
  for i, record in ipairs(redis.call('HMGET', RESERVATIONS, unpack(ids))) do
    local quantity, reserved_at, held, buyer = string.match(record or '', '^R|(%d+)|(%d+)|(%d+)|(.*)$')
    if quantity and reserved_at + held <= due_ms then
      if #ended == 2 * most then return stock.now_ms end
      new_records[#new_records + 1] = ids[i]
      new_records[#new_records + 1] = 'E|' .. quantity .. '|' .. reserved_at .. '|' .. held .. '|' .. buyer
      ended[#ended + 1] = ids[i]
      ended[#ended + 1] = quantity .. '|' .. buyer
      tickets = tickets + tonumber(quantity)
      if buyer ~= '' then returned[buyer] = (returned[buyer] or 0) + tonumber(quantity) end
    end
  end
end

local expired_to, looked, page_size, quiet_until_ms = stock.expired_to, 0, 1, nil
while not quiet_until_ms do
  local page = redis.call('XRANGE', MOVEMENTS, '(' .. expired_to, '+', 'COUNT', page_size)
  -- A reservation made or extended from now on is due a hold time later.
  if #page == 0 then quiet_until_ms = stock.now_ms + stock.hold_ms end
  for _, entry in ipairs(page) do
    if looked >= most_looked then quiet_until_ms = stock.now_ms
    elseif HOLDS[entry[2][2]] then quiet_until_ms = expire(entry[2]) end
    if quiet_until_ms then break end
    expired_to, looked = entry[1], looked + #entry[2] / 2
    -- A few at a time while they are small: one may have a thousand reservations.
    page_size = #entry[2] < 100 and 8 or 1
  end
end

if #ended > 0 then
  redis.call('HSET', RESERVATIONS, unpack(new_records))
  for buyer, quantity in pairs(returned) do redis.call('HINCRBY', BUYERS, buyer, -quantity) end
  stock.reserved = stock.reserved - tickets
  move('EXPIRED', 'to', give_back(tickets), unpack(ended))
  save()
end
if expired_to ~= stock.expired_to then redis.call('HSET', STOCK, 'expired_to', expired_to) end
return reply(#ended / 2, quiet_until_ms)
