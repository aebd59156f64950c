-- Raised by whoever rebuilds a sale that the ledger has lost, before anything else: an epoch later than all there were. What a
-- writer has read before it is refused, because it may never have happened.
ALTER TABLE progress ADD COLUMN fence bigint NOT NULL DEFAULT 0;
