-- Checks of data quality find what is rare: each of these indexes has only what may be found, so that a receipt and an ordinary event pay
-- for a condition and for no entry.

-- Completed and not returned. What is returned leaves it.
CREATE INDEX dossiers_not_returned_idx ON dossiers (ended_at, id) WHERE status = 'completed';

-- Recorded more than a day after it happened; of a correction that puts an event at another instant, after that.
CREATE INDEX dossier_events_delayed_idx ON dossier_events (dossier_id)
    WHERE coalesce(source_recorded_at, recorded_at) - coalesce(happened_at, occurred_at) > '1 day'::interval;

-- Recorded after the due day, and moves the date, stops the clock or appoints the return again.
CREATE INDEX dossier_events_moved_idx ON dossier_events (dossier_id)
    WHERE date(timezone('Asia/Ho_Chi_Minh', coalesce(source_recorded_at, recorded_at))) > due_on_before
        AND (due_on_after > due_on_before OR kind IN ('supplement_requested', 'payment_requested', 'suspended', 'apologised'));
