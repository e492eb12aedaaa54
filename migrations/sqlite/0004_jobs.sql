-- What is to be done later: written in the transaction of its cause, taken by a worker for a while.

CREATE TABLE jobs (
    id              BLOB    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL,
    payload         TEXT    NOT NULL,           -- JSON, for the kind alone
    about           TEXT    NOT NULL,           -- for staff to read; never a secret
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'dead', 'cancelled')),
    -- When a worker may take it: its time while it waits, the end of the lease while it runs. Over: NULL.
    due_at          INTEGER,
    unique_key      TEXT, -- one of a kind with the same key at a time
    lane            TEXT, -- one of a lane runs at a time
    attempts        INTEGER NOT NULL DEFAULT 0, -- counts them, and is the token of the present lease
    max_attempts    INTEGER NOT NULL,
    last_attempt    INTEGER NOT NULL,           -- moves on with every re-run
    repeat_every    INTEGER,                    -- seconds from its end until it is due anew
    cancel_asked_at INTEGER,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER,
    last_error      TEXT,
    trace_id        TEXT    NOT NULL,
    CHECK ((due_at IS NULL) = (state IN ('succeeded', 'dead', 'cancelled')))
) STRICT;

-- Only what is not over is in the first three, so they stay small.
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_lane ON jobs (lane, due_at, id) WHERE lane IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_kind ON jobs (kind, id);
CREATE INDEX jobs_by_kind_state ON jobs (kind, state, id);

-- The attempts that failed.
CREATE TABLE job_failures (
    job_id     BLOB    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt    INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    failed_at  INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    PRIMARY KEY (job_id, attempt)
) STRICT, WITHOUT ROWID;

-- Workers take jobs one after another; see the table's other rows.
INSERT INTO turns (name) VALUES ('jobs');
