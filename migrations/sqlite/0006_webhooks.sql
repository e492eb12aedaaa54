-- Addresses that are told of events.

CREATE TABLE webhooks (
    id               BLOB    NOT NULL PRIMARY KEY,
    url              TEXT    NOT NULL,
    description      TEXT    NOT NULL,
    events           TEXT    NOT NULL,           -- names of types, with spaces between
    secret           BLOB    NOT NULL,           -- what signs; it has to be here as it is
    old_secret       BLOB,                       -- signs, too, until
    old_secret_until INTEGER,
    is_enabled       INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    disabled_reason  TEXT    NOT NULL DEFAULT '', -- why Frontdesk has turned it off by itself
    failing_since    INTEGER,                    -- since when nothing has arrived
    version          INTEGER NOT NULL DEFAULT 1,
    created_at       INTEGER NOT NULL
) STRICT;

-- One event for one webhook. The webhook is not a foreign key: one that is removed while an event
-- happens must not keep the event from happening.
CREATE TABLE webhook_deliveries (
    id         BLOB    NOT NULL PRIMARY KEY,
    webhook_id BLOB    NOT NULL,
    event_id   BLOB    NOT NULL,
    event_type TEXT    NOT NULL,
    body       TEXT    NOT NULL,                 -- what is sent, to the letter
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed')),
    turn       INTEGER NOT NULL,                 -- of its jobs, the one that is to send it
    attempts   INTEGER NOT NULL,                 -- all of them
    failures   INTEGER NOT NULL,                 -- since it was asked for; where it is in the schedule
    next_at    INTEGER,                          -- while it is pending
    created_at INTEGER NOT NULL,
    CHECK ((next_at IS NULL) = (state <> 'pending'))
) STRICT;

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook_id, state, id);

CREATE TABLE webhook_attempts (
    delivery_id BLOB    NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    status      INTEGER,                         -- of the answer, if there was one
    duration_ms INTEGER NOT NULL,
    error       TEXT,
    answer      TEXT    NOT NULL,                -- how it begins
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

-- Those who make webhooks take turns, so that there are not more than there may be.
INSERT INTO turns (name) VALUES ('webhooks');
