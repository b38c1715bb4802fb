-- How soon agencies record what happens, folded by day as the counters of reports are: of millions of events nothing need be read again.

CREATE TABLE recording_delays (
    agency_id   integer NOT NULL,
    recorded_on date NOT NULL,
    entered_on  date NOT NULL,
    occurred_on date NOT NULL,
    seconds     integer[] NOT NULL,
    CONSTRAINT recording_delays_pkey PRIMARY KEY (agency_id, recorded_on, entered_on, occurred_on),
    CONSTRAINT recording_delays_not_empty CHECK (cardinality(seconds) > 0)
);
COMMENT ON TABLE recording_delays IS 'Delays of events that were recorded through report_progress.counted_through, by agency and local days. Made of events that people record and of nothing else; `congkhai check reports` makes them anew and compares. No foreign keys: the events have them.';
COMMENT ON COLUMN recording_delays.agency_id IS 'Agency that acted.';
COMMENT ON COLUMN recording_delays.recorded_on IS 'Local day on which the events came here.';
COMMENT ON COLUMN recording_delays.entered_on IS 'Local day on which they were first recorded, here or in the other software.';
COMMENT ON COLUMN recording_delays.occurred_on IS 'Local day on which they happened.';
COMMENT ON COLUMN recording_delays.seconds IS 'Whole seconds from each event to its first record, the shortest first; 0 when clocks differ.';

INSERT INTO recording_delays (agency_id, recorded_on, entered_on, occurred_on, seconds)
    SELECT agency_id, date(timezone('Asia/Ho_Chi_Minh', recorded_at)), date(timezone('Asia/Ho_Chi_Minh', entered_at)),
        date(timezone('Asia/Ho_Chi_Minh', occurred_at)), array_agg(seconds ORDER BY seconds)
    FROM dossier_events CROSS JOIN report_progress
        CROSS JOIN LATERAL (VALUES (coalesce(source_recorded_at, recorded_at))) AS entered(entered_at)
        CROSS JOIN LATERAL (VALUES (least(greatest(floor(extract(epoch FROM entered_at - occurred_at)), 0), 2147483647)::integer)) AS delay(seconds)
    WHERE recorded_at < timezone('Asia/Ho_Chi_Minh', (counted_through + 1)::timestamp) AND kind <> ALL(ARRAY['corrected', 'calendar_changed'])
    GROUP BY 1, 2, 3, 4;
