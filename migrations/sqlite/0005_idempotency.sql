-- Requests that were carried out under an idempotency key, for as long as their answers are replayed.

CREATE TABLE idempotency_keys (
    key         BLOB    NOT NULL PRIMARY KEY, -- SHA-256 of the caller and the key they chose
    fingerprint BLOB    NOT NULL,             -- SHA-256 of what was asked
    attempt     BLOB    NOT NULL,             -- which of several at once carried it out
    request_id  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    answer      BLOB                          -- sealed; NULL until it is known
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
