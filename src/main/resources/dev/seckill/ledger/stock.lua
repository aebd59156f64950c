-- Stands before every other script: reads a sale's stock, and what all of them do with it.
-- KEYS     1 stock (hash)  2 movements (stream)  3 returning (sorted set: "version:tickets" by the end of its rest, ms)
-- KEEPS    remaining + returning + reserved + sold = capacity
-- A script begins with look() (changes nothing) or enter() (first puts on sale what has rested long enough) and
-- hands on what they answer unless it is nil:
--          NO_SALE (unknown or archived) | RECOVERING (not the server this sale was adopted on) | CORRUPT (sums wrong)
-- and ends with reply(...): OK, epoch, seq, version, sellable, remaining, returning, now (ms), rest (ms), then its own
--          results.

local STOCK, MOVEMENTS, RETURNING = KEYS[1], KEYS[2], KEYS[3]
local FIELDS = {'state', 'run_id', 'epoch', 'seq', 'version', 'sellable', 'capacity', 'remaining', 'returning',
  'reserved', 'sold', 'now_ms', 'opens_at_ms', 'closes_at_ms', 'hold_ms', 'limit_per_buyer', 'amount_minor', 'rest_ms'}
local stock = {}

-- The server's own name for this run of it. A promoted replica or a restarted server has another one.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end

-- Redis time in ms, never before a time this sale has already seen.
local function clock(last_ms)
  local time = redis.call('TIME')
  return math.max(time[1] * 1000 + math.floor(time[2] / 1000), last_ms)
end

local function look()
  local values = redis.call('HMGET', STOCK, unpack(FIELDS))
  if not values[1] or values[1] == 'ARCHIVED' then return {'NO_SALE'} end
  for i, field in ipairs(FIELDS) do stock[field] = tonumber(values[i]) or values[i] end
  stock.state, stock.run_id = values[1], values[2]
  if stock.run_id ~= run_id() then return {'RECOVERING'} end
  if stock.remaining < 0 or stock.returning < 0 or stock.reserved < 0 or stock.sold < 0
    or stock.remaining + stock.returning + stock.reserved + stock.sold ~= stock.capacity then
    return {'CORRUPT'}
  end
  stock.now_ms = clock(stock.now_ms)
end

local function save()
  redis.call('HSET', STOCK, 'seq', stock.seq, 'version', stock.version, 'sellable', stock.sellable,
    'capacity', stock.capacity, 'remaining', stock.remaining, 'returning', stock.returning,
    'reserved', stock.reserved, 'sold', stock.sold, 'now_ms', stock.now_ms)
end

-- Appends a movement. Its id in the stream is <epoch>-<seq>, so a position is a count and a gap shows.
local function move(movement, ...)
  stock.seq = stock.seq + 1
  redis.call('XADD', MOVEMENTS, stock.epoch .. '-' .. stock.seq, 'movement', movement, 'at_ms', stock.now_ms, ...)
end

-- Given-back tickets rest until no node can still be refusing on what it heard before. What comes back in one slot, half
-- a rest long, goes on sale together: each restock makes the stamps of all requests on their way stale. The caller saves,
-- and its movement tells the version.
local function put_to_rest(tickets)
  stock.returning = stock.returning + tickets
  stock.version = stock.version + 1
  local slot_ms = stock.rest_ms / 2
  local rested_ms = math.ceil((stock.now_ms + stock.rest_ms) / slot_ms) * slot_ms
  redis.call('ZADD', RETURNING, rested_ms, stock.version .. ':' .. tickets)
end

local function enter()
  local closed = look()
  if closed or stock.returning == 0 then return closed end
  local rested = redis.call('ZRANGEBYSCORE', RETURNING, '-inf', stock.now_ms, 'LIMIT', 0, 1000)
  if #rested == 0 then return nil end
  local tickets, sellable = 0, stock.sellable + 1
  for _, entry in ipairs(rested) do
    local version, count = string.match(entry, '^(%d+):(%d+)$')
    tickets = tickets + tonumber(count)
    sellable = math.max(sellable, tonumber(version))
  end
  redis.call('ZREM', RETURNING, unpack(rested))
  -- Higher each time, whatever order the versions of one millisecond come in.
  stock.sellable = sellable
  stock.returning = stock.returning - tickets
  stock.remaining = stock.remaining + tickets
  move('RESTOCKED', 'quantity', tickets, 'sellable', stock.sellable)
  save()
end

local function reply(...)
  return {'OK', stock.epoch, stock.seq, stock.version, stock.sellable, stock.remaining, stock.returning,
    stock.now_ms, stock.rest_ms, ...}
end
