-- What payments do to orders.
ALTER TABLE orders
    -- which payment bought it
    ADD COLUMN payment  text CHECK (payment ~ '^[A-Za-z0-9_-]{22}$'),
    -- the reservation that had expired when this was bought instead of it, born paid
    ADD COLUMN succeeds text CHECK (succeeds ~ '^[A-Za-z0-9_-]{22}$'),
    -- tickets of it that were given back for money
    ADD COLUMN refunded integer NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND quantity),
    ADD CONSTRAINT orders_paid CHECK ((status IN ('PAID', 'REFUNDED')) = (payment IS NOT NULL)),
    ADD CONSTRAINT orders_refunded CHECK (CASE status
        WHEN 'REFUNDED' THEN refunded = quantity AND quantity > 0
        WHEN 'PAID' THEN refunded < quantity
        ELSE refunded = 0 END),
    ADD CONSTRAINT orders_succeed CHECK (succeeds IS NULL OR payment IS NOT NULL);
-- One payment buys one order.
CREATE UNIQUE INDEX orders_of_a_payment ON orders (payment) WHERE payment IS NOT NULL;

DROP TRIGGER orders_end_once ON orders;
CREATE TRIGGER orders_end_once BEFORE UPDATE ON orders FOR EACH ROW
    WHEN ((NEW.epoch, NEW.seq) <= (OLD.epoch, OLD.seq)
        OR NOT (OLD.status = NEW.status AND OLD.status IN ('RESERVED', 'PAID')
            OR (OLD.status = 'RESERVED' AND NEW.status IN ('PAID', 'CANCELLED', 'EXPIRED', 'REFUNDED'))
            OR (OLD.status = 'PAID' AND NEW.status = 'REFUNDED'))
        OR NEW.refunded < OLD.refunded
        OR (OLD.status = 'PAID' AND (NEW.payment IS DISTINCT FROM OLD.payment OR NEW.due_at IS DISTINCT FROM OLD.due_at))
        OR (OLD.sale, OLD.reservation, OLD.buyer, OLD.quantity, OLD.amount_minor, OLD.currency, OLD.reserved_at, OLD.succeeds)
            IS DISTINCT FROM (NEW.sale, NEW.reservation, NEW.buyer, NEW.quantity, NEW.amount_minor, NEW.currency,
                NEW.reserved_at, NEW.succeeds))
    EXECUTE FUNCTION refuse_change('an order ends once, by a later movement, and keeps what was agreed');
