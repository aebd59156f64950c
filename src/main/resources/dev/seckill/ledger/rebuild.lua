-- Begins to rebuild a sale that was lost. From now on it is this rebuild's: until it ends nobody else's script acts on the sale.
-- What its movements have made goes, to be made of them again; they stay, and so does what nodes say they have seen.
-- KEYS     3 reservations  4 buyers  5 shares  6 payments
-- ARGV     1 epoch that begins with the rebuild  2 as whom it runs scripts  3 1 if its movements go too
-- RETURNS  BEGUN | ADOPTED (it was not lost) | OVERTAKEN:epoch (another rebuild began later) | ARCHIVED
local epoch, as, from_nothing = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1'
local values = redis.call('HMGET', STOCK, 'state', 'run_id', 'rebuilt_in', 'known_epoch', 'known_seq', 'known_taken')
if values[1] == 'ARCHIVED' then return {'ARCHIVED'} end
if values[2] == run_id() then return {'ADOPTED'} end
local rebuilt_in = tonumber(values[3]) or 0
if rebuilt_in > epoch then return {'OVERTAKEN:' .. rebuilt_in} end
if from_nothing then redis.call('UNLINK', MOVEMENTS) end
redis.call('UNLINK', STOCK, KEYS[3], KEYS[4], KEYS[5], KEYS[6])
for _, field in ipairs(FIELDS) do redis.call('HSET', STOCK, field, 0) end
redis.call('HSET', STOCK, 'state', 'LOST', 'run_id', as, 'rebuilt_in', epoch, 'sellable', 1, 'expired_to', '0-0',
  'known_epoch', values[4] or 0, 'known_seq', values[5] or 0, 'known_taken', values[6] or -1)
return {'BEGUN'}
