-- For lists of the newest shipments. Cheap to maintain: new entries are always the last, and a batch shares one. With batches of
-- four, an entry takes 12 bytes per shipment.
CREATE INDEX newest ON shipments (created_at);
