-- Requests that were carried out under an idempotency key, for as long as their answers are replayed.

CREATE TABLE idempotency_keys (
    key         BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the caller and the key they chose
    fingerprint BYTEA  NOT NULL,             -- SHA-256 of what was asked
    attempt     UUID   NOT NULL,             -- which of several at once carried it out
    request_id  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    answer      BYTEA                        -- sealed; NULL until it is known
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
