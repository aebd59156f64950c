-- Names a page of the buyers who ever had a reservation. Whoever was there before the first page is in one of them.
-- KEYS     3 buyers (hash)
-- ARGV     1 cursor, 0 to begin  2 about how many
-- RETURNS  the next cursor, 0 at the end, then buyers
local closed = look()
if closed then return closed end
local page = redis.call('HSCAN', KEYS[3], ARGV[1], 'COUNT', ARGV[2])
local buyers = {}
for i = 1, #page[2], 2 do buyers[#buyers + 1] = page[2][i] end
return reply(tonumber(page[1]), unpack(buyers))
