-- Lists by the time of the last change, for programs that keep a copy.
CREATE INDEX users_by_change    ON users (updated_at, id);
CREATE INDEX orders_by_change   ON orders (updated_at, id);
CREATE INDEX payments_by_change ON payments (updated_at, id);
CREATE INDEX refunds_by_change  ON refunds (updated_at, id);
