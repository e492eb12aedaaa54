-- An index of each kind. With the kind as the first column of one index, SQLite could walk all kinds in it and sort
-- them, instead of an index that has the order.
DROP INDEX tokens_by_kind;
DROP INDEX tokens_by_kind_end;
CREATE INDEX tokens_personal     ON tokens (id)          WHERE kind = 'personal';
CREATE INDEX tokens_personal_end ON tokens (ends_at, id) WHERE kind = 'personal';
CREATE INDEX tokens_service      ON tokens (id)          WHERE kind = 'service';
CREATE INDEX tokens_service_end  ON tokens (ends_at, id) WHERE kind = 'service';
