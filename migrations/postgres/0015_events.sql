-- The feed of events: each change of users, orders and money, with the object as it was then.

CREATE TABLE events (
    id         UUID   NOT NULL PRIMARY KEY,           -- that of the audit event
    event_type TEXT COLLATE "C" NOT NULL,
    body       TEXT   NOT NULL,                       -- JSON
    number     BIGINT                                  -- NULL until it is given one, after the commit
);

CREATE UNIQUE INDEX events_by_number ON events (number);
CREATE INDEX events_waiting ON events (id) WHERE number IS NULL;

-- The last number that was given. Those who give numbers take turns on this row.
CREATE TABLE event_numbers (
    one_row     BIGINT NOT NULL PRIMARY KEY CHECK (one_row = 1),
    last_number BIGINT NOT NULL
);

INSERT INTO event_numbers (one_row, last_number) VALUES (1, 0);

-- The version of the bodies that a webhook receives: 1 for those that were made before there was another.
ALTER TABLE webhooks ADD COLUMN payload_version TEXT COLLATE "C" NOT NULL DEFAULT '1' CHECK (payload_version IN ('1', '2'));
