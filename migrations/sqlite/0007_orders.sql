-- What people buy, how they pay for it, and the book that says what was paid.
-- Amounts are whole numbers of minor units of a currency (ISO 4217).

CREATE TABLE orders (
    id             BLOB    NOT NULL PRIMARY KEY, -- UUIDv7: the order of the ids is the order of time
    reference      TEXT    NOT NULL UNIQUE,      -- what people call it
    customer_id    BLOB    NOT NULL REFERENCES users (id),
    state          TEXT    NOT NULL CHECK (state IN ('placed', 'paid', 'partly_refunded', 'refunded', 'cancelled')),
    currency       TEXT    NOT NULL CHECK (length(currency) = 3),
    total_minor    INTEGER NOT NULL CHECK (total_minor > 0 AND total_minor <= 999999999999),
    captured_minor INTEGER NOT NULL DEFAULT 0 CHECK (captured_minor IN (0, total_minor)),
    refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0 AND refunded_minor <= captured_minor),
    note           TEXT    NOT NULL,
    placed_at      INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1,
    -- The state is what the money says.
    CHECK ((state IN ('placed', 'cancelled')) = (captured_minor = 0)),
    CHECK ((state = 'refunded') = (captured_minor > 0 AND refunded_minor = captured_minor)),
    CHECK ((state = 'partly_refunded') = (refunded_minor > 0 AND refunded_minor < captured_minor))
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_by_state          ON orders (state, id);
CREATE INDEX orders_by_customer       ON orders (customer_id, id);
CREATE INDEX orders_by_customer_state ON orders (customer_id, state, id);
CREATE INDEX orders_by_total          ON orders (currency, total_minor, id);
-- Most are paid. That neither of these two is usable for all orders keeps the planner from trying.
CREATE INDEX orders_paid_by_total     ON orders (currency, total_minor, id) WHERE state = 'paid';
CREATE INDEX orders_apart_by_total    ON orders (state, currency, total_minor, id) WHERE state <> 'paid';

CREATE TRIGGER orders_forward BEFORE UPDATE OF state ON orders
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN
    ('placed>paid', 'placed>cancelled', 'paid>partly_refunded', 'paid>refunded', 'partly_refunded>refunded')
BEGIN
    SELECT RAISE(ABORT, 'an order does not go from this state to that');
END;

CREATE TABLE order_lines (
    order_id    BLOB    NOT NULL REFERENCES orders (id),
    position    INTEGER NOT NULL,
    description TEXT    NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    unit_minor  INTEGER NOT NULL CHECK (unit_minor >= 0),
    PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;

-- One try each to pay an order. The row is there before the gateway is asked.
CREATE TABLE payments (
    id                BLOB    NOT NULL PRIMARY KEY, -- the gateway's idempotency key
    order_id          BLOB    NOT NULL REFERENCES orders (id),
    state             TEXT    NOT NULL
        CHECK (state IN ('pending', 'unknown', 'confirmation_required', 'succeeded', 'failed')),
    currency          TEXT    NOT NULL CHECK (length(currency) = 3),
    amount_minor      INTEGER NOT NULL CHECK (amount_minor > 0),
    reserved_minor    INTEGER NOT NULL DEFAULT 0, -- refunds that were made, are under way or may be approved
    refunded_minor    INTEGER NOT NULL DEFAULT 0,
    method            TEXT    NOT NULL,           -- the gateway's token
    gateway           TEXT    NOT NULL,
    gateway_reference TEXT,
    failure           TEXT,                       -- JSON
    confirmation_url  TEXT,
    is_surplus        INTEGER NOT NULL DEFAULT 0 CHECK (is_surplus IN (0, 1)),
    cancel_asked_at   INTEGER,
    attempts          INTEGER NOT NULL DEFAULT 0, -- how often the gateway was asked
    charges           INTEGER NOT NULL DEFAULT 0, -- how often it was asked to charge
    asked_at          INTEGER,                    -- when that was the first time
    asking_at         INTEGER,                    -- it is being asked; that the answer is missing here says so
    settle_at         INTEGER,                    -- when it is to be looked after, while it is open
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    version           INTEGER NOT NULL DEFAULT 1,
    CHECK (refunded_minor >= 0 AND refunded_minor <= reserved_minor AND reserved_minor <= amount_minor),
    CHECK (reserved_minor = 0 OR state = 'succeeded'),
    CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CHECK ((state IN ('succeeded', 'failed')) = (settle_at IS NULL))
) STRICT, WITHOUT ROWID;

-- An order has one payment at a time that is under way or has succeeded: it cannot be paid twice.
CREATE UNIQUE INDEX payments_current ON payments (order_id) WHERE state <> 'failed' AND is_surplus = 0;
CREATE UNIQUE INDEX payments_by_gateway_reference ON payments (gateway, gateway_reference)
    WHERE gateway_reference IS NOT NULL;
CREATE INDEX payments_to_settle ON payments (settle_at, id) WHERE settle_at IS NOT NULL;
CREATE INDEX payments_surplus ON payments (id) WHERE is_surplus = 1 AND reserved_minor < amount_minor;
CREATE INDEX payments_by_state ON payments (state, id);
CREATE INDEX payments_by_order ON payments (order_id, id);

CREATE TRIGGER payments_forward BEFORE UPDATE OF state ON payments
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN
    ('pending>unknown', 'pending>confirmation_required', 'pending>succeeded', 'pending>failed',
     'unknown>confirmation_required', 'unknown>succeeded', 'unknown>failed', 'confirmation_required>unknown',
     'confirmation_required>succeeded', 'confirmation_required>failed', 'failed>succeeded')
BEGIN
    SELECT RAISE(ABORT, 'a payment does not go from this state to that');
END;

-- What the gateway was asked, and what it said.
CREATE TABLE payment_attempts (
    payment_id  BLOB    NOT NULL REFERENCES payments (id),
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    asked       TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (payment_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE refunds (
    id                BLOB    NOT NULL PRIMARY KEY, -- the gateway's idempotency key
    payment_id        BLOB    NOT NULL REFERENCES payments (id),
    order_id          BLOB    NOT NULL REFERENCES orders (id),
    state             TEXT    NOT NULL
        CHECK (state IN ('awaiting_approval', 'pending', 'unknown', 'succeeded', 'failed', 'rejected')),
    currency          TEXT    NOT NULL CHECK (length(currency) = 3),
    amount_minor      INTEGER NOT NULL CHECK (amount_minor > 0),
    reason            TEXT    NOT NULL,
    requested_by      BLOB,
    requested_label   TEXT    NOT NULL,
    decided_by        BLOB,
    decided_label     TEXT,
    gateway_reference TEXT,
    failure           TEXT,
    asked_at          INTEGER,
    settle_at         INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    version           INTEGER NOT NULL DEFAULT 1,
    CHECK ((state IN ('pending', 'unknown')) = (settle_at IS NOT NULL)),
    CHECK (decided_by IS NULL OR requested_by IS NULL OR decided_by <> requested_by)
) STRICT, WITHOUT ROWID;

CREATE INDEX refunds_to_settle ON refunds (settle_at, id) WHERE settle_at IS NOT NULL;
CREATE INDEX refunds_by_state ON refunds (state, id);
CREATE INDEX refunds_by_order ON refunds (order_id, id);
CREATE INDEX refunds_by_payment ON refunds (payment_id, id);

CREATE TRIGGER refunds_forward BEFORE UPDATE OF state ON refunds
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN
    ('awaiting_approval>pending', 'awaiting_approval>rejected', 'pending>unknown', 'pending>succeeded',
     'pending>failed', 'unknown>succeeded', 'unknown>failed')
BEGIN
    SELECT RAISE(ABORT, 'a refund does not go from this state to that');
END;

-- The ledger: an entry for each capture and each refund, of two postings that cancel each other out.
CREATE TABLE ledger_entries (
    id         BLOB    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('capture', 'refund')),
    gateway    TEXT    NOT NULL, -- where the money is
    payment_id BLOB    NOT NULL REFERENCES payments (id),
    refund_id  BLOB    REFERENCES refunds (id),
    at         INTEGER NOT NULL,
    CHECK ((kind = 'refund') = (refund_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- A payment is captured once, a refund is paid once.
CREATE UNIQUE INDEX ledger_captures ON ledger_entries (payment_id) WHERE kind = 'capture';
CREATE UNIQUE INDEX ledger_refunds  ON ledger_entries (refund_id)  WHERE kind = 'refund';
CREATE INDEX ledger_entries_by_payment ON ledger_entries (payment_id, id);

CREATE TABLE ledger_postings (
    entry_id BLOB    NOT NULL REFERENCES ledger_entries (id),
    account  TEXT    NOT NULL CHECK (account IN ('gateway', 'sales')),
    currency TEXT    NOT NULL CHECK (length(currency) = 3),
    minor    INTEGER NOT NULL CHECK (minor <> 0),
    PRIMARY KEY (entry_id, account)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ledger_entries_keep BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is not rewritten'); END;
CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is not rewritten'); END;
CREATE TRIGGER ledger_postings_keep BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is not rewritten'); END;
CREATE TRIGGER ledger_postings_stay BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is not rewritten'); END;

-- What came in and went back, summed up as it happens. A day has several rows, so that those who
-- write at the same time seldom wait for one another.
CREATE TABLE revenue_days (
    day            INTEGER NOT NULL, -- since 1970-01-01, UTC
    currency       TEXT    NOT NULL CHECK (length(currency) = 3),
    slot           INTEGER NOT NULL,
    captures       INTEGER NOT NULL DEFAULT 0,
    captured_minor INTEGER NOT NULL DEFAULT 0,
    refunds        INTEGER NOT NULL DEFAULT 0,
    refunded_minor INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, currency, slot)
) STRICT, WITHOUT ROWID;

-- The other side of the sandbox gateway: what it has charged. Nothing else reads or writes it.
CREATE TABLE sandbox_charges (
    payment_id     BLOB    NOT NULL PRIMARY KEY,
    method         TEXT    NOT NULL,
    currency       TEXT    NOT NULL,
    amount_minor   INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('waiting', 'charged', 'declined', 'cancelled')),
    asked          INTEGER NOT NULL DEFAULT 1, -- how often it was asked to charge
    refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor <= amount_minor),
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sandbox_refunds (
    refund_id    BLOB    NOT NULL PRIMARY KEY,
    payment_id   BLOB    NOT NULL REFERENCES sandbox_charges (payment_id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    state        TEXT    NOT NULL CHECK (state IN ('paid', 'refused')),
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
