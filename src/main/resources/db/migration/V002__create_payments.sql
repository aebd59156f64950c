-- What buyers pay with, and the money that goes back. Written by the room `payment`, but for the refunds, which the room `order`
-- adds from the movements of the sales.

-- A payment, from before its provider hears of it until the ledger has decided what it has bought.
CREATE TABLE payments (
    payment        text        PRIMARY KEY CHECK (payment ~ '^[A-Za-z0-9_-]{22}$'),
    -- what lists go by
    number         bigint      NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
    sale           text        NOT NULL,
    reservation    text        NOT NULL CHECK (reservation ~ '^[A-Za-z0-9_-]{22}$'),
    buyer          text        NOT NULL CHECK (buyer <> ''),
    quantity       integer     NOT NULL CHECK (quantity > 0),
    -- of all its tickets
    amount_minor   bigint      NOT NULL CHECK (amount_minor >= 0),
    currency       text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- what the provider said of it last, but that nothing comes after a success
    status         text        NOT NULL DEFAULT 'STARTED' CHECK (status IN ('STARTED', 'DECLINED', 'SUCCEEDED')),
    -- the provider's own name for it, and where the buyer pays; none before the provider has answered
    reference      text,
    pay_at         text,
    started_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- so long the buyer may pay
    pay_until      timestamptz NOT NULL,
    -- what the provider says that it took
    taken_minor    bigint,
    taken_currency text,
    -- by the ledger: the reservation that was bought, or why the money is due back
    decision       text        CHECK (decision IN ('CONFIRMED', 'REFUND_DUE')),
    bought         text,
    refund_reason  text,
    decided_at     timestamptz,
    -- nothing more is done before an operator has said what
    stuck          boolean     NOT NULL DEFAULT false,
    -- what went wrong last, or ''
    trouble        text        NOT NULL DEFAULT '',
    tries          integer     NOT NULL DEFAULT 0,
    -- when the timer comes back to it; null: never
    next_try_at    timestamptz,
    CONSTRAINT payments_taken CHECK ((status = 'SUCCEEDED') = (taken_minor IS NOT NULL AND taken_currency IS NOT NULL)),
    CONSTRAINT payments_decided CHECK (CASE decision
        WHEN 'CONFIRMED' THEN status = 'SUCCEEDED' AND bought IS NOT NULL AND refund_reason IS NULL
        WHEN 'REFUND_DUE' THEN status = 'SUCCEEDED' AND bought IS NULL AND refund_reason IS NOT NULL
        ELSE bought IS NULL AND refund_reason IS NULL END)
);
CREATE INDEX payments_of_a_reservation ON payments (sale, reservation, number);
CREATE INDEX payments_of_a_sale ON payments (sale, number);
CREATE INDEX payments_in_a_state ON payments (status, number);
CREATE INDEX payments_to_try ON payments (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX payments_stuck ON payments (number) WHERE stuck;

-- What the provider has said by calling back, for ever, as it was signed.
CREATE TABLE payment_events (
    event       text        PRIMARY KEY CHECK (length(event) BETWEEN 1 AND 200),
    payment     text        NOT NULL REFERENCES payments,
    said        text        NOT NULL,
    body        text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- when all that follows from it was done; only then the provider hears that it was received
    done_at     timestamptz
);

-- Money that goes back.
CREATE TABLE refunds (
    refund       text        PRIMARY KEY CHECK (refund ~ '^[A-Za-z0-9_-]{22}$'),
    payment      text        NOT NULL CHECK (payment ~ '^[A-Za-z0-9_-]{22}$'),
    sale         text        NOT NULL,
    reservation  text        NOT NULL,
    -- that were given back for it; 0 where the payment had bought none
    tickets      integer     NOT NULL CHECK (tickets >= 0),
    amount_minor bigint      NOT NULL CHECK (amount_minor >= 0),
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    reason       text        NOT NULL,
    -- who wanted it, if anybody did
    operator     text,
    due_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- STUCK: the provider refuses it, or was asked too often in vain
    state        text        NOT NULL DEFAULT 'DUE' CHECK (state IN ('DUE', 'DONE', 'STUCK')),
    done_at      timestamptz,
    trouble      text        NOT NULL DEFAULT '',
    tries        integer     NOT NULL DEFAULT 0,
    next_try_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- of the movement that made it due, where it was one
    epoch        bigint,
    seq          bigint,
    CONSTRAINT refunds_done CHECK ((state = 'DONE') = (done_at IS NOT NULL))
);
CREATE INDEX refunds_of_a_payment ON refunds (payment);
CREATE INDEX refunds_to_try ON refunds (next_try_at) WHERE state = 'DUE';
CREATE INDEX refunds_stuck ON refunds (payment) WHERE state = 'STUCK';

CREATE TRIGGER payments_stay_what_they_are BEFORE UPDATE ON payments FOR EACH ROW
    WHEN ((OLD.payment, OLD.sale, OLD.reservation, OLD.buyer, OLD.quantity, OLD.amount_minor, OLD.currency, OLD.started_at)
            IS DISTINCT FROM (NEW.payment, NEW.sale, NEW.reservation, NEW.buyer, NEW.quantity, NEW.amount_minor, NEW.currency,
                NEW.started_at)
        OR NOT (OLD.status = NEW.status
            OR (OLD.status = 'STARTED' AND NEW.status IN ('DECLINED', 'SUCCEEDED'))
            OR (OLD.status = 'DECLINED' AND NEW.status = 'SUCCEEDED'))
        OR (OLD.taken_minor IS NOT NULL AND (OLD.taken_minor, OLD.taken_currency)
            IS DISTINCT FROM (NEW.taken_minor, NEW.taken_currency))
        OR (OLD.decision IS NOT NULL AND (OLD.decision, OLD.bought, OLD.refund_reason)
            IS DISTINCT FROM (NEW.decision, NEW.bought, NEW.refund_reason)))
    EXECUTE FUNCTION refuse_change('a success stays one, and is decided once');
CREATE TRIGGER payment_events_stay BEFORE UPDATE OR DELETE ON payment_events FOR EACH ROW
    WHEN (OLD.done_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change('what was done stays');
CREATE TRIGGER refunds_stay_what_they_are BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN (OLD.state = 'DONE'
        OR (OLD.refund, OLD.payment, OLD.sale, OLD.reservation, OLD.tickets, OLD.amount_minor, OLD.currency)
            IS DISTINCT FROM (NEW.refund, NEW.payment, NEW.sale, NEW.reservation, NEW.tickets, NEW.amount_minor, NEW.currency))
    EXECUTE FUNCTION refuse_change('money goes back once, and as it was due');

-- The sandbox, a provider of pretended money: empty wherever payments are real. What it says of a payment follows from these
-- rows and the time alone.
CREATE TABLE sandbox_payments (
    payment      text        PRIMARY KEY,
    reference    text        NOT NULL UNIQUE,
    amount_minor bigint      NOT NULL,
    currency     text        NOT NULL,
    what         text        NOT NULL,
    return_to    text        NOT NULL,
    pay_until    timestamptz NOT NULL,
    -- typed by the buyer, and what comes of it from when on
    card         text,
    succeeds     boolean,
    settles_at   timestamptz,
    CONSTRAINT sandbox_payments_settle CHECK ((card IS NULL) = (succeeds IS NULL) AND (card IS NULL) = (settles_at IS NULL))
);

-- The calls back that it owes.
CREATE TABLE sandbox_calls (
    call    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event   text        NOT NULL,
    body    text        NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries   integer     NOT NULL DEFAULT 0,
    heard   boolean     NOT NULL DEFAULT false
);
CREATE INDEX sandbox_calls_to_make ON sandbox_calls (next_try_at) WHERE NOT heard;

CREATE TABLE sandbox_refunds (
    refund       text        PRIMARY KEY,
    payment      text        NOT NULL REFERENCES sandbox_payments,
    amount_minor bigint      NOT NULL
);
