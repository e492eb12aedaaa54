-- The audit trail: what happened, in order. Written once; the triggers refuse the rest.

CREATE TABLE audit_events (
    id           UUID    NOT NULL PRIMARY KEY, -- UUIDv7: the order of the ids is the order of time
    at           BIGINT NOT NULL,
    actor_id     UUID,
    actor_label  TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    target_id    UUID,
    target_label TEXT    NOT NULL,
    ip           TEXT    NOT NULL,
    user_agent   TEXT    NOT NULL,
    request_id   TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    changes      TEXT    NOT NULL -- a JSON array of {field, before, after}
);

CREATE INDEX audit_events_by_actor  ON audit_events (actor_id, id);
CREATE INDEX audit_events_by_target ON audit_events (target_id, id);
CREATE INDEX audit_events_by_action ON audit_events (action, id);

CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is not rewritten';
END
$$;

CREATE TRIGGER audit_events_keep BEFORE UPDATE ON audit_events
FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_events_whole BEFORE TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();
