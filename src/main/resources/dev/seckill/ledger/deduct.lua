-- Deducts and reserves, for each request of one batch. Atomic; the same reservation id twice changes nothing.
-- KEYS     3 reservations (hash: id → "status|quantity|reserved_at ms|held for ms|buyer")
--          4 buyers (hash: buyer → tickets held; 0 stays, so it names everybody who ever had a reservation)
-- ARGV     six per request: reservation id, buyer ('' = anonymous), quantity, stamp's epoch, stamp's sellable,
--          deadline (ms, Redis time)
-- RETURNS  due (ms) of what this batch reserves, then one text with a line per request, the first that applies:
--          KEY_REUSED | ALREADY_RESERVED:record | STALE | LATE | NOT_OPEN:reason | LIMIT_REACHED:held |
--          SOLD_OUT | NOT_ENOUGH:remaining | RESERVED
-- KEEPS    remaining + returning + reserved + sold = capacity

local RESERVATIONS, BUYERS = KEYS[3], KEYS[4]
local closed = enter()
if closed then return closed end

local ids, names = {}, {}
for i = 1, #ARGV, 6 do
  ids[#ids + 1] = ARGV[i]
  names[#names + 1] = ARGV[i + 1]
end
local records, held = {}, {}
for i, record in ipairs(redis.call('HMGET', RESERVATIONS, unpack(ids))) do records[ids[i]] = record end
for i, count in ipairs(redis.call('HMGET', BUYERS, unpack(names))) do held[names[i]] = tonumber(count) or 0 end

local not_open
if stock.state ~= 'OPEN' then not_open = 'NOT_OPEN:' .. stock.state
elseif stock.now_ms < stock.opens_at_ms then not_open = 'NOT_OPEN:NOT_YET'
elseif stock.closes_at_ms > 0 and stock.now_ms >= stock.closes_at_ms then not_open = 'NOT_OPEN:CLOSED' end

local due_ms = stock.now_ms + stock.hold_ms
-- The same for all, so written once: making text of a number is most of the work.
local times = '|' .. stock.now_ms .. '|' .. stock.hold_ms .. '|'
local outcomes, reserved, new_records, new_held = {}, {}, {}, {}
for i = 1, #ARGV, 6 do
  local id, buyer, quantity = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local epoch, sellable, deadline_ms = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5])
  local record, outcome = records[id], nil
  if record then
    local before = tonumber(string.match(record, '^%u|(%d+)|'))
    -- A quantity of 0 is a cancellation that came before its reservation.
    if before ~= 0 and before ~= quantity then outcome = 'KEY_REUSED' else outcome = 'ALREADY_RESERVED:' .. record end
  elseif epoch ~= stock.epoch or sellable < stock.sellable then outcome = 'STALE'
  elseif stock.now_ms > deadline_ms then outcome = 'LATE'
  elseif not_open then outcome = not_open
  elseif held[buyer] + quantity > stock.limit_per_buyer then outcome = 'LIMIT_REACHED:' .. held[buyer]
  elseif stock.remaining == 0 then outcome = 'SOLD_OUT'
  elseif stock.remaining < quantity then outcome = 'NOT_ENOUGH:' .. stock.remaining
  else
    outcome = 'RESERVED'
    record = 'R|' .. ARGV[i + 2] .. times .. buyer
    records[id] = record
    new_records[#new_records + 1] = id
    new_records[#new_records + 1] = record
    reserved[#reserved + 1] = id
    reserved[#reserved + 1] = ARGV[i + 2] .. '|' .. buyer
    stock.remaining = stock.remaining - quantity
    stock.reserved = stock.reserved + quantity
    stock.taken = stock.taken + quantity
    if buyer ~= '' then
      held[buyer] = held[buyer] + quantity
      new_held[#new_held + 1] = buyer
      new_held[#new_held + 1] = held[buyer]
    end
  end
  outcomes[#outcomes + 1] = outcome
end

if #new_records > 0 then
  redis.call('HSET', RESERVATIONS, unpack(new_records))
  if #new_held > 0 then redis.call('HSET', BUYERS, unpack(new_held)) end
  move('RESERVED', 'due_ms', due_ms, 'amount_minor', stock.amount_minor, unpack(reserved))
  save()
end
return reply(due_ms, table.concat(outcomes, '\n'))
