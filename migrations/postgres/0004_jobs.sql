-- What is to be done later: written in the transaction of its cause, taken by a worker for a while.

CREATE TABLE jobs (
    id              UUID    NOT NULL PRIMARY KEY,
    kind            TEXT COLLATE "C" NOT NULL,
    payload         TEXT    NOT NULL,           -- JSON, for the kind alone
    about           TEXT    NOT NULL,           -- for staff to read; never a secret
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'dead', 'cancelled')),
    -- When a worker may take it: its time while it waits, the end of the lease while it runs. Over: NULL.
    due_at          BIGINT,
    unique_key      TEXT COLLATE "C", -- one of a kind with the same key at a time
    lane            TEXT COLLATE "C", -- one of a lane runs at a time
    attempts        BIGINT NOT NULL DEFAULT 0, -- counts them, and is the token of the present lease
    max_attempts    BIGINT NOT NULL,
    last_attempt    BIGINT NOT NULL,           -- moves on with every re-run
    repeat_every    BIGINT,                     -- seconds from its end until it is due anew
    cancel_asked_at BIGINT,
    created_at      BIGINT NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT,
    last_error      TEXT,
    trace_id        TEXT    NOT NULL,
    CHECK ((due_at IS NULL) = (state IN ('succeeded', 'dead', 'cancelled')))
);

-- Only what is not over is in the first three, so they stay small.
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_lane ON jobs (lane, due_at, id) WHERE lane IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_kind ON jobs (kind, id);
CREATE INDEX jobs_by_kind_state ON jobs (kind, state, id);

-- The attempts that failed.
CREATE TABLE job_failures (
    job_id     UUID    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt    BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    failed_at  BIGINT NOT NULL,
    error      TEXT    NOT NULL,
    PRIMARY KEY (job_id, attempt)
);

-- Workers take jobs one after another; see the table's other rows.
INSERT INTO turns (name) VALUES ('jobs');
