-- Deliveries of all webhooks by state, and the delivery of an event that is to be sent again.
CREATE INDEX webhook_deliveries_by_any_state ON webhook_deliveries (state, id);
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (webhook_id, event_id);
