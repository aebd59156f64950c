-- Adopts a sale on this server after a restart or a promotion, unless it has less than a node has already seen.
-- A new epoch begins, so requests accepted before find their stamp stale.
-- ARGV     1 epoch and 2 seq of the last movement the asking node knows of (0, 0 if none)
-- RETURNS  ADOPTED | LOST:epoch-seq (where this server stands) | NO_SALE
local known_epoch, known_seq = tonumber(ARGV[1]), tonumber(ARGV[2])
local values = redis.call('HMGET', STOCK, 'state', 'run_id', 'epoch', 'seq', 'now_ms')
if not values[1] or values[1] == 'ARCHIVED' then return {'NO_SALE'} end
local epoch, seq = tonumber(values[3]), tonumber(values[4])
if values[2] == run_id() then return {'ADOPTED'} end
if epoch < known_epoch or (epoch == known_epoch and seq < known_seq) then return {'LOST:' .. epoch .. '-' .. seq} end
stock = {epoch = epoch + 1, seq = seq, now_ms = clock(tonumber(values[5]))}
move('ADOPTED', 'run_id', run_id())
redis.call('HSET', STOCK, 'run_id', run_id(), 'epoch', stock.epoch, 'seq', stock.seq, 'now_ms', stock.now_ms)
return {'ADOPTED'}
