-- When the latest charge request left. The gateway may still carry it out for a while.
ALTER TABLE payments ADD COLUMN last_charge_at BIGINT;
UPDATE payments SET last_charge_at = COALESCE(asking_at, updated_at) WHERE charges > 0 AND state <> 'succeeded';

-- Refusals that anyone can cause, in windows of time. Beyond the first few of a window they are only counted here, and
-- a job sums the window up in one audit event.
CREATE TABLE refusals (
    action       TEXT COLLATE "C" NOT NULL,
    target_id    UUID NOT NULL, -- nil: without a target
    window_start BIGINT NOT NULL,
    target_label TEXT NOT NULL,
    refused      BIGINT NOT NULL,
    recorded     BIGINT NOT NULL, -- the refusals with audit events of their own
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    PRIMARY KEY (action, target_id, window_start)
);

CREATE INDEX refusals_by_window ON refusals (window_start);
