-- Adopts a sale on this server after a restart or a promotion, unless it has less than a node has already seen.
-- The first to ask only begins the wait, so that every node can say how far it has seen; whoever asks after it adopts.
-- A new epoch begins, so requests accepted before find their stamp stale. Of a sale that nodes have seen and that is not there
-- a stub is left, for what they say: it is rebuilt from that and from what is written elsewhere.
-- ARGV     1 epoch and 2 seq of the last kept movement the asking node knows of (0, 0 if none)  3 taken (tickets) by then
--          (-1 if it has not seen)  4 wait (ms)
--          5 no epoch before this begins (0 if any may)
-- RETURNS  ADOPTED | WAITING | LOST:epoch-seq (what the nodes have seen) | NO_SALE
local known_epoch, known_seq, known_taken = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait_ms, fence = tonumber(ARGV[4]), tonumber(ARGV[5])
local values = redis.call('HMGET', STOCK, 'state', 'run_id', 'epoch', 'seq', 'now_ms',
  'asked_run_id', 'asked_at_ms', 'known_epoch', 'known_seq', 'known_taken')
if values[1] == 'ARCHIVED' or (not values[1] and known_seq == 0) then return {'NO_SALE'} end
local here = run_id()
if values[2] == here then return {'ADOPTED'} end
if not values[1] then redis.call('HSET', STOCK, 'state', 'LOST', 'run_id', 'lost') end
local epoch, seq, now_ms = tonumber(values[3]) or 0, tonumber(values[4]) or 0, clock(tonumber(values[5]) or 0)

local asked_at_ms = values[6] == here and tonumber(values[7]) or now_ms
-- What was seen once has happened, and stays so.
known_taken = math.max(known_taken, tonumber(values[10]) or -1)
local before_epoch, before_seq = tonumber(values[8]) or 0, tonumber(values[9]) or 0
if before_epoch > known_epoch or (before_epoch == known_epoch and before_seq > known_seq) then
  known_epoch, known_seq = before_epoch, before_seq
end
redis.call('HSET', STOCK, 'asked_run_id', here, 'asked_at_ms', asked_at_ms, 'known_epoch', known_epoch,
  'known_seq', known_seq, 'known_taken', known_taken, 'now_ms', now_ms)
-- What a rebuild has left half done is not whole, whatever it has reached.
if epoch < known_epoch or (epoch == known_epoch and seq < known_seq) or string.sub(values[2] or 'lost', 1, 4) == 'lost' then
  return {'LOST:' .. known_epoch .. '-' .. known_seq}
end
if now_ms - asked_at_ms < wait_ms then return {'WAITING'} end

stock = {epoch = math.max(epoch + 1, fence), seq = seq, now_ms = now_ms}
move('ADOPTED', 'run_id', here)
redis.call('HSET', STOCK, 'run_id', here, 'epoch', stock.epoch, 'seq', stock.seq)
return {'ADOPTED'}
