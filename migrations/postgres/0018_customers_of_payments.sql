-- The customer of each payment and refund, so that a list of theirs is a scan of an index.

ALTER TABLE payments ADD COLUMN customer_id UUID;
ALTER TABLE refunds ADD COLUMN customer_id UUID;

-- Triggers write it, since a program of an earlier version, running beside this one, does not. The customer of an
-- order never changes.
CREATE FUNCTION customer_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.customer_id := (SELECT o.customer_id FROM orders o WHERE o.id = NEW.order_id);
    RETURN NEW;
END
$$;

CREATE TRIGGER payments_customer BEFORE INSERT ON payments
FOR EACH ROW EXECUTE FUNCTION customer_of_order();

CREATE TRIGGER refunds_customer BEFORE INSERT ON refunds
FOR EACH ROW EXECUTE FUNCTION customer_of_order();

UPDATE payments SET customer_id = o.customer_id FROM orders o WHERE o.id = payments.order_id;
UPDATE refunds SET customer_id = o.customer_id FROM orders o WHERE o.id = refunds.order_id;

CREATE INDEX payments_by_customer ON payments (customer_id, id);
CREATE INDEX payments_by_customer_state ON payments (customer_id, state, id);
CREATE INDEX refunds_by_customer ON refunds (customer_id, id);
CREATE INDEX refunds_by_customer_state ON refunds (customer_id, state, id);
