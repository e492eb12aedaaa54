-- Sources of accounts, for decisions of two persons: which person created an account, made the link through
-- which its password was chosen, or gave it a role. Rows stay, also when a role is taken away.

CREATE TABLE account_sources (
    account_id   UUID NOT NULL REFERENCES users (id),
    person_id    UUID NOT NULL REFERENCES users (id),
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('created', 'password', 'role')),
    at           BIGINT NOT NULL,
    chosen_since BIGINT NOT NULL DEFAULT 0 CHECK (chosen_since IN (0, 1)), -- 1: another password was chosen since, without a link
    PRIMARY KEY (account_id, person_id, kind)
);

-- The person who made the link; NULL if the command line did.
ALTER TABLE one_time_links ADD COLUMN created_by UUID;

-- What is known of accounts of before: roles from their own table, the rest from the audit trail.
INSERT INTO account_sources (account_id, person_id, kind, at)
SELECT r.user_id, r.granted_by, 'role', MIN(r.granted_at)
FROM user_roles r JOIN users u ON u.id = r.granted_by
WHERE r.granted_by <> r.user_id
GROUP BY r.user_id, r.granted_by;

INSERT INTO account_sources (account_id, person_id, kind, at)
SELECT e.target_id, e.actor_id, 'created', MIN(e.at)
FROM audit_events e JOIN users account ON account.id = e.target_id JOIN users person ON person.id = e.actor_id
WHERE e.action = 'user.created' AND e.actor_id <> e.target_id
GROUP BY e.target_id, e.actor_id;

-- Each person who made a link for an account that has accepted one: which of the links it was, the trail does
-- not say.
INSERT INTO account_sources (account_id, person_id, kind, at, chosen_since)
SELECT made.target_id, made.actor_id, 'password', MAX(made.at),
       MAX(CASE WHEN EXISTS (SELECT 1 FROM audit_events own WHERE own.action = 'password.changed'
                             AND own.target_id = made.target_id AND own.at > made.at) THEN 1 ELSE 0 END)
FROM audit_events made
JOIN users account ON account.id = made.target_id JOIN users person ON person.id = made.actor_id
WHERE made.action IN ('invite.created', 'user.created') AND made.actor_id <> made.target_id
  AND EXISTS (SELECT 1 FROM audit_events used WHERE used.action = 'invite.accepted'
              AND used.target_id = made.target_id AND used.at >= made.at)
GROUP BY made.target_id, made.actor_id;

UPDATE one_time_links SET created_by = (
    SELECT e.actor_id FROM audit_events e JOIN users person ON person.id = e.actor_id
    WHERE e.action IN ('invite.created', 'user.created') AND e.target_id = one_time_links.user_id AND e.at >= one_time_links.created_at
    ORDER BY e.at LIMIT 1)
WHERE user_id IS NOT NULL AND used_at IS NULL;
