-- The customer of each payment and refund, so that a list of theirs is a scan of an index.

ALTER TABLE payments ADD COLUMN customer_id BLOB;
ALTER TABLE refunds ADD COLUMN customer_id BLOB;

UPDATE payments SET customer_id = (SELECT o.customer_id FROM orders o WHERE o.id = payments.order_id);
UPDATE refunds SET customer_id = (SELECT o.customer_id FROM orders o WHERE o.id = refunds.order_id);

CREATE INDEX payments_by_customer ON payments (customer_id, id);
CREATE INDEX payments_by_customer_state ON payments (customer_id, state, id);
CREATE INDEX refunds_by_customer ON refunds (customer_id, id);
CREATE INDEX refunds_by_customer_state ON refunds (customer_id, state, id);

-- Triggers write it, since a program of an earlier version, running beside this one, does not. The customer of an
-- order never changes.
CREATE TRIGGER payments_customer AFTER INSERT ON payments
BEGIN
    UPDATE payments SET customer_id = (SELECT o.customer_id FROM orders o WHERE o.id = NEW.order_id) WHERE id = NEW.id;
END;

CREATE TRIGGER refunds_customer AFTER INSERT ON refunds
BEGIN
    UPDATE refunds SET customer_id = (SELECT o.customer_id FROM orders o WHERE o.id = NEW.order_id) WHERE id = NEW.id;
END;
