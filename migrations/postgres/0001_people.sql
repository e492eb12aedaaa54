-- People, what they may do, the devices they are signed in on, and one-time links.
-- Moments are UTC microseconds. Keys compare by their bytes, as on SQLite.

CREATE TABLE users (
    id               UUID    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    name_key         TEXT COLLATE "C" NOT NULL, -- lower case, without accents: sorted and searched by
    email            TEXT    NOT NULL,
    email_key        TEXT COLLATE "C" NOT NULL, -- lower case: unique, sorted and searched by
    status           TEXT    NOT NULL CHECK (status IN ('active', 'suspended', 'removed')),
    suspended_at     BIGINT,
    suspended_reason TEXT    NOT NULL DEFAULT '',
    removed_at       BIGINT,
    password_hash    TEXT,             -- a PHC string; NULL until an invitation is accepted
    session_epoch    BIGINT NOT NULL DEFAULT 0, -- sessions of an earlier epoch are over
    joined_at        BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    last_seen_at     BIGINT NOT NULL, -- 0: never
    version          BIGINT NOT NULL DEFAULT 1,
    CHECK ((status = 'removed') = (removed_at IS NOT NULL))
);

-- Unique over everybody, the removed included: a restored user finds their address free.
CREATE UNIQUE INDEX users_email_unique ON users (email_key);
-- The list of all but the removed, by each sort. The predicate keeps a full trash out of its way.
CREATE INDEX users_by_joined    ON users (joined_at, id)    WHERE status <> 'removed';
CREATE INDEX users_by_name      ON users (name_key, id)     WHERE status <> 'removed';
CREATE INDEX users_by_email     ON users (email_key, id)    WHERE status <> 'removed';
CREATE INDEX users_by_last_seen ON users (last_seen_at, id) WHERE status <> 'removed';
-- The lists of the suspended and of the removed: few rows, so these indexes are small.
CREATE INDEX users_apart_by_joined    ON users (status, joined_at, id)    WHERE status <> 'active';
CREATE INDEX users_apart_by_name      ON users (status, name_key, id)     WHERE status <> 'active';
CREATE INDEX users_apart_by_email     ON users (status, email_key, id)    WHERE status <> 'active';
CREATE INDEX users_apart_by_last_seen ON users (status, last_seen_at, id) WHERE status <> 'active';

CREATE TABLE user_roles (
    user_id    UUID    NOT NULL REFERENCES users (id),
    role       TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'support', 'auditor')),
    granted_at BIGINT NOT NULL,
    granted_by UUID,
    PRIMARY KEY (user_id, role)
);

CREATE INDEX user_roles_by_role ON user_roles (role, user_id);

CREATE TABLE sessions (
    id           UUID    NOT NULL PRIMARY KEY,
    token_hash   BYTEA   NOT NULL UNIQUE, -- SHA-256 of what is in the cookie
    user_id      UUID    NOT NULL REFERENCES users (id),
    epoch        BIGINT NOT NULL,
    user_agent   TEXT    NOT NULL,
    ip           TEXT    NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE one_time_links (
    id         UUID    NOT NULL PRIMARY KEY,
    token_hash BYTEA   NOT NULL UNIQUE,
    purpose    TEXT    NOT NULL CHECK (purpose IN ('setup', 'invite')),
    user_id    UUID    REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    CHECK ((purpose = 'invite') = (user_id IS NOT NULL))
);

CREATE INDEX one_time_links_by_user ON one_time_links (user_id);

-- Rows that transactions touch to take turns, the same way on both databases.
CREATE TABLE turns (
    name  TEXT    NOT NULL PRIMARY KEY,
    taken BIGINT NOT NULL DEFAULT 0
);

INSERT INTO turns (name) VALUES ('owners');
