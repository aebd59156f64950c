-- Adopts a sale on this server after a restart or a promotion, unless it has less than a node has already seen.
-- The first to ask only begins the wait, so that every node can say how far it has seen; whoever asks after it adopts.
-- A new epoch begins, so requests accepted before find their stamp stale.
-- ARGV     1 epoch and 2 seq of the last kept movement the asking node knows of (0, 0 if none)  3 wait (ms)
-- RETURNS  ADOPTED | WAITING | LOST:epoch-seq (what the nodes have seen) | NO_SALE
local known_epoch, known_seq, wait_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local values = redis.call('HMGET', STOCK, 'state', 'run_id', 'epoch', 'seq', 'now_ms',
  'asked_run_id', 'asked_at_ms', 'known_epoch', 'known_seq')
if not values[1] or values[1] == 'ARCHIVED' then return {'NO_SALE'} end
local here = run_id()
if values[2] == here then return {'ADOPTED'} end
local epoch, seq, now_ms = tonumber(values[3]), tonumber(values[4]), clock(tonumber(values[5]))

local asked_at_ms = now_ms
if values[6] == here then
  asked_at_ms = tonumber(values[7])
  local before_epoch, before_seq = tonumber(values[8]), tonumber(values[9])
  if before_epoch > known_epoch or (before_epoch == known_epoch and before_seq > known_seq) then
    known_epoch, known_seq = before_epoch, before_seq
  end
end
redis.call('HSET', STOCK, 'asked_run_id', here, 'asked_at_ms', asked_at_ms, 'known_epoch', known_epoch,
  'known_seq', known_seq, 'now_ms', now_ms)
if epoch < known_epoch or (epoch == known_epoch and seq < known_seq) then
  return {'LOST:' .. known_epoch .. '-' .. known_seq}
end
if now_ms - asked_at_ms < wait_ms then return {'WAITING'} end

stock = {epoch = epoch + 1, seq = seq, now_ms = now_ms}
move('ADOPTED', 'run_id', here)
redis.call('HSET', STOCK, 'run_id', here, 'epoch', stock.epoch, 'seq', stock.seq)
return {'ADOPTED'}
