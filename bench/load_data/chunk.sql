-- Dossiers :lo to :hi with their persons, events and audit rows. Variables: lo, hi, seed, prefix, day (the day as of
-- which they stand), last_wd (number of the last working day before it), key (id of the key they came with), late and open
-- (shares of the dossiers that are drawn as overdue, and as open, these included).
BEGIN;
CREATE TEMP TABLE s ON COMMIT DROP AS
WITH drawn AS MATERIALIZED (
    SELECT i, i * 64 + :seed AS h, p.id AS pv, p.code AS procedure, p.level, p.land, p.unit, p.amount, p.cutoff, p.most, p.least,
        CASE WHEN pg_temp.r(i, :seed) < :late AND p.unit <> 'none' THEN 'overdue'
             WHEN pg_temp.r(i, :seed) < :open THEN 'open' ELSE 'ended' END AS class,
        21 + floor(pg_temp.r(i, :seed + 2) * 9)::int AS district, floor(pg_temp.r(i, :seed + 3) * 480) AS minute
    FROM generate_series(:lo::bigint, :hi::bigint) i
    JOIN proc p ON p.k = floor(pg_temp.r(i, :seed + 1) * (SELECT count(*) FROM proc))::int
), placed AS MATERIALIZED (
    SELECT d.*,
        :last_wd - CASE class
            WHEN 'overdue' THEN most + 1 + floor(power(pg_temp.r(i, :seed + 4), 2) * 100)::int
            WHEN 'open' THEN floor(pg_temp.r(i, :seed + 4) * greatest(least - 1, 0))::int
            ELSE 45 + floor(pg_temp.r(i, :seed + 4) * 650)::int END AS n0,
        CASE level WHEN 'commune' THEN district * 100 + 31 + floor(pg_temp.r(i, :seed + 5) * 7)::int
                   WHEN 'district' THEN district ELSE 10 + floor(pg_temp.r(i, :seed + 5) * 8)::int END AS receiving
    FROM drawn d
), received AS MATERIALIZED (
    SELECT p.*, wd.day AS day0, pg_temp.office(minute) + make_interval(secs => floor(pg_temp.r(i, :seed + 6) * 60)) AS t0,
        CASE WHEN land THEN 9000 + district WHEN level = 'district' THEN district * 100 + 5 + 2 * (i % 2)::int ELSE receiving END AS competent,
        minute + amount * 60 / 100 AS worked
    FROM placed p JOIN wd ON wd.n = p.n0
), due AS MATERIALIZED (
    SELECT r.*, pg_temp.at(day0, t0) AS received_at, CASE unit
            WHEN 'working_days' THEN n0 + ceil(amount / 100.0)::int
            WHEN 'calendar_days' THEN (SELECT n FROM cal WHERE cal.day = day0 + amount / 100)
            WHEN 'same_day' THEN n0 + (t0 > cutoff)::int
            WHEN 'working_hours' THEN n0 + (ceil(worked)::int - 1) / 480 END AS due_n
    FROM received r
), dated AS MATERIALIZED (
    SELECT d.*, wd.day AS due_on,
        pg_temp.at(wd.day, CASE unit WHEN 'working_hours' THEN pg_temp.office((ceil(worked)::int - 1) % 480 + 1) ELSE time '17:00' END) AS due_at,
        CASE WHEN unit <> 'none' AND wd.day IS NULL THEN extract(year FROM :'day'::date)::int + 1 END AS missing,
        CASE WHEN class <> 'ended' THEN NULL ELSE greatest(n0, CASE
            WHEN due_n IS NULL THEN n0 + floor(pg_temp.r(i, :seed + 7) * 20)::int
            WHEN pg_temp.r(i, :seed + 8) < 0.6 THEN due_n - 1 - floor(pg_temp.r(i, :seed + 7) * least(most, 3))::int
            WHEN pg_temp.r(i, :seed + 8) < 0.9 THEN due_n
            ELSE due_n + 1 + floor(pg_temp.r(i, :seed + 7) * 15)::int END) END AS end_n
    FROM due d LEFT JOIN wd ON wd.n = d.due_n
), lived AS MATERIALIZED (
    SELECT d.*, CASE unit WHEN 'working_hours' THEN due_at ELSE pg_temp.at(due_on + 1, time '00:00') END AS overdue_from,
        CASE WHEN end_n IS NOT NULL
            THEN greatest(pg_temp.at(wd.day, pg_temp.office(pg_temp.r(i, :seed + 9) * 480)), received_at + interval '30 minutes') END AS ended_at,
        class = 'ended' OR pg_temp.r(i, :seed + 10) < 0.75 AS handed,
        class = 'ended' AND pg_temp.r(i, :seed + 11) < 0.97 AS is_returned
    FROM dated d LEFT JOIN wd ON wd.n = d.end_n
), told AS MATERIALIZED (
    SELECT l.*, handed AND pg_temp.r(i, :seed + 12) < 0.3 AS has_note,
        CASE WHEN handed THEN received_at + pg_temp.r(i, :seed + 13)
            * (least(ended_at, received_at + interval '20 hours', pg_temp.at(:'day', time '00:00')) - received_at) END AS handed_at,
        CASE WHEN is_returned THEN ended_at + pg_temp.r(i, :seed + 14) * interval '90 minutes' END AS returned_at,
        make_interval(mins => 1 + floor(pg_temp.r(i, :seed + 15) * 20)::int) AS lag
    FROM lived l
)
SELECT t.*, pg_temp.v7(received_at + lag, i, 1) AS id, :'prefix' || i AS code,
    CASE WHEN is_returned THEN 'returned' WHEN class = 'ended' THEN 'completed' WHEN handed THEN 'processing' ELSE 'received' END AS status,
    CASE WHEN has_note THEN handed_at + pg_temp.r(i, :seed + 16)
        * (coalesce(ended_at, pg_temp.at(:'day', time '00:00')) - handed_at) END AS noted_at,
    1 + handed::int + has_note::int + (class = 'ended')::int + is_returned::int AS version,
    pg_temp.name(i, :seed + 17) AS name, pg_temp.name(i, :seed + 20) AS clerk, pg_temp.name(i, :seed + 23) AS officer,
    CASE WHEN pg_temp.r(i, :seed + 26) < 0.6 THEN 'in_person' WHEN pg_temp.r(i, :seed + 26) < 0.9 THEN 'online' ELSE 'postal' END AS channel
FROM told t;
ANALYZE s;

INSERT INTO dossiers (id, code, procedure_version_id, channel, receiving_agency_id, competent_agency_id, applicant_kind,
    applicant_name_masked, status, clock, submitted_at, received_at, ended_at, returned_at, closed_recorded_at, appointed_at,
    limit_unit, limit_amount_hundredths, due_on, due_at, overdue_from, calendar_missing, holder_agency_id, holder_unit,
    holder_officer, holder_since, last_event_at, last_recorded_at, version, clock_started_at, judged_at, last_step_at,
    head_hash, person_digest, holder_digest)
SELECT id, code, pv, channel, receiving, competent, CASE WHEN i % 10 = 0 THEN 'business' ELSE 'individual' END,
    regexp_replace(name, '(\S)\S*', '\1***', 'g'), status, CASE WHEN ended_at IS NULL THEN 'running' ELSE 'stopped' END,
    CASE WHEN channel = 'online' THEN received_at - interval '90 minutes' END, received_at, ended_at, returned_at,
    returned_at + lag, due_at, unit, amount, due_on, due_at, overdue_from, missing,
    CASE WHEN handed THEN competent ELSE receiving END, CASE WHEN handed THEN 'Bộ phận chuyên môn' ELSE 'Bộ phận Một cửa' END,
    CASE WHEN handed THEN officer ELSE clerk END, coalesce(handed_at, received_at),
    coalesce(returned_at, ended_at, noted_at, handed_at, received_at), coalesce(returned_at, ended_at, noted_at, handed_at, received_at) + lag, version,
    received_at, ended_at, coalesce(returned_at, ended_at, handed_at, received_at),
    sha256(uuid_send(id)), sha256(uuid_send(id)), sha256(uuid_send(id))
FROM s ORDER BY received_at;

-- As many bytes as are sealed of a person; no key opens them.
INSERT INTO dossier_persons (dossier_id, key_id, nonce, ciphertext)
SELECT id, '00000000', substring(sha256(uuid_send(id)) FOR 24), convert_to(repeat(md5(h::text), 9), 'UTF8')
FROM s ORDER BY received_at;

-- Each event with its place; stored by the time of its record, so that the events of a dossier lie apart, as in life.
CREATE TEMP TABLE e ON COMMIT DROP AS
SELECT s.id AS dossier_id, s.code, s.procedure, s.received_at, s.lag, s.due_on, v.seq, v.kind, v.occurred_at, v.before, v.after, v.agency,
    v.officer, v.to_agency, v.to_officer, pg_temp.v7(v.occurred_at + s.lag, s.i, 10 + v.seq) AS id, s.i, s.receiving, s.competent
FROM s CROSS JOIN LATERAL (VALUES
    (1, 'received', received_at, NULL, 'received', receiving, clerk, NULL, NULL),
    (2, 'forwarded', handed_at, 'received', 'processing', receiving, clerk, competent, officer),
    (3, 'noted', noted_at, 'processing', 'processing', competent, officer, NULL, NULL),
    (3 + has_note::int, 'completed', ended_at, 'processing', 'completed', competent, officer, NULL, NULL),
    (4 + has_note::int, 'returned', returned_at, 'completed', 'returned', competent, clerk, NULL, NULL)
) AS v (seq, kind, occurred_at, before, after, agency, officer, to_agency, to_officer)
WHERE v.occurred_at IS NOT NULL;

INSERT INTO dossier_events (id, dossier_id, seq, kind, occurred_at, recorded_at, origin, backdated, status_before, status_after,
    due_on_before, due_on_after, agency_id, officer, officer_title, officer_unit, to_agency_id, to_unit, to_officer, outcome, public_note, key_id,
    hash, state_digest, personal_digest, salt)
SELECT id, dossier_id, seq, kind, occurred_at, occurred_at + lag, 'live', false, before, after,
    CASE WHEN seq > 1 THEN due_on END, due_on, agency, officer, 'Chuyên viên', CASE WHEN seq = 1 THEN 'Bộ phận Một cửa' END,
    to_agency, CASE WHEN kind = 'forwarded' THEN 'Bộ phận chuyên môn' END, to_officer,
    CASE WHEN kind = 'completed' THEN CASE WHEN i % 25 = 0 THEN 'rejected' ELSE 'granted' END END,
    CASE WHEN kind = 'noted' THEN 'Đã kiểm tra hồ sơ gốc' END, :'key',
    sha256(uuid_send(id)), sha256(uuid_send(id)), sha256(uuid_send(id)), uuid_send(id)
FROM e ORDER BY occurred_at;

INSERT INTO audit_log (id, recorded_at, actor, action, subject, request_id, details)
SELECT pg_temp.v7(occurred_at + lag, i, 20 + seq), occurred_at + lag, 'key:' || :'key', 'dossier.' || kind, 'dossier:' || code,
    id::text,
    CASE WHEN seq = 1
        THEN jsonb_build_object('procedure', procedure, 'receiving_agency', (SELECT a.code FROM agencies a WHERE a.id = receiving),
            'competent_agency', (SELECT a.code FROM agencies a WHERE a.id = competent),
            'received_at', received_at, 'due_on', due_on)
        ELSE jsonb_build_object('event', id, 'seq', seq, 'occurred_at', occurred_at, 'status_before', before, 'status_after', after) END
FROM e ORDER BY occurred_at;
COMMIT;
