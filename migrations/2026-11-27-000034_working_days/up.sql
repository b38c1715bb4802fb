-- The mirror of `working_days_between` in src/domain/calendar: one definition for every query that counts working days row by row.

-- `working_days` are those of a calendar in order, `years` the years it has. A simple expression, so that the planner puts it in place.
CREATE FUNCTION working_days_between(after date, through date, working_days date[], years integer[]) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN through <= after THEN 0
        WHEN width_bucket(extract(year FROM through)::integer, years) - width_bucket(extract(year FROM after)::integer - 1, years)
            = extract(year FROM through)::integer - extract(year FROM after)::integer + 1
        THEN width_bucket(through, working_days) - width_bucket(after, working_days)
    END
$$;
COMMENT ON FUNCTION working_days_between IS 'Working days after a day through another; 0 when it is not later; null when the calendar lacks a year between them.';
