-- Changes a sale: its state, its capacity, or both. The wanted value, not a step, so a second time changes nothing.
-- Added tickets are treated like given-back ones.
-- ARGV     1 state (OPEN, PAUSED, CLOSED or '')  2 capacity (tickets or '')  3 operator ('' = nobody)
-- RETURNS  CHANGED | SALE_CLOSED (a closed sale changes no more) | CAPACITY_CUT:capacity (it can only grow)
-- KEEPS    remaining + returning + reserved + sold = capacity
local state, capacity, operator = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local closed = enter()
if closed then return closed end

local changes_state = state ~= '' and state ~= stock.state
local changes_capacity = capacity and capacity ~= stock.capacity
if stock.state == 'CLOSED' and (changes_state or changes_capacity) then return reply('SALE_CLOSED') end
if changes_capacity and capacity < stock.capacity then return reply('CAPACITY_CUT:' .. stock.capacity) end
if changes_state then
  redis.call('HSET', STOCK, 'state', state)
  move('STATE_CHANGED', 'state', state, 'operator', operator)
end
if changes_capacity then
  local added = capacity - stock.capacity
  stock.capacity = capacity
  move('CAPACITY_ADDED', 'quantity', added, 'to', give_back(added), 'operator', operator)
end
if changes_state or changes_capacity then save() end
return reply('CHANGED')
