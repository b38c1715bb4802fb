COMMENT ON COLUMN dossier_events.appointed_at IS 'Return date promised on the receipt slip, of a receipt after a registration.';
DROP TABLE national_payloads;
