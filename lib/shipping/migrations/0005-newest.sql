-- For lists of the newest shipments. A new entry is always the last one, and those of one batch share it, so it costs inserts
-- next to nothing: 12 bytes a shipment where a batch has four.
CREATE INDEX newest ON shipments (created_at);
