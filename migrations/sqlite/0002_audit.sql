-- The audit trail: what happened, in order. Written once; the triggers refuse the rest.

CREATE TABLE audit_events (
    id           BLOB    NOT NULL PRIMARY KEY, -- UUIDv7: the order of the ids is the order of time
    at           INTEGER NOT NULL,
    actor_id     BLOB,
    actor_label  TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    target_id    BLOB,
    target_label TEXT    NOT NULL,
    ip           TEXT    NOT NULL,
    user_agent   TEXT    NOT NULL,
    request_id   TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    changes      TEXT    NOT NULL -- a JSON array of {field, before, after}
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_events_by_actor  ON audit_events (actor_id, id);
CREATE INDEX audit_events_by_target ON audit_events (target_id, id);
CREATE INDEX audit_events_by_action ON audit_events (action, id);

CREATE TRIGGER audit_events_keep BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'the audit trail is not rewritten'); END;

CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'the audit trail is not rewritten'); END;
