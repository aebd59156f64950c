-- The ledger of record. Written by the room `order` alone, from the movements of the sales in the order they happened; what
-- each constraint refuses would be a flaw of the writer or of the ledger, never of a buyer.

-- A sale as its movements have left it. What never changes once a sale is created is guarded below.
CREATE TABLE sales (
    sale            text        PRIMARY KEY CHECK (sale ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    capacity        bigint      NOT NULL CHECK (capacity > 0),
    amount_minor    bigint      NOT NULL CHECK (amount_minor >= 0),
    currency        text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    opens_at        timestamptz NOT NULL,
    closes_at       timestamptz CHECK (closes_at > opens_at),
    hold_ms         bigint      NOT NULL CHECK (hold_ms > 0),
    limit_per_buyer integer     NOT NULL CHECK (limit_per_buyer > 0),
    state           text        NOT NULL CHECK (state IN ('OPEN', 'PAUSED', 'CLOSED', 'ARCHIVED')),
    created_at      timestamptz NOT NULL
);

-- How far each sale's movements are written. Whoever writes moves it, in the transaction of what it writes, from where it
-- found it: a writer that was overtaken meanwhile changes no row here and so writes nothing at all.
CREATE TABLE progress (
    sale        text        PRIMARY KEY CHECK (sale ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    epoch       bigint      NOT NULL CHECK (epoch >= 0),
    seq         bigint      NOT NULL CHECK (seq >= 0),
    -- of the last movement, by the sale's clock
    at          timestamptz,
    -- who writes it now, while that node's heart beats
    writer      text,
    -- movements of a reservation, or of the sale itself, that wait in kept_aside
    aside       bigint      NOT NULL DEFAULT 0 CHECK (aside >= 0),
    -- set when the sale left the ledger with every movement written
    finished_at timestamptz
);
-- It changes with every batch: the room lets it change in place.
ALTER TABLE progress SET (fillfactor = 50);

-- The nodes that write, each alive until then by this database's clock.
CREATE TABLE writers (
    writer      text        PRIMARY KEY,
    alive_until timestamptz NOT NULL
);

-- Every movement, as it stands in the ledger's stream.
CREATE TABLE movements (
    sale  text   NOT NULL,
    epoch bigint NOT NULL CHECK (epoch > 0),
    seq   bigint NOT NULL CHECK (seq > 0),
    kind  text   NOT NULL,
    -- {"fields": {name: value}, "parts": [[reservation, text]]}; json, not jsonb, which would refuse some texts
    body  json   NOT NULL,
    PRIMARY KEY (sale, epoch, seq)
);

-- The durable row behind a reservation.
CREATE TABLE orders (
    sale         text        NOT NULL REFERENCES sales,
    reservation  text        NOT NULL CHECK (reservation ~ '^[A-Za-z0-9_-]{22}$'),
    -- '' where nobody's
    buyer        text        NOT NULL,
    -- in tickets; 0 is a cancellation that came before its reservation
    quantity     integer     NOT NULL CHECK (quantity >= 0),
    -- of one ticket, as it was when reserved
    amount_minor bigint      NOT NULL CHECK (amount_minor >= 0),
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status       text        NOT NULL CHECK (status IN ('RESERVED', 'PAID', 'CANCELLED', 'EXPIRED', 'REFUNDED')),
    reserved_at  timestamptz,
    due_at       timestamptz,
    ended_at     timestamptz,
    -- what lists go by; it never changes
    began_at     timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(reserved_at, ended_at)) STORED,
    -- of its last movement
    epoch        bigint      NOT NULL CHECK (epoch > 0),
    seq          bigint      NOT NULL CHECK (seq > 0),
    PRIMARY KEY (sale, reservation),
    CONSTRAINT orders_ended CHECK ((status IN ('RESERVED', 'PAID')) = (ended_at IS NULL)),
    CONSTRAINT orders_reserved CHECK (CASE WHEN quantity = 0
        THEN status = 'CANCELLED' AND reserved_at IS NULL AND due_at IS NULL
        ELSE reserved_at IS NOT NULL AND due_at > reserved_at END)
);
-- For what is searched, and no more: each costs every order. Those of one movement began at once, and are sorted when found.
CREATE INDEX orders_of_a_buyer ON orders (buyer, began_at) WHERE buyer <> '';
CREATE INDEX orders_of_a_sale ON orders (sale, began_at);

-- What could not be written, by its place in the order; what follows it for the same reservation waits behind it. The
-- movement itself is in movements. Reservation '' is the sale itself.
CREATE TABLE kept_aside (
    sale        text        NOT NULL,
    epoch       bigint      NOT NULL,
    seq         bigint      NOT NULL,
    reservation text        NOT NULL,
    reason      text        NOT NULL,
    kept_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (sale, epoch, seq, reservation),
    FOREIGN KEY (sale, epoch, seq) REFERENCES movements
);
CREATE INDEX kept_aside_of_a_reservation ON kept_aside (sale, reservation, epoch, seq);

-- What operators did, for ever. What they do to a sale in the ledger is a movement, and comes here with it: once, and in order.
CREATE TABLE operator_actions (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    operator text        NOT NULL CHECK (operator <> ''),
    action   text        NOT NULL CHECK (action <> ''),
    sale     text,
    detail   text        NOT NULL DEFAULT '',
    -- of the movement, where it was one
    epoch    bigint,
    seq      bigint,
    UNIQUE (sale, epoch, seq)
);
CREATE INDEX operator_actions_on_a_sale ON operator_actions (sale, id);
CREATE INDEX operator_actions_of_an_operator ON operator_actions (operator, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER sales_stay_what_they_are BEFORE UPDATE ON sales FOR EACH ROW
    WHEN (OLD.state = 'ARCHIVED'
        OR (OLD.state = 'CLOSED' AND NEW.state NOT IN ('CLOSED', 'ARCHIVED'))
        OR NEW.capacity < OLD.capacity
        OR (OLD.sale, OLD.name, OLD.amount_minor, OLD.currency, OLD.opens_at, OLD.closes_at, OLD.hold_ms,
                OLD.limit_per_buyer, OLD.created_at)
            IS DISTINCT FROM (NEW.sale, NEW.name, NEW.amount_minor, NEW.currency, NEW.opens_at, NEW.closes_at, NEW.hold_ms,
                NEW.limit_per_buyer, NEW.created_at))
    EXECUTE FUNCTION refuse_change('a sale is closed once, grows only, and keeps its definition');

-- RESERVED → PAID → REFUNDED, RESERVED → CANCELLED, RESERVED → EXPIRED, each by a later movement than the last.
CREATE TRIGGER orders_end_once BEFORE UPDATE ON orders FOR EACH ROW
    WHEN ((NEW.epoch, NEW.seq) <= (OLD.epoch, OLD.seq)
        OR NOT (OLD.status = NEW.status AND OLD.status IN ('RESERVED', 'PAID')
            OR (OLD.status = 'RESERVED' AND NEW.status IN ('PAID', 'CANCELLED', 'EXPIRED'))
            OR (OLD.status = 'PAID' AND NEW.status = 'REFUNDED'))
        OR (OLD.sale, OLD.reservation, OLD.buyer, OLD.quantity, OLD.amount_minor, OLD.currency, OLD.reserved_at)
            IS DISTINCT FROM (NEW.sale, NEW.reservation, NEW.buyer, NEW.quantity, NEW.amount_minor, NEW.currency,
                NEW.reserved_at))
    EXECUTE FUNCTION refuse_change('an order ends once, by a later movement, and keeps what was agreed');

CREATE TRIGGER movements_stay BEFORE UPDATE ON movements FOR EACH ROW
    EXECUTE FUNCTION refuse_change('history stays');
CREATE TRIGGER progress_goes_forward BEFORE UPDATE ON progress FOR EACH ROW
    WHEN ((NEW.epoch, NEW.seq) < (OLD.epoch, OLD.seq))
    EXECUTE FUNCTION refuse_change('progress goes forward');
CREATE TRIGGER operator_actions_stay BEFORE UPDATE OR DELETE ON operator_actions FOR EACH ROW
    EXECUTE FUNCTION refuse_change('what operators did stays');
