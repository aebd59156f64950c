-- Extends a reservation's due date, once, because its payment begins: it is held a whole hold time again, from now on.
-- Atomic; a second time changes nothing.
-- KEYS     3 reservations (hash)
-- ARGV     1 reservation id  2 buyer
-- RETURNS  EXTENDED:record | ALREADY_EXTENDED:record | ALREADY_ENDED:record | NOT_FOUND
-- KEEPS    remaining + returning + reserved + sold = capacity

local id, buyer = ARGV[1], ARGV[2]
local closed = enter()
if closed then return closed end

local record = redis.call('HGET', KEYS[3], id)
local status, quantity, reserved_at, held, owner = string.match(record or '', '^(%u)|(%d+)|(%d+)|(%d+)|(.*)$')
if owner ~= buyer then return reply('NOT_FOUND') end
if status ~= 'R' then return reply('ALREADY_ENDED:' .. record) end
if tonumber(held) > stock.hold_ms then return reply('ALREADY_EXTENDED:' .. record) end
local due_ms = stock.now_ms + stock.hold_ms
-- Reserved a moment ago it is due just then already.
if due_ms == reserved_at + held then return reply('EXTENDED:' .. record) end

record = 'R|' .. quantity .. '|' .. reserved_at .. '|' .. due_ms - reserved_at .. '|' .. buyer
redis.call('HSET', KEYS[3], id, record)
-- As RESERVED, and in the order of due among those: expire.lua finds it here.
move('EXTENDED', 'due_ms', due_ms, 'amount_minor', stock.amount_minor, id, quantity .. '|' .. buyer)
save()
return reply('EXTENDED:' .. record)
