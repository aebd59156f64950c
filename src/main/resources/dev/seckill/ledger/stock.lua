-- Stands before every other script: reads a sale's stock, and what all of them do with it.
-- KEYS     1 stock (hash)  2 movements (stream)
-- KEEPS    remaining + returning + reserved + sold = capacity
-- A script begins with look() (changes nothing) or enter() (first puts on sale what has rested long enough) and
-- hands on what they answer unless it is nil:
--          NO_SALE (unknown or archived) | RECOVERING (not the server this sale was adopted on) | CORRUPT (damaged)
-- and ends with reply(...): OK, epoch, seq, sellable, remaining, returning, restock (ms; 0 = nothing rests), now (ms),
--          rest (ms), taken (tickets ever, whatever became of them), then its own results.

local STOCK, MOVEMENTS = KEYS[1], KEYS[2]
local FIELDS = {'state', 'run_id', 'epoch', 'seq', 'sellable', 'capacity', 'remaining', 'returning', 'reserved', 'sold',
  'restock_at_ms', 'now_ms', 'opens_at_ms', 'closes_at_ms', 'hold_ms', 'limit_per_buyer', 'amount_minor', 'rest_ms',
  'expired_to', 'taken', 'owed', 'owed_until_ms'}
local stock = {}

-- The server's own name for this run of it. A promoted replica or a restarted server has another one.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end

-- By whom a sale must have been adopted for this script to act on it. A rebuild runs its scripts as somebody else.
local adopter = run_id

-- Redis time in ms, never before a time this sale has already seen.
local function clock(last_ms)
  local time = redis.call('TIME')
  return math.max(time[1] * 1000 + math.floor(time[2] / 1000), last_ms)
end

-- Reads the stock and looks at nothing but whose it is: what is left to a script that works on a stock whose sums are wrong.
local function take_stock()
  local values = redis.call('HMGET', STOCK, unpack(FIELDS))
  if not values[1] or values[1] == 'ARCHIVED' then return {'NO_SALE'} end
  if values[2] ~= adopter() then return {'RECOVERING'} end
  for i, field in ipairs(FIELDS) do
    if not values[i] then return {'CORRUPT'} end
    stock[field] = tonumber(values[i]) or values[i]
  end
  stock.state, stock.run_id = values[1], values[2]
  stock.now_ms = clock(stock.now_ms)
end

local function look()
  local closed = take_stock()
  if closed then return closed end
  if stock.remaining < 0 or stock.returning < 0 or stock.reserved < 0 or stock.sold < 0
    or stock.remaining + stock.returning + stock.reserved + stock.sold ~= stock.capacity then
    return {'CORRUPT'}
  end
  local expired_to = tonumber(string.match(stock.expired_to, '^%d+%-(%d+)$'))
  if not expired_to or expired_to > stock.seq then return {'CORRUPT'} end
end

local function save()
  redis.call('HSET', STOCK, 'seq', stock.seq, 'sellable', stock.sellable, 'capacity', stock.capacity,
    'remaining', stock.remaining, 'returning', stock.returning, 'reserved', stock.reserved, 'sold', stock.sold,
    'restock_at_ms', stock.restock_at_ms, 'now_ms', stock.now_ms, 'taken', stock.taken)
end

-- Appends a movement. Its id in the stream is <epoch>-<seq>, so a position is a count and a gap shows. First come the
-- fields that hold for all of it: movement, at_ms, and what else the caller names (due_ms, amount_minor: of one ticket, to:
-- where its tickets went, operator: who did it …). Then the reservations that moved, each once: a field named by the
-- reservation's id, whose 22 characters no other name has, with "quantity|buyer". A RESERVED, RESTORED or EXTENDED
-- movement stays until all in it has ended: expire.lua finds there what is due. One movement moves nothing: CORRECTED says that the stock's
-- numbers were changed past the scripts, what they were and are again (capacity|remaining|returning|reserved|sold), and how
-- that is known.
local function move(movement, ...)
  stock.seq = stock.seq + 1
  redis.call('XADD', MOVEMENTS, stock.epoch .. '-' .. stock.seq, 'movement', movement, 'at_ms', stock.now_ms, ...)
end

-- Gives tickets back and answers where to; the caller saves, and its movement tells it. Nobody was refused for want of
-- tickets under the stamp of now while as many remain as anybody may ask for: then they are on sale at once. Otherwise they
-- rest until no node can still be refusing on what it heard before; those that come back meanwhile go on sale with them.
-- Of those that rest as many stay as are owed: after a loss, to reservations that nobody knows any more, until the last of
-- them would have been due.
local function held_back()
  return stock.now_ms < stock.owed_until_ms and stock.owed or 0
end

local function give_back(tickets)
  if stock.remaining >= stock.limit_per_buyer then
    stock.remaining = stock.remaining + tickets
    return 'remaining'
  end
  local held, before = held_back(), stock.returning
  stock.returning = before + tickets
  if before <= held and stock.returning > held then stock.restock_at_ms = stock.now_ms + stock.rest_ms end
  return 'returning'
end

local function enter()
  local closed = look()
  if closed or stock.returning == 0 or stock.now_ms < stock.restock_at_ms then return closed end
  local held = math.min(held_back(), stock.returning)
  local tickets = stock.returning - held
  if tickets == 0 then return end
  stock.remaining, stock.returning = stock.remaining + tickets, held
  stock.restock_at_ms = held > 0 and stock.owed_until_ms or 0
  -- Requests accepted before find their stamp stale: their buyers may have been refused elsewhere meanwhile.
  stock.sellable = stock.sellable + 1
  move('RESTOCKED', 'quantity', tickets, 'sellable', stock.sellable)
  save()
end

local function reply(...)
  return {'OK', stock.epoch, stock.seq, stock.sellable, stock.remaining, stock.returning, stock.restock_at_ms,
    stock.now_ms, stock.rest_ms, stock.taken, ...}
end
