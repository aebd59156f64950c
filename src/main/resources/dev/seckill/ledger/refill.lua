-- Appends movements that are written elsewhere to those of a sale that is being rebuilt.
-- ARGV     for each: its id, how many names and values it has, and these
-- RETURNS  REFILLED
local closed = take_stock()
if closed then return closed end
local i = 1
while i < #ARGV do
  local last = i + 1 + ARGV[i + 1]
  redis.call('XADD', MOVEMENTS, ARGV[i], unpack(ARGV, i + 2, last))
  i = last + 1
end
return reply('REFILLED')
