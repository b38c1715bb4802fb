-- How fast a key may call.

ALTER TABLE api_keys
    ADD COLUMN plan text NOT NULL DEFAULT 'standard',
    ADD CONSTRAINT api_keys_plan_known CHECK (plan IN ('standard', 'bulk', 'unmetered'));
COMMENT ON COLUMN api_keys.plan IS 'How fast the key may call; the rates of each plan are in the service.';
