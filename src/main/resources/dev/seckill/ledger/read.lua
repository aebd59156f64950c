-- Notes how far a sale's movements were read, to be kept elsewhere. It writes, so that whoever waits for replicas after it
-- knows that they have all up to there: what a promotion could lose must not be kept elsewhere already. Of a damaged stock too,
-- because what corrects it has to read.
-- ARGV     1 epoch and 2 seq of the last movement read
-- RETURNS  READ
local closed = take_stock()
if closed then return closed end
redis.call('HSET', STOCK, 'read_to', ARGV[1] .. '-' .. ARGV[2])
return reply('READ')
