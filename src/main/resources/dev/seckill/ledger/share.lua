-- Grants a node its share of what is left and renews its lease; forgets the shares of nodes whose lease has ended.
-- A share is a permission to ask, not tickets: nothing is ever added to the stock for it, and the shares of all nodes
-- together may exceed what is left.
-- KEYS     3 shares (hash: node → "weight:lease end (ms):tickets")
-- ARGV     1 node  2 weight  3 lease (ms)  4 tickets asked for at least  5 buffer (percent on top of the share)
-- RETURNS  tickets granted, weight of all nodes with a lease, number of those nodes
local SHARES = KEYS[3]
local node, weight, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local asked, buffer = tonumber(ARGV[4]), tonumber(ARGV[5])
local closed = enter()
if closed then return closed end

local total, nodes = weight, 1
local shares = redis.call('HGETALL', SHARES)
for i = 1, #shares, 2 do
  local other, until_ms = string.match(shares[i + 1], '^(%d+):(%d+):')
  if shares[i] ~= node then
    if tonumber(until_ms) < stock.now_ms then
      redis.call('HDEL', SHARES, shares[i])
    else
      total, nodes = total + tonumber(other), nodes + 1
    end
  end
end

local tickets = math.floor(stock.remaining * weight * (100 + buffer) / (total * 100))
tickets = math.min(stock.remaining, math.max(tickets, asked, 1))
redis.call('HSET', SHARES, node, weight .. ':' .. (stock.now_ms + lease_ms) .. ':' .. tickets)
return reply(tickets, total, nodes)
