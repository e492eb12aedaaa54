-- Addresses that are told of events.

CREATE TABLE webhooks (
    id               UUID    NOT NULL PRIMARY KEY,
    url              TEXT    NOT NULL,
    description      TEXT    NOT NULL,
    events           TEXT    NOT NULL,           -- names of types, with spaces between
    secret           BYTEA   NOT NULL,           -- what signs; it has to be here as it is
    old_secret       BYTEA,                      -- signs, too, until
    old_secret_until BIGINT,
    is_enabled       BIGINT  NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    disabled_reason  TEXT    NOT NULL DEFAULT '', -- why Frontdesk has turned it off by itself
    failing_since    BIGINT,                    -- since when nothing has arrived
    version          BIGINT  NOT NULL DEFAULT 1,
    created_at       BIGINT  NOT NULL
);

-- One event for one webhook. The webhook is not a foreign key: one that is removed while an event
-- happens must not keep the event from happening.
CREATE TABLE webhook_deliveries (
    id         UUID    NOT NULL PRIMARY KEY,
    webhook_id UUID    NOT NULL,
    event_id   UUID    NOT NULL,
    event_type TEXT COLLATE "C" NOT NULL,
    body       TEXT    NOT NULL,                 -- what is sent, to the letter
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed')),
    turn       BIGINT  NOT NULL,                 -- of its jobs, the one that is to send it
    attempts   BIGINT  NOT NULL,                 -- all of them
    failures   BIGINT  NOT NULL,                 -- since it was asked for; where it is in the schedule
    next_at    BIGINT,                          -- while it is pending
    created_at BIGINT  NOT NULL,
    CHECK ((next_at IS NULL) = (state <> 'pending'))
);

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook_id, state, id);

CREATE TABLE webhook_attempts (
    delivery_id UUID    NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number      BIGINT  NOT NULL,
    at          BIGINT  NOT NULL,
    status      BIGINT,                         -- of the answer, if there was one
    duration_ms BIGINT  NOT NULL,
    error       TEXT,
    answer      TEXT    NOT NULL,                -- how it begins
    PRIMARY KEY (delivery_id, number)
);

-- Those who make webhooks take turns, so that there are not more than there may be.
INSERT INTO turns (name) VALUES ('webhooks');
