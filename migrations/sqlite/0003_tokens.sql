-- What programs show to say for whom they act. The text of a token is nowhere: only its hash is.

CREATE TABLE tokens (
    id               BLOB    NOT NULL PRIMARY KEY,
    token_hash       BLOB    NOT NULL UNIQUE, -- SHA-256 of the text
    hint             TEXT    NOT NULL,        -- how the text begins, to recognise it by
    name             TEXT    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('personal', 'service')),
    owner_id         BLOB    REFERENCES users (id),
    permissions      TEXT    NOT NULL,        -- names of permissions, with spaces between them
    created_at       INTEGER NOT NULL,
    created_by       BLOB,
    created_by_label TEXT    NOT NULL,
    expires_at       INTEGER,                 -- NULL: never
    last_used_at     INTEGER NOT NULL,        -- 0: never
    revoked_at       INTEGER,
    -- When it ends: revoked_at, else expires_at, else the end of time. What lists and limits look at.
    ends_at          INTEGER NOT NULL,
    CHECK ((kind = 'personal') = (owner_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_by_kind      ON tokens (kind, id);
CREATE INDEX tokens_by_owner     ON tokens (owner_id, id);
CREATE INDEX tokens_by_end       ON tokens (ends_at, id);
CREATE INDEX tokens_by_kind_end  ON tokens (kind, ends_at, id);
CREATE INDEX tokens_by_owner_end ON tokens (owner_id, ends_at, id);

-- Those who make tokens take turns, so that the limit for a person holds.
INSERT INTO turns (name) VALUES ('tokens');
