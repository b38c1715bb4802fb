-- Temporary tables and functions for the chunks. Run once, in the session that loads them.
SET client_min_messages = warning;
SET synchronous_commit = off;
-- A superuser may spare the foreign keys their checks: the rows below are made to fit, and the end of the load proves it.
SELECT set_config('session_replication_role', 'replica', false) FROM pg_roles WHERE rolname = current_user AND rolsuper;

-- Working days by number, and for every day the number of the first working day not before it.
CREATE TEMP TABLE wd (n integer PRIMARY KEY, day date NOT NULL);
CREATE TEMP TABLE cal (day date PRIMARY KEY, n integer NOT NULL);
CREATE TEMP TABLE proc (
    k integer PRIMARY KEY, id integer, code text, level text, land boolean, unit text, amount integer, cutoff time,
    most integer, least integer
);

-- A number in [0, 1) that only the row, the purpose and the seed decide.
CREATE FUNCTION pg_temp.r(i bigint, purpose bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
    $$ SELECT (hashint8extended(i, purpose) & 1073741823) / 1073741824.0::float8 $$;
CREATE FUNCTION pg_temp.pick(list text[], u float8) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT list[1 + floor(u * array_length(list, 1))::int] $$;
-- The local time after so many office minutes of a day (07:00-11:30, 13:30-17:00).
CREATE FUNCTION pg_temp.office(minute float8) RETURNS time LANGUAGE sql IMMUTABLE AS
    $$ SELECT (CASE WHEN minute <= 270 THEN time '07:00' ELSE time '09:00' END) + make_interval(mins => floor(minute)::int) $$;
CREATE FUNCTION pg_temp.at(day date, t time) RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT (day + t) AT TIME ZONE 'Asia/Ho_Chi_Minh' $$;
-- A UUID of version 7, as the service would have made at that moment.
CREATE FUNCTION pg_temp.v7(at timestamptz, i bigint, purpose int) RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
           || overlay(left(md5(i::text || '/' || purpose::text), 19) PLACING '9' FROM 4 FOR 1))::uuid $$;
-- A name in three words.
CREATE FUNCTION pg_temp.name(i bigint, purpose bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT pg_temp.pick('{Nguyễn,Trần,Lê,Phạm,Huỳnh,Võ,Đặng,Lâm,Thạch,Sơn}', pg_temp.r(i, purpose)) || ' '
           || pg_temp.pick('{Văn,Thị,Hữu,Ngọc,Minh,Thanh,Kim,Quốc}', pg_temp.r(i, purpose + 1)) || ' '
           || pg_temp.pick('{An,Bình,Châu,Dung,Đức,Giang,Hạnh,Khánh,Lan,Nghĩa,Phúc,Tú}', pg_temp.r(i, purpose + 2)) $$;
