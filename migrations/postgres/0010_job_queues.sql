-- Queues of jobs: each has workers of its own, so that one kind of work never waits for another.

ALTER TABLE jobs ADD COLUMN queue TEXT COLLATE "C" NOT NULL DEFAULT 'maintenance';

UPDATE jobs SET queue = 'payments'
WHERE due_at IS NOT NULL AND kind IN ('payments.settle', 'payments.reconcile', 'refunds.settle');
UPDATE jobs SET queue = 'webhooks' WHERE due_at IS NOT NULL AND kind = 'webhooks.deliver';

CREATE INDEX jobs_due_in_queue ON jobs (queue, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_queue_lane ON jobs (queue, lane, due_at, id) WHERE lane IS NOT NULL AND due_at IS NOT NULL;
-- Never more than the workers run at once, however many jobs wait.
CREATE INDEX jobs_running ON jobs (due_at, id) WHERE state = 'running';
CREATE INDEX jobs_running_by_lane ON jobs (lane) WHERE state = 'running';
CREATE INDEX jobs_recurring ON jobs (due_at, id) WHERE repeat_every IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (queue, id) WHERE state = 'dead';
