-- Forgets the share of a node that stops, so that the others' parts grow without waiting for its lease to end.
-- KEYS     3 shares (hash)
-- ARGV     1 node
-- RETURNS  LEFT
local closed = look()
if closed then return closed end
redis.call('HDEL', KEYS[3], ARGV[1])
return reply('LEFT')
