-- When the latest charge request left. The gateway may still carry it out for a while.
ALTER TABLE payments ADD COLUMN last_charge_at INTEGER;
UPDATE payments SET last_charge_at = COALESCE(asking_at, updated_at) WHERE charges > 0 AND state <> 'succeeded';

-- Refusals that anyone can cause, in windows of time. Beyond the first few of a window they are only counted here, and
-- a job sums the window up in one audit event.
CREATE TABLE refusals (
    action       TEXT NOT NULL,
    target_id    BLOB NOT NULL, -- nil: without a target
    window_start INTEGER NOT NULL,
    target_label TEXT NOT NULL,
    refused      INTEGER NOT NULL,
    recorded     INTEGER NOT NULL, -- the refusals with audit events of their own
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    PRIMARY KEY (action, target_id, window_start)
) WITHOUT ROWID;

CREATE INDEX refusals_by_window ON refusals (window_start);
